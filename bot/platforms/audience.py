"""Those who wait for one and the same thing: what one is told while it is got, all are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from bot.ports import Watcher


class Audience:
    """Implements ports.Watcher for whoever acts, with the others listening."""

    def __init__(self) -> None:
        self._acts: Watcher | None = None
        self._listening: list[Watcher] = []
        self._ahead: int | None = None  # None: it does not wait

    @contextmanager
    def acting(self, watcher: Watcher | None) -> Iterator[Watcher | None]:
        """Give what hears for `watcher` and for those who listen."""
        self._acts, self._ahead = watcher, None
        try:
            yield None if watcher is None else self
        finally:
            self._acts = None

    @asynccontextmanager
    async def listening(self, watcher: Watcher | None) -> AsyncIterator[None]:
        """Let `watcher` hear how whoever acts is held, from now on."""
        if watcher is None:
            yield
            return
        self._listening.append(watcher)
        try:
            if self._acts is not None and self._ahead is not None:
                await watcher.waits(self._ahead)
            yield
        finally:
            self._listening.remove(watcher)
        await watcher.goes_on()

    async def waits(self, ahead: int) -> None:
        """Hear that the platform's rate limit holds whoever acts."""
        self._ahead = ahead
        for each in self._all():
            await each.waits(ahead)

    async def goes_on(self) -> None:
        """Hear that it waits no longer."""
        self._ahead = None
        for each in self._all():
            await each.goes_on()

    async def sends(self, *, is_repeat: bool) -> None:
        """Hear that a request is sent, which is the business of whoever acts."""
        if self._acts is not None:
            await self._acts.sends(is_repeat=is_repeat)

    async def turned_away(self) -> None:
        """Hear that it has started nothing."""
        if self._acts is not None:
            await self._acts.turned_away()

    def _all(self) -> list[Watcher]:
        return [*([self._acts] if self._acts is not None else []), *self._listening]
