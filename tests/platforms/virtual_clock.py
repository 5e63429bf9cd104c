"""A clock on which time passes only when nobody has anything left to do."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

T = TypeVar("T")
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


async def settle(rounds: int = 30) -> None:
    """Let everybody who can go on do so."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class VirtualClock:
    """Wakes the sleepers in the order of their times."""

    def __init__(self) -> None:
        self.time = BEGINNING
        self._sleepers: list[tuple[datetime, int, asyncio.Event]] = []
        self._number = count()

    @property
    def seconds(self) -> float:
        return (self.time - BEGINNING).total_seconds()

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.Event()
        until = self.time + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (until, next(self._number), awake))
        await awake.wait()

    async def run(self, work: Coroutine[None, None, T]) -> T:
        """Do `work`, while time passes."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await settle()
            if not task.done() and self._sleepers:
                self._wake_next()
        return await task

    async def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        until = self.time + timedelta(seconds=seconds)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            self._wake_next()
            await settle()
        self.time = max(self.time, until)

    def _wake_next(self) -> None:
        until, _, awake = heapq.heappop(self._sleepers)
        self.time = max(self.time, until)
        awake.set()
