"""When a platform link ends, from what the platform says about it, by our own clock.

Dates come with and without a zone, in the body or in a header; OutSystems writes 1900-01-01 for
no date. Where the platform's clock is clearly wrong the difference is taken out, so that a link
that lives for an hour lives for an hour here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 9000
# A `Date` has whole seconds and its answer has travelled: less than this is no wrong clock.
_TOLERATED: Final = timedelta(seconds=60)


def link_expiry(said: object, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Give when a link ends, in UTC; None where the platform does not say.

    The `Expires` header counts only where the body is silent, and only if it lies ahead: one that
    does not is about caching.
    """
    expires = parsed(said) if isinstance(said, str) else None
    if expires is not None:
        return by_our_clock(expires, headers, now)
    expires = by_our_clock(parsed(headers.get("Expires", "")), headers, now)
    return None if expires is None or expires <= now else expires


def by_our_clock(at: datetime | None, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Take out of a platform's date what its clock is ahead, where that is clearly wrong.

    None where there is no date, or none that makes sense by then.
    """
    ahead = clock_difference(headers, now) or timedelta(0)
    if at is None or abs(ahead) <= _TOLERATED:
        return at
    try:
        return at - ahead
    except OverflowError:
        return None


def clock_difference(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Give how far the platform's clock is ahead of ours; None where it does not say."""
    theirs = parsed(headers.get("Date", ""))
    return None if theirs is None else theirs - now


def parsed(text: str) -> datetime | None:
    """Read an ISO or HTTP date, UTC where it names no zone; None where it is none."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text.strip())
            date = date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return date if _FIRST_YEAR <= date.year <= _LAST_YEAR else None
    return None
