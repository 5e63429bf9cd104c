"""A fair queue before something that only so many may do at once.

In this process only; nothing here knows what is done.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

OnWait = Callable[[int], Awaitable[None]]


class _Place:
    """Somebody's place: in the queue, or, once it is their turn, among those at work."""

    def __init__(self, name: str, *, order: int, is_told: bool) -> None:
        self.name = name
        self.order = order
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
        self,
        name: str,
        on_wait: OnWait | None = None,
        *,
        is_under_way: bool = False,
        order: int = 0,
    ) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        `on_wait` is called with how many are ahead, at first and whenever that has changed;
        changes during a call of it are told as one. `is_under_way` says that the work runs
        already (a packaging found again after a restart): it has its turn at once, even where
        that makes more than `at_once`, and the next ones wait the longer. Whoever has a lower
        `order` waits before the others.
        """
        place = _Place(name, order=order, is_told=on_wait is not None)
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
            insort(self._queue, place, key=_order)
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


def _order(place: _Place) -> int:
    return place.order
