"""From a token to the link it opens, or to nothing.

Every token takes the same way: one hash, one look-up, two comparisons. Why a link does not work is
not said, so nobody learns from here which tokens ever existed.
"""

from __future__ import annotations

import hashlib

from bot.clock import Clock
from bot.domain.link import LinkRow
from bot.ports import Links


def token_digest(token: str) -> str:
    """Give the SHA-256 of a token, in hexadecimal: all that is ever stored of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def working_link(token: str, *, links: Links, clock: Clock) -> LinkRow | None:
    """Give the link that `token` opens now; None when unknown, expired or revoked."""
    row = await links.by_token(token_digest(token))
    if row is None or row.revoked_at is not None or clock.now() >= row.expires_at:
        return None
    return row
