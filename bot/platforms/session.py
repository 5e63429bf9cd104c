"""The aiohttp session through which platforms are called.

It resolves names with aiodns instead of in the event loop's thread pool: DBOS replaces that pool
with its own, and while the database stalls every name lookup in it would stall too.
aiohttp takes its `AsyncResolver` by default where aiodns is installed, which our dependencies
require; left to its default, the connector also closes it.
"""

from __future__ import annotations

from typing import Final

import aiohttp

# Bytes. One download holds at most twice this and one read of the socket (256 KiB): half a MiB.
READ_BUFFER: Final = 128 * 1024
_REMEMBER_NAMES: Final = 60  # seconds


def make_session() -> aiohttp.ClientSession:
    """Make a session without cookies and without limits of its own; the caller closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=_REMEMBER_NAMES),
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=READ_BUFFER,
        trust_env=False,
    )
