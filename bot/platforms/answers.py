"""What a platform's answer means: the one place where a status becomes an error.

A pure function of what came over the wire. It shows the server's own words and adds what they can
mean, but never where a link points: of a redirect only the host is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, NamedTuple

from yarl import URL

from bot.errors import (
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)
from bot.platforms.call import Call
from bot.platforms.server_text import is_foreign, is_structured, said_in, server_text

_NOT_OFFERED: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})


class Words(NamedTuple):
    """What an answer can mean, in the platform's own words: sentences, or nothing."""

    refusal: str = ""  # that of a 401 or 403
    nothing_there: str = ""  # that of a 404 or 405 which is no API's


def error_in(
    call: Call,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    platform: str,
    words: Words,
    host: str = "",
) -> PlatformError | None:
    """Give the error that an answer stands for; None where it is a success.

    `headers` are looked up without regard to case where the mapping does so. `host`: who answered
    where that is not the platform itself but somebody to whom it refers.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    kind = _kind(status)
    if kind is PlatformNotFound and call.may_find_nothing and is_foreign(body):
        kind = PlatformBroken  # somebody on the way says so, who does not know what there is
    said = said_in(headers, body)
    who = f"{host}, to which {platform} refers," if host else platform
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        text = f"{who} could not {call.purpose}: {_redirect(status, headers)}"
        if not host:  # elsewhere no token was shown
            text += " The token must not go there: check the platform's URL."
    else:
        text = _sentence(f"{who} {_did(kind)} {call.purpose} ({status}): {said.text}")
        text = f"{text} {_meaning(kind, status, body, words)}".rstrip()
    return kind(
        text,
        platform=platform,
        status=status,
        retry_after=retry_after(headers),
        error_code=said.error_code,
        trace_id=said.trace_id,
    )


def unreadable(
    call: Call, headers: Mapping[str, str], body: bytes, *, platform: str
) -> PlatformError:
    """Give the error for a success whose body is not what the call promises."""
    said = server_text(headers, body)
    return PlatformBroken(
        f"{platform} could not {call.purpose}: its answer cannot be read. It sent {said}.",
        platform=platform,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that `Retry-After` asks for: RFC 9110 section 10.2.3, both forms.

    A date is measured against the answer's own `Date`, so that no clock of ours is needed.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _kind(status: int) -> type[PlatformError]:
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return PlatformRefused
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return PlatformNotFound
        case HTTPStatus.TOO_MANY_REQUESTS:
            return PlatformBusy
        case HTTPStatus.REQUEST_TIMEOUT:
            return PlatformUnreachable
        case _ if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return PlatformRejected
        case _:
            return PlatformBroken


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _meaning(kind: type[PlatformError], status: int, body: bytes, words: Words) -> str:
    if kind is PlatformRefused:
        return words.refusal
    if status in _NOT_OFFERED and not is_structured(body):
        return words.nothing_there
    return ""


def _did(kind: type[PlatformError]) -> str:
    if kind is PlatformRefused:
        return "refused to"
    if kind is PlatformBusy:
        return "is too busy to"
    return "could not"


def _redirect(status: int, headers: Mapping[str, str]) -> str:
    try:
        location = URL(headers.get("Location", ""))
        host, scheme = location.host, location.scheme
    except ValueError:
        host = scheme = None
    where = f"the host {host} ({scheme})" if host else "another page"
    return f"it answered with a redirect ({status}) to {where}, which is not followed."
