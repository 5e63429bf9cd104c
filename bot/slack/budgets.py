"""Slack's rate limits as budgets: every call waits for its turn, so that none is refused.

A turn is given in the order in which it was asked for, on the Clock. What Slack refuses all the
same (429) closes the gate for as long as Slack says; those who wait then go one by one, at the
gate's own pace, never all at once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.slack.methods import Method

_MINUTE = 60.0
_IDLE_GATES = 1000
# Calls travel, so two that leave a little apart can arrive a little closer: keep some in hand.
_IN_HAND = 3


class Gate:
    """Lets calls through at a pace: `burst` at once, then one every `interval` seconds."""

    def __init__(self, clock: Clock, interval: float, burst: int) -> None:
        self.lock = asyncio.Lock()
        self._clock = clock
        self._interval = timedelta(seconds=interval)
        self._slack = self._interval * (burst - 1)
        self._paid_until = clock.now()

    def wait(self) -> float:
        """Give the seconds until the next call may go; 0 when it may go now."""
        return max(0.0, (self._opens_at() - self._clock.now()).total_seconds())

    def book(self) -> None:
        """Count a call that goes now."""
        self._paid_until = max(self._paid_until, self._clock.now()) + self._interval

    def close(self, until: datetime) -> None:
        """Let nothing through before `until`, and no burst after it."""
        self._paid_until = max(self._paid_until, until + self._slack)

    async def ready(self) -> None:
        """Wait until a call may go. Looks again after waiting: the gate may have been closed."""
        while (seconds := self.wait()) > 0:
            await self._clock.sleep(seconds)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is remembered that a new gate would not know."""
        return not self.lock.locked() and self._paid_until <= self._clock.now()

    def _opens_at(self) -> datetime:
        return self._paid_until - self._slack


class Budgets:
    """The gates of all methods, and of all channels for methods that show a message."""

    def __init__(self, clock: Clock, *, seconds_between_messages: float = 1.0) -> None:
        self._clock = clock
        self._between_messages = seconds_between_messages
        self._methods: dict[str, Gate] = {}
        self._channels: dict[str, Gate] = {}

    async def turn(self, method: Method, channel: str = "") -> None:
        """Wait until `method` may be called, for `channel` where it shows a message."""
        gate = self._method_gate(method)
        if not method.shows_a_message:
            async with gate.lock:
                await gate.ready()
                gate.book()
            return
        await self._turn_in_channel(gate, channel)

    async def _turn_in_channel(self, gate: Gate, channel: str) -> None:
        # The channel's turn is kept while the method's is awaited, and both are booked together:
        # else two messages of one channel could wait out their second in the method's queue.
        place = self._channel_gate(channel)
        async with place.lock:
            while True:
                await place.ready()
                async with gate.lock:
                    await gate.ready()
                    if place.wait() == 0:
                        gate.book()
                        place.book()
                        return

    def pause(self, method: Method, channel: str, seconds: float) -> None:
        """Honour a 429. One channel is paused alone, unless another one already is."""
        until = self._clock.now() + timedelta(seconds=seconds)
        if not method.shows_a_message:
            self._method_gate(method).close(until)
            return
        others = (gate for name, gate in self._channels.items() if name != channel)
        if any(gate.wait() > self._between_messages for gate in others):
            self._method_gate(method).close(until)
        self._channel_gate(channel).close(until)

    def _method_gate(self, method: Method) -> Gate:
        if method.name not in self._methods:
            pace = method.per_minute - method.burst - _IN_HAND
            self._methods[method.name] = Gate(self._clock, _MINUTE / pace, method.burst)
        return self._methods[method.name]

    def _channel_gate(self, channel: str) -> Gate:
        if channel not in self._channels:
            self._forget_idle_channels()
            self._channels[channel] = Gate(self._clock, self._between_messages, burst=1)
        return self._channels[channel]

    def _forget_idle_channels(self) -> None:
        if len(self._channels) >= _IDLE_GATES:
            self._channels = {n: g for n, g in self._channels.items() if not g.is_idle}
