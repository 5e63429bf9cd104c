"""ODC's rate limits: so many requests a minute to each API domain, fewer to a POST endpoint.

Published are the numbers, not the algorithm. Here a window of 60 s slides on the sandbox's clock
over the requests that were let through; one that is refused does not count (an assumption).
"""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta

from bot.sandbox.odc.calls import Call
from bot.sandbox.odc.knobs import Knobs

_WINDOW = timedelta(seconds=60)
LIMITED = frozenset({"portfolios", "asset-repository", "builds"})


class RateLimits:
    """Counts what is let through, for the whole organisation."""

    def __init__(self) -> None:
        self._windows: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def admits(self, call: Call, knobs: Knobs, now: datetime) -> bool:
        """Tell whether a call is within the limits, and count it if so."""
        if call.domain not in LIMITED:
            return True
        most: dict[str, int | None] = {call.domain: _domain_limit(knobs)}
        if call.name == "start":
            most["start"] = knobs.posts_per_minute
        for name, limit in most.items():
            if limit is not None and self._used(name, now) >= limit:
                return False
        for name in most:
            self._windows[name].append(now)
        return True

    def _used(self, name: str, now: datetime) -> int:
        window = self._windows[name]
        while window and now - window[0] >= _WINDOW:
            window.popleft()
        return len(window)


def _domain_limit(knobs: Knobs) -> int | None:
    if knobs.requests_per_minute is None:
        return None
    return knobs.requests_per_minute - knobs.other_traffic_per_minute
