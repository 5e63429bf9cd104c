"""The journal of every call that reached the sandbox ODC, and counters that tests read."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.api.calls import PlatformCall, PlatformCalls

CallName = Literal[
    "discovery",
    "token",
    "environments",
    "portfolios",
    "deployed_assets",
    "assets",
    "asset",
    "revisions",
    "revision",
    "latest_revision",
    "highest_tag",
    "oml",
    "builds",
    "build",
    "start",
    "status",
    "download",
    "unknown",
]
Domain = Literal["portfolios", "asset-repository", "builds", "identity", "storage", "portal"]

_MINUTE = timedelta(seconds=60)


@dataclass
class Call(PlatformCall):
    """One call: what was asked, and what became of it. `application` is the asset's key."""

    name: CallName
    domain: Domain = "portal"
    build: str = ""
    doubled: bool = False
    """Whether it started a packaging of a build that had one under way, or finished and kept."""
    refused_for_rate: bool = False

    @property
    def asset(self) -> str:
        """The asset's key, in ODC's own word."""
        return self.application


class Calls(PlatformCalls[Call]):
    """All calls in order of arrival, with the counters and peaks that cannot be read off later."""

    def __init__(self) -> None:
        super().__init__()
        self.per_minute_peak: Counter[str] = Counter()
        """Most calls that arrived within a minute of the clock, by domain, refused ones too."""
        self.starts_per_minute_peak = 0
        """Most packaging POSTs that arrived within a minute of the clock, refused ones too."""
        self._last_minute: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def named(self, name: CallName) -> list[Call]:
        """Give the calls of one name."""
        return self._called(name)

    @property
    def packagings_doubled(self) -> int:
        """Packaging POSTs that acted on a build that needed none."""
        return sum(call.doubled for call in self.named("start"))

    @property
    def token_requests(self) -> int:
        """Requests for a token that arrived, refused ones included."""
        return len(self.named("token"))

    @property
    def tokens_given(self) -> int:
        """Requests for a token that were granted."""
        return sum(call.acted for call in self.named("token"))

    @property
    def tokens_sent_to_storage(self) -> int:
        """Calls to the storage host that carried an Authorization header."""
        return sum(call.authorization != "none" for call in self if call.domain == "storage")

    @property
    def refused_for_rate(self) -> int:
        """Calls that were answered with 429 because of a limit."""
        return sum(call.refused_for_rate for call in self)

    @property
    def refused_for_rate_by_domain(self) -> Counter[str]:
        """The same by domain; a domain without any is 0."""
        return Counter(call.domain for call in self if call.refused_for_rate)

    def arrive(self, call: Call) -> None:
        """Enter a call that has just arrived."""
        super().arrive(call)
        peak = self._in_last_minute(call.domain, call.at)
        self.per_minute_peak[call.domain] = max(self.per_minute_peak[call.domain], peak)
        if call.name == "start":
            starts = self._in_last_minute("start", call.at)
            self.starts_per_minute_peak = max(self.starts_per_minute_peak, starts)

    def _in_last_minute(self, name: str, now: datetime) -> int:
        """Enter one more of that name, and count those of the last minute."""
        latest = self._last_minute[name]
        latest.append(now)
        while now - latest[0] >= _MINUTE:
            latest.popleft()
        return len(latest)
