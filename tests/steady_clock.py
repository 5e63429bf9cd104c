"""A fast clock that a busy machine cannot hurry."""

from __future__ import annotations

import asyncio
import heapq
import time
from datetime import UTC, datetime
from itertools import count

from bot.sandbox.clock import ScaledClock

# The longest time between two looks that counts, in wall seconds. A process that stood still for
# half a second finds that hardly any time has passed, and nobody's deadline with it.
STEP = 0.005


class SteadyClock(ScaledClock):
    """Time that runs `speed` times as fast as the wall, but never while the loop stands still.

    Deadlines in tests are of this clock, the machine's work is of the wall: on a plain
    `ScaledClock` a machine that is busy for a moment uses up whole minutes. It serves one loop.
    """

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self._passed = 0.0  # seconds of this clock
        self._skipped = 0.0
        self._looked_at = time.monotonic()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.origin + self._look() + self._skipped, UTC)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        awake = asyncio.get_running_loop().create_future()
        is_beating = bool(self._sleepers)
        heapq.heappush(self._sleepers, (self._look() + seconds, next(self._numbers), awake))
        if not is_beating:
            self._beat()
        await awake

    def skip(self, seconds: float) -> None:
        """Move the hands forward. Those who sleep finish their sleep first."""
        self._skipped += seconds

    def _look(self) -> float:
        wall = time.monotonic()
        self._passed += min(wall - self._looked_at, STEP) * self.speed
        self._looked_at = wall
        return self._passed

    def _beat(self) -> None:
        """Wake those whose time has come, and look again before long while others sleep."""
        present = self._look()
        while self._sleepers and self._sleepers[0][0] <= present:
            _, _, awake = heapq.heappop(self._sleepers)
            if not awake.done():
                awake.set_result(None)
        if self._sleepers:
            left = (self._sleepers[0][0] - present) / self.speed
            asyncio.get_running_loop().call_later(min(left, STEP), self._beat)
