"""A clock that can run faster than the wall, and be shared by several processes.

It is a pure function of the wall clock and two numbers, so a bot in one process and a sandbox in
another agree on the time without talking to each other.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class ScaledClock:
    """Time that starts at `origin` (Unix seconds) and runs `speed` times as fast as the wall."""

    def __init__(self, speed: float = 1.0, origin: float | None = None) -> None:
        self.speed = speed
        self.origin = time.time() if origin is None else origin

    def now(self) -> datetime:
        """Give the present in UTC."""
        wall = time.time() - self.origin
        return datetime.fromtimestamp(self.origin + wall * self.speed, UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock's time."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
