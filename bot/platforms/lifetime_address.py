"""The addresses of LifeTime's API v2, and the one place the token may go.

A link that LifeTime gives is followed only on the configured host: cloud LifeTimes have named
internal hosts (LifeTime release notes 11.14.0, RPM-2587), and OutSystems documents that
`{base}/downloads/{key}` may be called instead.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from yarl import URL

_API: Final = "/lifetimeapi/rest/v2"
_CONSOLE: Final = "/lifetime"  # what people copy from their browser


def api_base(configured: str) -> URL:
    """Give the API's base for a configured address: with or without the API's path."""
    url = URL(configured).with_query(None).with_fragment(None)
    path = url.path.rstrip("/")
    if path.lower().endswith(_API):
        return url.with_path(path)
    if path.lower().endswith(_CONSOLE):
        path = path[: -len(_CONSOLE)]
    return url.with_path(path + _API)


def address(base: URL, *segments: str, query: str = "") -> URL:
    """Give the address of a resource; a segment is data, whatever characters it has."""
    path = "/".join(quote(each, safe="") for each in segments)
    return URL.build(
        scheme=base.scheme,
        host=base.host or "",
        port=base.port,
        path=f"{base.raw_path}/{path}",
        query_string=query,
        encoded=True,
    )


def package_address(base: URL, link: str) -> URL | None:
    """Give where to fetch a package on the configured host; None if the link names nothing."""
    try:
        url = base.join(URL(link))
        is_ours = (url.host, url.port) == (base.host, base.port)
    except ValueError:
        return None
    key = next((part for part in reversed(url.parts) if part.strip("/.")), "")
    if not key:
        return None
    if not is_ours:
        return address(base, "downloads", key)
    return URL.build(
        scheme=base.scheme,
        host=base.host or "",
        port=base.port,
        path=url.raw_path,
        query_string=url.raw_query_string,
        encoded=True,
    )
