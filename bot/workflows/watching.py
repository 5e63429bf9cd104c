"""What a gateway waits for while it works for a packaging, shown to those who follow it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from bot.clock import Clock

_NEAR = 5  # places from the front: from here on each step forward is told


class Hold(NamedTuple):
    """How the platform's rate limit holds a call."""

    ahead: int | None  # requests before ours; None: it holds us no longer
    since: datetime | None
    held_seconds: float  # how long it has held us, once it is over


class QueueTold:
    """Which place in a queue was told last.

    Every place of a long queue moves with every turn: only what makes a difference is worth it.
    """

    def __init__(self) -> None:
        self._told: int | None = None

    def is_news(self, ahead: int) -> bool:
        """Whether this place is worth telling; it then counts as told."""
        told = self._told
        if told is not None and told // 2 < ahead and ahead > min(_NEAR, told - 1):
            return False
        self._told = ahead
        return True


class RateWatcher:
    """Implements ports.Watcher for what a gateway does at one time.

    `show` is told of each wait that is worth showing, and of its end; `sent` hears of each request
    that starts a packaging, and whether it is a repetition; `turned_away`, that the last of them
    has started nothing.
    """

    def __init__(
        self,
        *,
        show: Callable[[Hold], Awaitable[None]],
        sent: Callable[[bool], Awaitable[None]] | None = None,
        turned_away: Callable[[], Awaitable[None]] | None = None,
        clock: Clock,
    ) -> None:
        self.held_seconds = 0.0  # spent waiting for the rate limit
        self.sent = 0  # how many requests that may have started a packaging
        self._show = show
        self._on_send = sent
        self._on_turned_away = turned_away
        self._clock = clock
        self._since: datetime | None = None
        self._told = QueueTold()

    async def waits(self, ahead: int) -> None:
        """Hear that the platform's rate limit holds the call, behind `ahead` requests."""
        self._since = self._since or self._clock.now()
        if self._told.is_news(ahead):
            await self._show(Hold(ahead, self._since, 0.0))

    async def goes_on(self) -> None:
        """Hear that it waits no longer."""
        if self._since is None:
            return
        held = (self._clock.now() - self._since).total_seconds()
        self._since, self._told = None, QueueTold()
        self.held_seconds += held
        await self._show(Hold(None, None, held))

    async def sends(self, *, is_repeat: bool) -> None:
        """Hear that a request that starts a packaging is sent now."""
        if self._on_send is not None:
            await self._on_send(is_repeat)
        self.sent += 1

    async def turned_away(self) -> None:
        """Hear that the last of them has started nothing."""
        self.sent -= 1
        if self._on_turned_away is not None:
            await self._on_turned_away()
