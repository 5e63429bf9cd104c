"""Everything about the sandbox that can be turned while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.sandbox.api.faults import Scope, drawn
from bot.sandbox.lifetime.faults import Bites, Fault


@dataclass
class Knobs:
    """How the sandbox behaves; change any of it at any time, from the next call on it holds.

    The defaults are those under which OutSystems' own client works. Seconds are the clock's.
    """

    packaging_seconds: float = 8.0
    packaging_seconds_of: dict[str, float] = field(default_factory=dict)
    """Packaging time of single applications, by name."""
    message_count: int | None = None
    """How many packaging messages a packaging writes; None: two and one for each module."""
    message_length: int = 0
    """Least length of each message's detail, in characters."""
    link_seconds: float = 3600.0
    package_bytes: int | None = None
    """Size of every package, exactly; None: the few kilobytes that the modules come to."""
    package_bytes_of: dict[str, int] = field(default_factory=dict)
    """Package size of single applications, by name."""
    package_body_of: dict[str, bytes] = field(default_factory=dict)
    """The very bytes that stand for a single application's package, by name: any zip, or none."""
    pace_bytes_per_second: float | None = None
    """Most bytes per second of the clock that one download is sent; None: unpaced."""
    start_code: int = 201
    status_code: int = 201
    link_code: int = 200
    dead_link_code: int = 404
    """Answer to a download whose link has expired."""
    clock_ahead: float = 0.0
    """Seconds by which LifeTime's own clock is ahead of ours."""
    version_labels: bool = True
    """Whether `BaseApplicationVersionLabel` is told (LifeTime 11.25.3 and newer)."""
    max_requests_per_second: float | None = None
    """Above this, 429."""
    faults: list[Fault] = field(default_factory=list)
    seed: int = 0
    chance: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Seed the chance that faults with a probability are drawn with."""
        self.chance = Random(self.seed)

    def add(self, *faults: Fault) -> None:
        """Let these things go wrong, besides those that already do."""
        self.faults.extend(faults)

    def bites(self, scope: Scope, now: datetime) -> Bites:
        """Draw what goes wrong in one call; of several of one kind, the first."""
        chosen = drawn(self.faults, scope, now, self.chance)
        return Bites({fault.kind: fault for fault in chosen})
