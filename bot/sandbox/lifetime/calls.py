"""The journal of every call that reached the sandbox, and counters that tests read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.api.calls import PlatformCall, PlatformCalls

CallName = Literal[
    "environments",
    "environment",
    "applications",
    "application",
    "environment_applications",
    "environment_application",
    "version",
    "start",
    "status",
    "link",
    "download",
    "renew_token",
    "unknown",
]


@dataclass
class Call(PlatformCall):
    """One call: what was asked, and what became of it."""

    name: CallName


class Calls(PlatformCalls[Call]):
    """All calls in order of arrival, with the counters and peaks that cannot be read off later."""

    def __init__(self) -> None:
        super().__init__()
        self.per_second_peak = 0
        self._last_second: deque[datetime] = deque()

    def named(self, name: CallName) -> list[Call]:
        """Give the calls of one name."""
        return self._called(name)

    def arrive(self, call: Call) -> None:
        """Enter a call that has just arrived."""
        super().arrive(call)
        self._last_second.append(call.at)
        while call.at - self._last_second[0] >= timedelta(seconds=1):
            self._last_second.popleft()
        self.per_second_peak = max(self.per_second_peak, self.last_second)

    @property
    def last_second(self) -> int:
        """Calls that arrived within one second of the clock before the latest one, it included."""
        return len(self._last_second)
