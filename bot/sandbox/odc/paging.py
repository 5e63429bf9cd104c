"""Pages of results, as ODC cuts them, and the parameters of a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar
from uuid import UUID

from aiohttp import web

from bot.sandbox.odc import texts
from bot.sandbox.odc.problems import Refusal
from bot.sandbox.odc.visit import Visit
from bot.sandbox.odc.wire import Json

T = TypeVar("T")

_LARGEST_NUMBER = 2**31 - 1


def paged(
    results: Sequence[T],
    write: Callable[[T], Json],
    request: web.Request,
    visit: Visit,
    largest: int,
) -> web.Response:
    """Answer with the page that was asked for, of `largest` results at most.

    No others are written: writing thousands for each page would take longer than all the rest.
    """
    limit = _number(request, "limit", 1, largest, 100)
    limit = min(limit, visit.knobs.largest_page or limit)
    offset = _number(request, "offset", 0, _LARGEST_NUMBER, 0)
    shown = [write(each) for each in results[offset : offset + limit]]
    end = offset + len(shown)
    page = {
        "count": len(shown),
        "limit": limit,
        "offset": offset,
        "nextPageOffset": end if shown and end < len(results) else None,
        "totalResults": len(results),
        "totalPages": -(-len(results) // limit),
    }
    if "stuck_page" in visit.bites:
        page["nextPageOffset"] = offset
    if "last_page" in visit.bites:
        page["nextPageOffset"] = None
    return web.json_response({"page": page, "results": shown})


def _number(request: web.Request, name: str, least: int, most: int, usual: int) -> int:
    given = request.query.get(name)
    if given is None:
        return usual
    if not given.isdecimal() or not least <= int(given) <= most:
        raise Refusal(400, texts.INVALID_PAGE.replace("{name}", name))
    return int(given)


def values_of(request: web.Request, name: str) -> list[str]:
    """Give the values of a parameter that is repeated, or whose values are comma-separated."""
    given = ",".join(request.query.getall(name, []))
    return [each.strip() for each in given.split(",") if each.strip()]


def key_in(request: web.Request, name: str) -> str | None:
    """Give a parameter that must be a key; raises Refusal."""
    given = request.query.get(name)
    if given is None:
        return None
    try:
        return str(UUID(given))
    except ValueError:
        raise Refusal(400, texts.INVALID_KEY.replace("{name}", name)) from None


def refuse_unpretended(request: web.Request, names: Collection[str]) -> None:
    """Refuse published parameters that the sandbox has no part in, rather than ignore them."""
    for name in names:
        if name in request.query:
            raise Refusal(400, texts.NOT_PRETENDED.replace("{name}", name))
