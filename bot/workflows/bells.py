"""Wake whoever waits for a row to change, within this process.

A bell carries no news: who hears it reads the row again. So a bell may be rung too often, and
what changed before somebody listened is seen by reading once after listening began.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.clock import Clock
from bot.workflows.patience import is_done_within


def followers_of(packaging: str) -> str:
    """Name the bell that rings when somebody stops following a packaging."""
    return f"followers:{packaging}"


class Bells:
    """Named bells; each listener has an event of its own."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, name: str) -> None:
        """Wake everybody who listens to `name`."""
        for event in self._listeners.get(name, ()):
            event.set()

    @contextmanager
    def listen(self, *names: str) -> Iterator[Listener]:
        """Hear these bells from now on, until the block ends."""
        event = asyncio.Event()
        for name in names:
            self._listeners[name].add(event)
        try:
            yield Listener(event)
        finally:
            for name in names:
                self._forget(name, event)

    def _forget(self, name: str, event: asyncio.Event) -> None:
        self._listeners[name].discard(event)
        if not self._listeners[name]:
            del self._listeners[name]


class Listener:
    """Hears the bells it was made for."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def heard(self) -> None:
        """Wait until one rings, or return at once if one rang since the last time."""
        await self._event.wait()
        self._event.clear()

    async def waits_for(
        self, work: asyncio.Future[Any], *, unless: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Wait for the work and raise what it raised; cancel it and give False where it may end.

        `unless` is asked whenever a bell rings.
        """
        try:
            while not work.done():
                heard = asyncio.ensure_future(self.heard())
                try:
                    await asyncio.wait({work, heard}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    heard.cancel()
                if not work.done() and await unless():
                    return False
            work.result()
        finally:
            work.cancel()
        return True

    async def heard_within(self, clock: Clock, seconds: float) -> bool:
        """Wait until one rings, or `seconds` are over; gives whether one rang."""
        heard = asyncio.ensure_future(self.heard())
        try:
            return await is_done_within(heard, clock, seconds)
        finally:
            heard.cancel()
