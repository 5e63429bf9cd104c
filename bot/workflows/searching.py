"""Read the catalogues that names are looked up in; one platform that is away stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from bot.clock import Clock
from bot.domain.names import EnvironmentMissing, Found, NoRevisions, Resolution, Several
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, PlatformName
from bot.errors import PlatformError, PlatformUnreachable
from bot.ports import PlatformGateway

Answered = TypeVar("Answered", Catalogue, Target | None)
Meaning = Callable[[Sequence[Catalogue]], Resolution]
Gateways = Mapping[PlatformName, PlatformGateway]

# Seconds of patience with the other platforms.
_ONCE_FOUND = 15.0  # when one has what was meant
_OTHERWISE = 60.0  # when one has answered

# What a newer catalogue does not change, or not for the better.
_SETTLED = (Found, Several, EnvironmentMissing, NoRevisions)


class Search:
    """What words mean on some platforms: looked up in what is known of them, then read anew."""

    def __init__(self, gateways: Gateways, meaning: Meaning, clock: Clock) -> None:
        self._gateways = gateways
        self._meaning = meaning
        self._clock = clock
        self._catalogues: dict[PlatformName, Catalogue] = {}
        self._troubles: dict[PlatformName, PlatformError] = {}

    @property
    def resolution(self) -> Resolution:
        """Give what the words mean, as far as the platforms could be searched."""
        return self._meaning(list(self._catalogues.values()))

    @property
    def is_settled(self) -> bool:
        """Whether reading anew would bring nothing."""
        return isinstance(self.resolution, _SETTLED)

    @property
    def has_searched(self) -> bool:
        """Whether any platform could be searched, for all that was looked for."""
        return any(name not in self._troubles for name in self._catalogues)

    @property
    def troubles(self) -> list[PlatformError]:
        """Give why platforms could not be searched."""
        return list(self._troubles.values())

    async def look(self) -> None:
        """Look in what is known of every platform, which is some minutes old at most."""
        await self._read(self._gateways, fresh=False)

    async def read_anew(self) -> None:
        """Read anew what could be read; where that fails, what was read before still counts."""
        there = {name: self._gateways[name] for name in self._catalogues}
        await self._read(there, fresh=True)

    async def find_build(self, key: str) -> Target | None:
        """Ask every platform for the build with this key."""
        asked = {
            name: asyncio.create_task(gateway.find_build(BuildKey(key)))
            for name, gateway in self._gateways.items()
        }
        found = await self._gather(asked, lambda got: any(one is not None for one in got))
        return next((one for one in found.values() if one is not None), None)

    async def _read(self, gateways: Gateways, *, fresh: bool) -> None:
        asked = {
            name: asyncio.create_task(gateway.catalogue(fresh=fresh))
            for name, gateway in gateways.items()
        }

        def is_enough(catalogues: Sequence[Catalogue]) -> bool:
            return isinstance(self._meaning(catalogues), Found)

        self._catalogues |= await self._gather(asked, is_enough, besides=self._catalogues)

    async def _gather(
        self,
        asked: Mapping[PlatformName, asyncio.Task[Answered]],
        is_enough: Callable[[Sequence[Answered]], bool],
        *,
        besides: Collection[PlatformName] = (),
    ) -> dict[PlatformName, Answered]:
        """Give what has been answered; note what went wrong, `besides` where it does not matter."""
        try:
            await self._wait(asked.values(), is_enough)
            answered = {name: task.result() for name, task in asked.items() if _is_well(task)}
            for name, task in asked.items():
                if name not in answered and name not in besides:
                    self._troubles[name] = _trouble(name, task)
            return answered
        finally:
            for task in asked.values():
                task.cancel()
            await asyncio.gather(*asked.values(), return_exceptions=True)

    async def _wait(
        self,
        tasks: Collection[asyncio.Task[Answered]],
        is_enough: Callable[[Sequence[Answered]], bool],
    ) -> None:
        """Wait for all; once some have answered, for each of the others only a while."""
        while not all(task.done() for task in tasks):
            pending: list[asyncio.Future[Any]] = [task for task in tasks if not task.done()]
            answered = [task.result() for task in tasks if _is_well(task)]
            if not answered:
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                continue
            patience = _ONCE_FOUND if is_enough(answered) else _OTHERWISE
            over = asyncio.ensure_future(self._clock.sleep(patience))
            try:
                await asyncio.wait([*pending, over], return_when=asyncio.FIRST_COMPLETED)
                if over.done():
                    return
            finally:
                over.cancel()


def _is_well(task: asyncio.Task[Answered]) -> bool:
    """Whether it has an answer; what went wrong and was no platform's doing is raised."""
    if not task.done():
        return False
    error = task.exception()
    if error is not None and not isinstance(error, PlatformError):
        raise error
    return error is None


def _trouble(name: PlatformName, task: asyncio.Task[Answered]) -> PlatformError:
    error = task.exception() if task.done() else None
    if isinstance(error, PlatformError):
        return error
    return PlatformUnreachable(f"{name} did not answer in time.", platform=name)
