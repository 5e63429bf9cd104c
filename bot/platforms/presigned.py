"""The expiry that a pre-signed URL carries: AWS (both signatures), CloudFront and Azure.

Written by whoever signed it, so a hint and no promise: what cannot be read is as if absent.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
https://learn.microsoft.com/rest/api/storageservices/create-service-sas
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, product, starmap
from typing import Final

from yarl import URL

from bot.platforms.link_expiry import parsed

_LONGEST: Final = 20  # digits
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)


def presigned_expiry(url: URL) -> datetime | None:
    """Give when a URL says that it ends, the earliest where it says so several times."""
    said: dict[str, list[str]] = defaultdict(list)
    for name, value in url.query.items():
        said[name.casefold()].append(value.strip())
    return min(_expiries(said), default=None)


def _expiries(said: Mapping[str, Sequence[str]]) -> Iterator[datetime]:
    readings = chain(
        starmap(_signed_for, product(said["x-amz-date"], said["x-amz-expires"])),
        map(parsed, said["se"]),
        map(_epoch, said["expires"]),
    )
    return (each for each in readings if each is not None)


def _signed_for(since: str, seconds: str) -> datetime | None:
    """Read when it was signed, in ISO's basic format, and for how many seconds."""
    began, lives = parsed(since), _whole(seconds)
    if began is None or lives is None:
        return None
    try:
        return parsed((began + timedelta(seconds=lives)).isoformat())
    except OverflowError:
        return None


def _epoch(text: str) -> datetime | None:
    seconds = _whole(text)
    if not seconds:
        return None if seconds is None else _LONG_AGO
    try:
        return parsed(datetime.fromtimestamp(seconds, UTC).isoformat())
    except (ValueError, OverflowError, OSError):
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST else None
