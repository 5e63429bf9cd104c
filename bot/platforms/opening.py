"""A package that is being opened through one of its links, and what a link that fails says."""

from __future__ import annotations

from contextlib import ExitStack
from http import HTTPStatus
from typing import Final

from bot.errors import PackageDamaged, PlatformError
from bot.platforms.package_body import Base64Body, ZipBody, zip_body
from bot.platforms.stream import Stream

Opened = tuple[Stream, ZipBody | Base64Body]

# What a link that has expired, or whose package is gone, may be answered with; nobody says which.
_DEAD_LINK: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
    }
)


async def opened(stream: Stream, platform: str) -> Opened:
    """Give the download and the zip in it. Closes it, and raises PlatformError, if it is none."""
    with ExitStack() as undo:
        undo.callback(stream.close)
        body = await zip_body(stream, platform)
        undo.pop_all()
    return stream, body


def may_open_with_another(failure: PlatformError) -> bool:
    """Whether another link to the same package may do better."""
    return failure.status in _DEAD_LINK or isinstance(failure, PackageDamaged)
