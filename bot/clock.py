"""The wall clock, as a thing that is handed on.

Everything that waits for business time (deadlines, expiry, polling, budgets) takes a `Clock`, so
that tests and the demo can run it faster; the sandbox has one of its own that fits.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits for it."""

    def now(self) -> datetime:
        """Give the present in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock's time."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the present in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`."""
        await asyncio.sleep(max(0.0, seconds))
