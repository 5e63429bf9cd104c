"""What the gateway does for one application, as it goes: shown, measured, written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cli.fetch.progress import Stage
from bot.clock import Clock


@dataclass
class Watching:
    """The watcher that a gateway is given (see ports.Watcher)."""

    clock: Clock
    say: Callable[[Stage, str], None]
    sending: Callable[[], None] | None = None  # before a request that starts a packaging
    retracting: Callable[[], None] | None = None  # where it has started nothing
    waited: timedelta = field(default=timedelta(0), init=False)  # for the platform's rate limit
    _since: datetime | None = field(default=None, init=False)

    async def waits(self, ahead: int) -> None:
        """Show that it waits."""
        self._since = self._since or self.clock.now()
        self.say(Stage.LIMITED, f"{ahead} ahead" if ahead else "next in line")

    async def goes_on(self) -> None:
        """Count the wait; whatever follows is shown by whoever asked."""
        if self._since is not None:
            self.waited += self.clock.now() - self._since
            self._since = None

    async def sends(self, *, is_repeat: bool) -> None:
        """Write down that a request is sent, before it is."""
        if self.sending is not None:
            self.sending()
        if is_repeat:
            self.say(
                Stage.WARNING,
                "The answer to the request before was lost; asking again, so the platform may "
                "package it twice.",
            )

    async def turned_away(self) -> None:
        """Write down that it has started nothing."""
        if self.retracting is not None:
            self.retracting()
