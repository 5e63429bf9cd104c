"""Loops that run beside everything else, watched: none of them ends without anybody noticing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import BotError

log = structlog.get_logger()

_BEFORE_AGAIN = 5.0  # wall seconds after a failure that has a name
_LAG_EVERY = 0.5


class Background:
    """Runs loops until stopped. A failure with a name is logged and the loop goes on."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def run(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Start a loop."""
        task = asyncio.create_task(self._again_and_again(name, loop), name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    async def broken(self) -> None:
        """Wait for a loop to fail for a reason nobody foresaw, and raise that."""
        await asyncio.shield(self._broken)

    async def stop(self) -> None:
        """End every loop."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._broken.cancel()

    async def _again_and_again(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
            except BotError as error:
                log.warning("background_failed", loop=name, reason=error.message)
                await asyncio.sleep(_BEFORE_AGAIN)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() and not self._broken.done():
            self._broken.set_exception(task.exception() or RuntimeError("a loop ended"))


async def watch_lag(observe: Callable[[float], None]) -> None:
    """Measure for ever how late the event loop is, in seconds."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LAG_EVERY
        await asyncio.sleep(_LAG_EVERY)
        observe(max(0.0, loop.time() - due))
