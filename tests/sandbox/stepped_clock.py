"""A clock for the sandboxes' own tests, which moves only when it is told to."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.clock import ScaledClock


class SteppedClock(ScaledClock):
    """A clock that stands still until it is moved on; sleeping moves it on."""

    def __init__(self) -> None:
        super().__init__()
        self._present = super().now()
        self.slept = 0.0

    def now(self):
        return self._present

    async def sleep(self, seconds):
        self.slept += seconds
        self.step(seconds)

    def step(self, seconds):
        self._present += timedelta(seconds=seconds)
