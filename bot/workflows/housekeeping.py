"""What must be removed in time: used response_urls, and what retention no longer keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock

_EVERY = 60.0  # seconds
_RETENTION_EVERY = timedelta(hours=1)

Forget = Callable[[Sequence[str]], Awaitable[None]]


class Secrets(Protocol):
    """Where response_urls are kept."""

    async def wipe_response_urls(self, now: datetime) -> int:
        """Remove every response_url that is of no more use."""
        ...


class Kept(Protocol):
    """What the store keeps and can let go."""

    async def remove_settled(self, before: datetime, forget: Forget) -> int:
        """Remove what settled before; `forget` is told the ids of the runs it had."""
        ...

    async def remove_dead_links(self, before: datetime) -> int:
        """Remove links that ended before."""
        ...

    async def remove_audit(self, before: datetime) -> int:
        """Remove lines of the audit log that are older."""
        ...


@dataclass(frozen=True)
class Lifetimes:
    """How long things are kept."""

    retrievals: timedelta
    audit: timedelta


class Housekeeping:
    """Removes what is due, for as long as it runs."""

    def __init__(
        self, *, secrets: Secrets, kept: Kept, forget: Forget, lifetimes: Lifetimes, clock: Clock
    ) -> None:
        self._secrets = secrets
        self._kept = kept
        self._forget = forget
        self._lifetimes = lifetimes
        self._clock = clock

    async def run(self) -> None:
        """Go on until cancelled."""
        retention_due = self._clock.now()
        while True:
            now = self._clock.now()
            await self._secrets.wipe_response_urls(now)
            if now >= retention_due:
                await self.apply_retention()
                retention_due = now + _RETENTION_EVERY
            await self._clock.sleep(_EVERY)

    async def apply_retention(self) -> None:
        """Remove what is too old by now."""
        now = self._clock.now()
        before = now - self._lifetimes.retrievals
        await self._kept.remove_settled(before, self._forget)
        await self._kept.remove_dead_links(before)
        await self._kept.remove_audit(now - self._lifetimes.audit)
