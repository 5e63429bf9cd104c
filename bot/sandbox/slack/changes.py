"""Telling those who watch what changed, so that nobody has to poll or to sleep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.sandbox.slack.records import Change

T = TypeVar("T")


class Changes:
    """Hands every change to every subscriber's queue."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[Change]] = []

    def subscribe(self) -> asyncio.Queue[Change]:
        """Give a queue that receives every change from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._queues.append(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Change]) -> None:
        """Stop filling the queue."""
        self._queues.remove(queue)

    def publish(self, change: Change) -> None:
        """Tell everyone."""
        for queue in self._queues:
            queue.put_nowait(change)

    async def wait_until(self, predicate: Callable[[], T], within: float) -> T:
        """Give the predicate's first truthy value, looking again after each change.

        Raises:
            TimeoutError: when `within` seconds of wall time pass without one.
        """
        queue = self.subscribe()
        try:
            async with asyncio.timeout(within):
                while not (value := predicate()):
                    await queue.get()
            return value
        finally:
            self.unsubscribe(queue)
