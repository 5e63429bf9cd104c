"""What a person reads who opens a download link and gets no package.

Self-contained: the only thing besides text is an inline style, allowed by its hash. No page names
the link, its target or its recipient.
"""

from __future__ import annotations

import base64
import hashlib
import math
from html import escape
from typing import NamedTuple

from aiohttp import web

from bot.errors import (
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformUnreachable,
)

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;"
    "color:#1d1c1d;background:#fff}h1{font-size:1.4rem}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#1a1d21}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
RETRY_SECONDS = 30
_SHOWN = 8  # characters of a reference, enough to find it


class Page(NamedTuple):
    """A status, and what it says to a person."""

    status: int
    title: str
    text: str
    retry_seconds: float | None = None

    def with_reference(self, reference: str) -> Page:
        """Name what the log and the audit call it."""
        return self._replace(text=f"{self.text} Reference: {reference[:_SHOWN]}.")


UNKNOWN = Page(
    404,
    "This download link does not work",
    "It has expired, was withdrawn, or was not copied whole. Go back to the thread in Slack that "
    "it came from and press “New link”.",
)
GONE = Page(
    404,
    "The package is no longer there",
    "The platform keeps a package only for a while and no longer gives this one. Go back to the "
    "thread in Slack and press “New link”: it offers to package the code again.",
)
FULL = Page(
    503,
    "Too many downloads at once",
    "All places are taken just now. Your link stays good until it expires: please open it again "
    "in half a minute.",
    RETRY_SECONDS,
)
STOPPING = Page(
    503,
    "The bot is being restarted",
    "Your link stays good until it expires: please open it again in half a minute.",
    RETRY_SECONDS,
)
LATE = Page(
    504,
    "The platform does not answer",
    "The bot asked the platform for the package and got no answer in time. Please open the link "
    "again in a few minutes; if it stays like this, tell whoever looks after the platform.",
)
BROKEN_HERE = Page(
    500,
    "Something broke in the bot",
    "The fault was logged. Please open the link again; if it happens twice, tell whoever looks "
    "after the bot.",
)
_BUSY = Page(
    503,
    "The platform is busy",
    "It asks us to come back later. Please open the link again in a few minutes.",
    RETRY_SECONDS,
)
_REFUSED = Page(
    502,
    "The platform refused the bot",
    "It did not accept the access that the bot has, so opening the link again will not help: "
    "please tell whoever looks after the bot (`sast-source doctor` says what is wrong).",
)
_BROKEN = Page(
    502,
    "The platform did not deliver the package",
    "What it sent was an error, or not a whole package. Please open the link again; if it happens "
    "twice, press “New link” in the thread in Slack, or ask for the code again.",
)


def page_for(error: PlatformError) -> Page:
    """Give the page for what a platform did before the first byte went out."""
    match error:
        case PlatformNotFound():
            return GONE
        case PlatformBusy():
            return _BUSY._replace(retry_seconds=error.retry_after or RETRY_SECONDS)
        case PlatformUnreachable():
            return LATE
        case PlatformRefused():
            return _REFUSED
        case _:
            return _BROKEN


def render(page: Page) -> web.Response:
    """Give the page as a response; the same page is always the same bytes."""
    title = escape(page.title)
    body = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head>\n"
        f"<body><h1>{title}</h1><p>{escape(page.text)}</p></body></html>\n"
    )
    response = web.Response(
        status=page.status, text=body, content_type="text/html", headers=_HEADERS
    )
    if page.retry_seconds is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(page.retry_seconds)))
    return response


def render_for_robot() -> web.Response:
    """Give the empty page that previews are made from."""
    return web.Response(text="", content_type="text/html", headers=_HEADERS)
