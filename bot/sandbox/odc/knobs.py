"""Everything about the sandbox ODC that can be turned while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Literal

from bot.sandbox.api.faults import Scope, drawn
from bot.sandbox.odc.faults import LINK_KINDS, Bites, Fault

LinkStyle = Literal["aws", "azure", "expires", "none"]


@dataclass
class Knobs:
    """How the sandbox behaves; change any of it at any time, from the next call on it holds.

    Seconds and minutes are the clock's.
    """

    packaging_seconds: float = 8.0
    packaging_seconds_of: dict[str, float] = field(default_factory=dict)
    """Packaging time of single assets, by name."""
    link_seconds: float = 3600.0
    link_style: LinkStyle = "aws"
    """How the URL tells when it expires: `X-Amz-Expires`, `se=`, `Expires=`, or not at all."""
    package_bytes: int | None = None
    """Size of every package, exactly; None: the few kilobytes that the project comes to."""
    package_bytes_of: dict[str, int] = field(default_factory=dict)
    """Package size of single assets, by name."""
    package_body_of: dict[str, bytes] = field(default_factory=dict)
    """The very bytes that stand for a single asset's package, by name: any zip, or none."""
    pace_bytes_per_second: float | None = None
    """Most bytes per second of the clock that one download is sent; None: unpaced."""
    token_seconds: float = 43200.0
    requests_per_minute: int | None = 100
    """Most requests to each API domain; above, 429; None: no limit."""
    posts_per_minute: int | None = 10
    """Most requests to the packaging POST, besides its domain's limit; None: no limit."""
    other_traffic_per_minute: int = 0
    """Requests of others in the organisation that use up each domain's limit."""
    retry_after: int | None = None
    """`Retry-After` of a 429, in seconds; None: the header is left out."""
    largest_page: int | None = None
    """Most results in one page, whatever the client asks for; None: what is published."""
    all_stages: bool = False
    """Whether deployed assets are listed with all their stages although one was asked for."""
    clock_ahead: float = 0.0
    """Seconds by which ODC's own clock is ahead of ours."""
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
        """Draw what goes wrong in one call, what may befall a link aside."""
        faults = [each for each in self.faults if each.kind not in LINK_KINDS]
        return self._drawn(faults, scope, now)

    def link_bites(self, scope: Scope, now: datetime) -> Bites:
        """Draw what goes wrong with the link that a Finished packaging is about to give."""
        faults = [each for each in self.faults if each.kind in LINK_KINDS]
        return self._drawn(faults, scope, now)

    def _drawn(self, faults: list[Fault], scope: Scope, now: datetime) -> Bites:
        chosen = drawn(faults, scope, now, self.chance)
        return Bites({fault.kind: fault for fault in chosen})
