"""Read the catalogues that names are looked up in; one platform that is away stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.names import Found, Resolution
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, PlatformName
from bot.errors import PlatformError, PlatformUnreachable
from bot.ports import PlatformGateway

_PATIENCE = 5.0  # seconds for the others, once one platform has what was meant

Reading = asyncio.Task[Catalogue]
Meaning = Callable[[list[Catalogue]], Resolution]
Gateways = Mapping[PlatformName, PlatformGateway]


@dataclass(frozen=True)
class Search:
    """What the words mean, and which platforms could not be searched."""

    resolution: Resolution
    troubles: tuple[PlatformError, ...]


async def search(gateways: Gateways, meaning: Meaning, clock: Clock) -> Search:
    """Say what is meant, reading anew what is kept where it knows no answer."""
    found = await _search(gateways, meaning, clock, fresh=False)
    if isinstance(found.resolution, Found):
        return found
    return await _search(gateways, meaning, clock, fresh=True)


async def find_build(gateways: Gateways, key: str) -> tuple[Target | None, list[PlatformError]]:
    """Ask every platform for the build with this key; also give what went wrong."""
    asked = [gateway.find_build(BuildKey(key)) for gateway in gateways.values()]
    got = await asyncio.gather(*asked, return_exceptions=True)
    target = next((one for one in got if isinstance(one, Target)), None)
    return target, _troubles(got)


async def _search(gateways: Gateways, meaning: Meaning, clock: Clock, *, fresh: bool) -> Search:
    reading = [
        asyncio.create_task(gateway.catalogue(fresh=fresh), name=name)
        for name, gateway in gateways.items()
    ]

    def known() -> Resolution:
        return meaning([one for one in _done(reading) if isinstance(one, Catalogue)])

    try:
        await _wait(reading, lambda: isinstance(known(), Found), clock)
        late = [_too_slow(task.get_name()) for task in reading if not task.done()]
        return Search(known(), (*_troubles(_done(reading)), *late))
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _wait(reading: Sequence[Reading], is_enough: Callable[[], bool], clock: Clock) -> None:
    """Wait for all; once some are enough, for the others only a while."""
    pending = set(reading)
    while pending:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if pending and is_enough():
            others = asyncio.ensure_future(asyncio.wait(pending))
            over = asyncio.ensure_future(clock.sleep(_PATIENCE))
            try:
                await asyncio.wait({others, over}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                others.cancel()
                over.cancel()
            return


def _done(reading: Sequence[Reading]) -> list[Catalogue | BaseException]:
    done = [task for task in reading if task.done()]
    return [task.exception() or task.result() for task in done]


def _troubles(got: Iterable[object]) -> list[PlatformError]:
    """Give what platforms said; anything else that went wrong is raised."""
    broken = [one for one in got if isinstance(one, BaseException)]
    for error in broken:
        if not isinstance(error, PlatformError):
            raise error
    return [one for one in broken if isinstance(one, PlatformError)]


def _too_slow(platform: str) -> PlatformError:
    text = f"{platform} did not answer in time."
    return PlatformUnreachable(text, platform=platform)
