"""Every page of a list, with a guard against lists that do not end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from bot.errors import PlatformBroken
from bot.platforms.odc_models import PagedWire
from bot.platforms.wire import Wire

log = structlog.get_logger()

T = TypeVar("T", bound=Wire)

_MOST_PAGES: Final = 200  # two minutes' worth of the rate limit, and 20,000 applications


async def all_pages(
    page: Callable[[int], Awaitable[PagedWire[T]]], *, what: str, platform: str
) -> list[T]:
    """Read pages, each from the offset that the one before it names, until one names none.

    Raises PlatformBroken where that would never end. That it ends before the total it tells itself
    is only logged: nobody says whether the total counts what this API client may not see.
    """
    found: list[T] = []
    offset = 0
    for _ in range(_MOST_PAGES):
        read = await page(offset)
        found += read.results
        following = read.page.next_page_offset
        if following is None:
            if len(found) < read.page.total_results:
                total = read.page.total_results
                log.warning("list_ends_early", platform=platform, found=len(found), total=total)
            return found
        if following <= offset:
            turns = f"after the page at {offset} comes the one at {following}"
            raise _broken(platform, what, f"does not end ({turns})")
        offset = following
    raise _broken(platform, what, f"does not end (it has more than {_MOST_PAGES} pages)")


def _broken(platform: str, what: str, problem: str) -> PlatformBroken:
    return PlatformBroken(
        f"{platform} could not list {what}: the list {problem}.", platform=platform
    )
