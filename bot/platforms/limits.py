"""How much one platform is asked to do: requests, and packagings at once (`turns.py`).

In this process only; nothing here knows what a request or a packaging is.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from bot.clock import Clock
from bot.platforms.call import Call
from bot.platforms.turns import OnWait, Turns
from bot.platforms.windows import Window
from bot.ports import Watcher
from bot.settings import PlatformLimits

_MINUTE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = 86_400.0  # seconds; whoever asks for more is asked again after a day
_STARTS: Final = "POST"  # no API is called so
_WORTH_SAYING: Final = timedelta(seconds=3)  # a shorter wait is not told


class _Gate:
    """A limit with the queue before it: whoever is first waits for a free place in the window."""

    def __init__(self, most: int, period: timedelta, *, ends_at_once: bool = False) -> None:
        self.window = Window(most, period, ends_at_once=ends_at_once)
        self.turns = Turns(1)
        self.ended = asyncio.Event()


class _Hearing:
    """Tells a watcher of a wait, each number once."""

    def __init__(self, watcher: Watcher | None) -> None:
        self.watcher = watcher
        self._told: int | None = None

    async def waits(self, ahead: int) -> None:
        if self.watcher is not None and ahead != self._told:
            self._told = ahead
            await self.watcher.waits(ahead)

    async def goes_on(self) -> None:
        if self.watcher is not None and self._told is not None:
            self._told = None
            await self.watcher.goes_on()


class RequestLimiter:
    """Limits on requests: at once, per second, and a minute where the platform has such limits.

    A request passes its limits from the narrowest to the widest: on starts of packagings, on its
    API, on all. It keeps its turn in one while it waits for the next, so those behind it in the
    narrow one do not stand in the way of others in the wide one, and it counts in none of them
    before it begins. In each queue the order is that of `arrive`.
    """

    def __init__(self, limits: PlatformLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._reached = clock.now()
        self._arrivals = count()
        rate = limits.requests_per_second
        second = timedelta(seconds=math.ceil(rate) / rate)
        self._minutes: dict[str, _Gate] = {}  # by API; that of the starts by itself
        self._all = (
            _Gate(limits.requests_at_once, timedelta(0)),
            _Gate(math.ceil(rate), second, ends_at_once=True),
        )

    def arrive(self) -> int:
        """Give a place in the order of asking, for who may have to ask several times."""
        return next(self._arrivals)

    @asynccontextmanager
    async def place(
        self, call: Call, watcher: Watcher | None = None, *, order: int | None = None
    ) -> AsyncIterator[None]:
        """Wait until the call may begin; hold its place among those at once until it has ended.

        `watcher` hears of a wait that is expected to be long.
        """
        gates = self._gates(call)
        hearing = _Hearing(watcher)
        await self._pass(gates, 0, hearing, self.arrive() if order is None else order)
        try:
            await hearing.goes_on()
            yield
        finally:
            self._end(gates)

    def pause(self, call: Call, seconds: float) -> None:
        """Let nothing begin for `seconds` that shares the narrowest limit of `call`."""
        until = self._now() + timedelta(seconds=min(seconds, _LONGEST_PAUSE))
        self._gates(call)[0].window.pause(until)

    def recall(self, call: Call, ended_at: Sequence[datetime]) -> None:
        """Count such calls of a process before this one, which their platform still counts.

        What lies ahead was asked for before the clock was put back.
        """
        now = self._now()
        for at in sorted(ended_at):
            for gate in self._by_the_minute(call):
                gate.window.recall(min(at, now))

    def paused(self, call: Call) -> float:
        """Give the seconds for which nothing like `call` may begin."""
        now = self._now()
        return max(gate.window.paused(now).total_seconds() for gate in self._gates(call))

    def is_by_the_minute(self, call: Call) -> bool:
        """Whether the platform limits such calls by the minute."""
        return bool(self._by_the_minute(call))

    async def _pass(
        self, gates: Sequence[_Gate], number: int, hearing: _Hearing, order: int
    ) -> bool:
        """Have the turn at each gate while passing the next, and begin when all are free.

        False when a gate before this one has closed meanwhile: who waits for that one again must
        not stand in the way here.
        """
        if number == len(gates):
            return self._begin(gates)
        gate = gates[number]

        async def hear(ahead: int) -> None:
            await self._hear(gate, ahead, hearing)

        told = hear if hearing.watcher is not None else None
        async with gate.turns.take("", told, order=order):
            while self._are_free(gates[:number]):
                await self._until_free(gate, hear)
                if await self._pass(gates, number + 1, hearing, order):
                    return True
        return False

    async def _until_free(self, gate: _Gate, hear: OnWait) -> None:
        while not self._are_free([gate]):
            await hear(0)
            now = self._now()
            due = gate.window.due(now)
            if due is None:
                gate.ended.clear()
                await gate.ended.wait()
            elif due > now:
                await self._clock.sleep((due - now).total_seconds())
                self._reached = max(self._reached, due)

    async def _hear(self, gate: _Gate, ahead: int, hearing: _Hearing) -> None:
        now = self._now()
        if gate.window.expected(now, ahead) - now > _WORTH_SAYING:
            await hearing.waits(ahead)

    def _are_free(self, gates: Sequence[_Gate]) -> bool:
        now = self._now()
        return all(gate.window.due(now) == now for gate in gates)

    def _begin(self, gates: Sequence[_Gate]) -> bool:
        if not self._are_free(gates):
            return False
        for gate in gates:
            gate.window.begin(self._now())
        return True

    def _end(self, gates: Sequence[_Gate]) -> None:
        for gate in gates:
            gate.window.end(self._now())
            gate.ended.set()

    def _gates(self, call: Call) -> tuple[_Gate, ...]:
        return (*self._by_the_minute(call), *self._all)

    def _by_the_minute(self, call: Call) -> list[_Gate]:
        limits = self._limits
        most = {
            _STARTS: limits.starts_per_minute if call.has_effect else None,
            call.api: limits.requests_per_minute if call.api else None,
        }
        return [self._minute(name, number) for name, number in most.items() if number is not None]

    def _minute(self, name: str, most: int) -> _Gate:
        if name not in self._minutes:
            self._minutes[name] = _Gate(most, _MINUTE)
        return self._minutes[name]

    def _now(self) -> datetime:
        """Give a time that never goes back, since a clock that is put right may."""
        self._reached = max(self._reached, self._clock.now())
        return self._reached
