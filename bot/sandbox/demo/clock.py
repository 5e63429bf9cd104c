"""A clock whose speed can be turned while others wait on it."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime

from bot.sandbox.clock import ScaledClock

SPEEDS = (1.0, 5.0, 20.0, 60.0)


class DemoClock(ScaledClock):
    """A `ScaledClock` that never jumps when its speed changes. May be used from several loops."""

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__(speed)
        self._turned_at = self.origin  # wall time
        self._shown_then = self.origin  # this clock's time
        self._lock = threading.Lock()
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def now(self) -> datetime:
        """Give the present in UTC."""
        return datetime.fromtimestamp(self._shown(), UTC)

    def turn(self, speed: float) -> None:
        """Go on at another speed, at once also for those who wait."""
        with self._lock:
            self._shown_then, self._turned_at = self._shown(), time.time()
            self.speed = speed
            for loop, waker in self._sleepers:
                loop.call_soon_threadsafe(waker.set)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock's time."""
        end = self._shown() + seconds
        sleeper = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._sleepers.add(sleeper)
        try:
            await self._until(end, sleeper[1])
        finally:
            with self._lock:
                self._sleepers.discard(sleeper)

    async def _until(self, end: float, waker: asyncio.Event) -> None:
        if end <= self._shown():
            await asyncio.sleep(0)
        while (left := end - self._shown()) > 0:
            waker.clear()
            await _first_of(waker, left / self.speed)

    def _shown(self) -> float:
        return self._shown_then + (time.time() - self._turned_at) * self.speed


async def _first_of(waker: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but no longer than `seconds` of wall time."""
    try:
        async with asyncio.timeout(seconds):
            await waker.wait()
    except TimeoutError:
        return
