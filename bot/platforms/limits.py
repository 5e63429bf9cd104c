"""How much one platform is asked to do at once: requests, requests per second, packagings.

In this process only; nothing here knows what a request or a packaging is.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.clock import Clock

OnWait = Callable[[int], Awaitable[None]]


class RequestLimiter:
    """At most so many requests at once, and at most so many begun within any one second.

    Whole seconds are shared in the order of asking. A platform that asks for a pause gets one
    from everybody.
    """

    def __init__(self, at_once: int, per_second: float, clock: Clock) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._window = timedelta(seconds=math.ceil(per_second) / per_second)
        self._begun: deque[datetime] = deque(maxlen=math.ceil(per_second))
        self._in_turn = asyncio.Lock()
        self._paused_until: datetime | None = None
        self._clock = clock

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place among those at once and for a moment to begin; hold the place."""
        async with self._places:
            async with self._in_turn:
                await self._begin()
            yield

    def pause(self, seconds: float) -> None:
        """Let nothing begin for `seconds` from now."""
        until = self._clock.now() + timedelta(seconds=seconds)
        if self._paused_until is None or self._paused_until < until:
            self._paused_until = until

    async def _begin(self) -> None:
        reached = self._clock.now()
        while (due := self._due(reached)) > reached:  # a pause may grow while we wait
            await self._clock.sleep((due - reached).total_seconds())
            reached = due
        self._begun.append(reached)

    def _due(self, now: datetime) -> datetime:
        due = max(now, self._paused_until or now)
        if len(self._begun) < (self._begun.maxlen or 0):
            return due
        return max(due, self._begun[0] + self._window)


class _Place:
    """Somebody's place: in the queue, or, once it is their turn, among those at work."""

    def __init__(self, name: str, *, is_told: bool) -> None:
        self.name = name
        self.is_told = is_told
        self.ahead = 0
        self.has_turn = False
        self.moved = asyncio.Event()


class Turns:
    """So many at once, the others in the order in which they came.

    Cancelling whoever waits or works frees the place. Names are only there to ask after.
    """

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._working = 0
        self._queue: deque[_Place] = deque()

    @property
    def working(self) -> int:
        """How many have their turn now."""
        return self._working

    @property
    def waiting(self) -> int:
        """How many wait for theirs."""
        return len(self._queue)

    def ahead(self, name: str) -> int | None:
        """Give how many are before `name`, those at work included; None where it does not wait."""
        return next((place.ahead for place in self._queue if place.name == name), None)

    @asynccontextmanager
    async def take(
        self, name: str, on_wait: OnWait | None = None, *, is_under_way: bool = False
    ) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        `on_wait` is called with how many are ahead, at first and whenever that has changed;
        changes during a call of it are told as one. `is_under_way` says that the work runs
        already (a packaging found again after a restart): it has its turn at once, even where
        that makes more than `at_once`, and the next ones wait the longer.
        """
        place = _Place(name, is_told=on_wait is not None)
        self._enter(place, is_under_way=is_under_way)
        try:
            await self._wait(place, on_wait)
            yield
        finally:
            self._leave(place)

    async def _wait(self, place: _Place, on_wait: OnWait | None) -> None:
        told = None
        while not place.has_turn:
            if on_wait is not None and place.ahead != told:
                told = place.ahead
                await on_wait(told)
            else:
                await place.moved.wait()
                place.moved.clear()

    def _enter(self, place: _Place, *, is_under_way: bool) -> None:
        if is_under_way:
            place.has_turn = True
            self._working += 1
        else:
            self._queue.append(place)
        self._advance()

    def _leave(self, place: _Place) -> None:
        if place.has_turn:
            self._working -= 1
        else:
            self._queue.remove(place)
        self._advance()

    def _advance(self) -> None:
        while self._queue and self._working < self.at_once:
            first = self._queue.popleft()
            first.has_turn = True
            first.moved.set()
            self._working += 1
        for position, place in enumerate(self._queue):
            ahead = self._working + position
            if place.ahead != ahead:
                place.ahead = ahead
                if place.is_told:
                    place.moved.set()
