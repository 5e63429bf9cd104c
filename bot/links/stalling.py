"""Noticing that something has stopped moving."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock

_LOOKS = 4  # per limit, so a standstill is noticed at most a quarter of the limit late


async def until_stalled(measure: Callable[[], object], *, clock: Clock, seconds: float) -> None:
    """Return once `measure` has given the same for `seconds` of the clock's time."""
    last, since = measure(), clock.now()
    while (clock.now() - since).total_seconds() < seconds:
        await clock.sleep(seconds / _LOOKS)
        if (present := measure()) != last:
            last, since = present, clock.now()
