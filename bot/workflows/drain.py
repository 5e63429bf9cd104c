"""Know what is in flight, so that stopping breaks nothing.

The engine's own shutdown makes running steps fail, so we count effects ourselves: once stopping,
no new one begins, and those in flight get time to end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Drain:
    """Counts effects in flight and holds back new ones once stopping."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.is_stopping = False

    @asynccontextmanager
    async def effect(self) -> AsyncIterator[None]:
        """Count what runs inside; once stopping, wait for ever instead of beginning."""
        if self.is_stopping:
            await asyncio.Event().wait()
        self._in_flight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    async def stop(self, within: float) -> int:
        """Begin nothing new; wait up to `within` seconds; give how many are still in flight."""
        self.is_stopping = True
        try:
            async with asyncio.timeout(within):
                await self._idle.wait()
        except TimeoutError:
            return self._in_flight
        return 0
