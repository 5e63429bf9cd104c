"""A server's own words, from whatever it sent: LifeTime's error body, other JSON, HTML, nothing.

Made for one sentence in a message to people: short, on one line, without control characters.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Final

_LONGEST: Final = 600  # characters of one thing the server said
_MOST: Final = 10  # of the things it said
_READ: Final = 64 * 1024  # bytes of a body that are looked at
_PAGE: Final = 8 * 1024  # characters of a web page that are looked at
_SPOKEN_FIELDS: Final = ("Errors", "errors", "error_description", "detail", "message", "Message")
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_SILENT: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


def server_text(headers: Mapping[str, str], body: bytes) -> str:
    """Give what the server said, as part of a sentence; never empty."""
    text = body[:_READ].decode("utf-8", "replace").lstrip("\ufeff").strip()
    if not text:
        return "nothing (an empty answer)"
    if spoken := _spoken(_json(body)):
        return "; ".join(spoken)
    if "html" in headers.get("Content-Type", "").lower() or text.startswith("<"):
        return _page(text[:_PAGE])
    return f'"{one_line(text)}"'


def is_structured(body: bytes) -> bool:
    """Whether the body is an error as an API would write it, and not some web server's page."""
    return bool(_spoken(_json(body)))


def one_line(text: str) -> str:
    """Give `text` on one line, cut to a readable length, without control characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _json(body: bytes) -> object:
    if len(body) > _READ:
        return None
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def _spoken(value: object) -> list[str]:
    """Find the sentences in an error body, the documented `{"Errors": [...]}` first."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, dict):
        value = next((value[name] for name in _SPOKEN_FIELDS if value.get(name)), None)
        return _spoken(value) if not isinstance(value, dict) else []
    if not isinstance(value, list):
        return []
    lines = (one_line(each) for each in value[:_MOST] if isinstance(each, str))
    return [line for line in lines if line]


def _page(text: str) -> str:
    title = _TITLE.search(text)
    shown = title.group(1) if title else _TAG.sub(" ", _SILENT.sub(" ", text))
    line = one_line(html.unescape(shown))
    return f'a web page, "{line}"' if line else "a web page"
