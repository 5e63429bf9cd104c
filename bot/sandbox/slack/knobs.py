"""What can be made to go wrong, and turned while the sandbox runs."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    "drop_before",
    "drop_after",
    "http_500",
    "ratelimited",
    "error",
    "invalid_blocks",
    "delay",
    "twice",
]

DELIVERIES = frozenset({"slash_commands", "interactive", "events_api"})


@dataclass
class Fault:
    """One way to fail.

    `method` is a Web API method, `response_url`, `upload`, `*` for all of these, or a delivery to
    the bot (`slash_commands`, `interactive`, `events_api`). `channel` (an id) narrows it down.
    `times` is how often at most (None: without end), `probability` how likely each time.
    Kinds: `drop_before` and `drop_after` cut the connection before or after acting (for a delivery:
    the bot never gets it, or its answer is lost), `error` answers `error`, `ratelimited` answers
    429 with `retry_after` (seconds), `delay` waits `seconds` of the sandbox's clock, `twice`
    delivers twice, `invalid_blocks` refuses blocks that are well formed.
    """

    method: str
    kind: FaultKind
    times: int | None = 1
    probability: float = 1.0
    error: str = "internal_error"
    retry_after: int = 1
    seconds: float = 1.0
    channel: str | None = None
    hits: int = 0

    def wants(self, method: str, channel: str | None) -> bool:
        """Tell whether it is about this call and not yet used up."""
        everything = self.method == "*" and method not in DELIVERIES
        about = (everything or self.method == method) and self.channel in (None, channel)
        return about and (self.times is None or self.hits < self.times)


@dataclass
class Knobs:
    """Everything that can be turned; the defaults are a healthy workspace that enforces limits."""

    enforce_rate_limits: bool = True
    message_burst: int = 3
    crawl_links: bool = True
    ack_seconds: float = 3.0
    deliver_twice: bool = False
    token_revoked: bool = False
    sockets_silent: bool = False
    missing_scopes: set[str] = field(default_factory=set)
    unavailable_channels: set[str] = field(default_factory=set)
    delays: dict[str, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def add(self, fault: Fault) -> Fault:
        """Arrange for a fault, and give it back so that its `hits` can be read."""
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self.faults.clear()

    def take(self, method: str, channel: str | None, *kinds: FaultKind) -> Fault | None:
        """Give the first fault of these kinds that strikes now, counted, or None."""
        for fault in self.faults:
            if fault.kind not in kinds or not fault.wants(method, channel):
                continue
            if fault.probability >= 1.0 or self._random.random() < fault.probability:
                fault.hits += 1
                return fault
        return None
