"""What a platform's answer means: the one place where a status becomes an error.

A pure function of what came over the wire. It shows the server's own words and adds what they can
mean, but never where a link points: of a redirect only the host is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

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
from bot.platforms.server_text import is_structured, server_text

_REFUSAL_CAN_MEAN: Final = (
    "This can mean that the token is wrong or has expired, that its service account lacks the "
    "permission (Open and Debug on the environment), that the platform does not accept calls from "
    "this network, or that it was reached over http where it requires https."
)
_NOTHING_THERE: Final = (
    "What answered is not the platform's API: the platform's URL may be wrong, or its version may "
    "not offer this call."
)
_NOT_OFFERED: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})


def error_in(
    call: Call, status: int, headers: Mapping[str, str], body: bytes, *, platform: str
) -> PlatformError | None:
    """Give the error that an answer stands for; None where it is a success.

    `headers` are looked up without regard to case where the mapping does so.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    kind = _kind(status)
    text = _sentence(kind, call, status, headers, body, platform=platform)
    return kind(text, platform=platform, status=status, retry_after=retry_after(headers))


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


def _sentence(
    kind: type[PlatformError],
    call: Call,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    platform: str,
) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirect(call, status, headers, platform)
    said = server_text(headers, body)
    sentence = f"{platform} {_did(kind)} {call.purpose} ({status}): {said}"
    if not sentence.endswith((".", "!", "?")):
        sentence += "."
    if kind is PlatformRefused:
        return f"{sentence} {_REFUSAL_CAN_MEAN}"
    if status in _NOT_OFFERED and not is_structured(body):
        return f"{sentence} {_NOTHING_THERE}"
    return sentence


def _did(kind: type[PlatformError]) -> str:
    if kind is PlatformRefused:
        return "refused to"
    if kind is PlatformBusy:
        return "is too busy to"
    return "could not"


def _redirect(call: Call, status: int, headers: Mapping[str, str], platform: str) -> str:
    try:
        location = URL(headers.get("Location", ""))
        host, scheme = location.host, location.scheme
    except ValueError:
        host = scheme = None
    where = f"the host {host} ({scheme})" if host else "another page"
    return (
        f"{platform} could not {call.purpose}: it answered with a redirect ({status}) to {where}, "
        "which is not followed, since the token must not go there. Check the platform's URL."
    )
