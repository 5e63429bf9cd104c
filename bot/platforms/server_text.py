"""A server's own words, from whatever it sent: a platform's error body, XML, HTML, nothing.

Made for one sentence in a message to people: short, on one line, without control characters.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.platforms.problem_details import ProblemDetails, problem_details

_LONGEST: Final = 600  # characters of one thing the server said
_MOST: Final = 10  # of the things it said
_READ: Final = 64 * 1024  # bytes of a body that are looked at
_PAGE: Final = 8 * 1024  # characters of a web page that are looked at
_LONGEST_CODE: Final = 100  # characters of an error code or trace id
_SPOKEN_FIELDS: Final = ("Errors", "errors", "error_description", "message", "Message", "error")
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_SILENT: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
# A storage's error, S3's and Azure's alike. The rest of it can name what signs a link.
_XML: Final = re.compile(r"<(Code|Message)>(.*?)</\1>", re.DOTALL)


class Said(NamedTuple):
    """What a server said."""

    text: str  # as part of a sentence; never empty
    error_code: str = ""
    trace_id: str = ""


def said_in(headers: Mapping[str, str], body: bytes) -> Said:
    """Give what the server said."""
    value = _json(body)
    if spoken := _errors(value):
        return Said("; ".join(spoken))
    if problem := problem_details(value):
        return _problem(problem)
    if spoken := _spoken(value):
        return Said("; ".join(spoken))
    return Said(_unstructured(headers, body))


def server_text(headers: Mapping[str, str], body: bytes) -> str:
    """Give what the server said, as part of a sentence; never empty."""
    return said_in(headers, body).text


def is_structured(body: bytes) -> bool:
    """Whether the body is an error as an API would write it, and not some web server's page."""
    value = _json(body)
    return bool(_spoken(value)) or problem_details(value) is not None


def is_storage_error(body: bytes) -> bool:
    """Whether the body is an error as S3 and Azure write it, in XML."""
    return _XML.search(body[:_PAGE].decode("utf-8", "replace")) is not None


def is_foreign(body: bytes) -> bool:
    """Whether the body is something that no API writes: neither empty nor JSON."""
    return bool(body.strip()) and body.strip() != b"null" and _json(body) is None


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


def _errors(value: object) -> list[str]:
    """Find LifeTime's documented `{"Errors": [...]}`."""
    return _spoken(value.get("Errors")) if isinstance(value, dict) else []


def _problem(problem: ProblemDetails) -> Said:
    said = "; ".join(line for each in problem.said[:_MOST] if (line := one_line(each)))
    code, trace = (one_line(each)[:_LONGEST_CODE] for each in problem[1:])
    named = [*([code] if code else []), *([f"trace id {trace}"] if trace else [])]
    text = f"{said} ({', '.join(named)})" if named else said
    return Said(text, code, trace)


def _unstructured(headers: Mapping[str, str], body: bytes) -> str:
    text = body[:_READ].decode("utf-8", "replace").lstrip("\ufeff").strip()
    if not text:
        return "nothing (an empty answer)"
    if text.startswith("<") and (found := _XML.findall(text[:_PAGE])):
        return one_line(html.unescape(": ".join(words for _, words in found)))
    if "html" in headers.get("Content-Type", "").lower() or text.startswith("<"):
        return _page(text[:_PAGE])
    return f'"{one_line(text)}"'


def _spoken(value: object) -> list[str]:
    """Find the sentences in some error body."""
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
