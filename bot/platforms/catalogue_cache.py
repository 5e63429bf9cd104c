"""The catalogue of one platform, kept for some minutes and read once for all who ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.target import Catalogue

# As good as new: nobody asks again sooner with hope, and a long list costs many requests.
_FRESH: Final = timedelta(seconds=30)


class CatalogueCache:
    """Reads through `read` when what is kept is too old."""

    def __init__(
        self, read: Callable[[], Awaitable[Catalogue]], minutes: float, clock: Clock
    ) -> None:
        self._read = read
        self._lifetime = timedelta(minutes=minutes)
        self._clock = clock
        self._kept: Catalogue | None = None
        self._reading: asyncio.Task[Catalogue] | None = None

    async def get(self, *, fresh: bool) -> Catalogue:
        """Give the catalogue; `fresh`: one just read, or the one that is being read."""
        kept = self._kept
        oldest = min(_FRESH, self._lifetime) if fresh else self._lifetime
        if kept is not None and abs(self._clock.now() - kept.read_at) < oldest:
            return kept
        if self._reading is None:
            self._reading = asyncio.create_task(self._refresh())
            self._reading.add_done_callback(self._finished)
        # One caller that gives up must not take the answer from the others.
        return await asyncio.shield(self._reading)

    async def _refresh(self) -> Catalogue:
        self._kept = await self._read()
        return self._kept

    def _finished(self, task: asyncio.Task[Catalogue]) -> None:
        self._reading = None
        if not task.cancelled():
            task.exception()  # seen, even where nobody waits any more
