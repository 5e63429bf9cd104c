"""The packagings of the sandbox ODC, and how they stand by the clock.

Nothing here counts polls: how far a packaging is depends on the time alone. What a second POST
does is published nowhere; here it starts the packaging anew, which is the least kind assumption:
whoever was waiting for the first one waits again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.odc import texts
from bot.sandbox.odc.faults import Bites
from bot.sandbox.odc.knobs import Knobs
from bot.sandbox.odc.organization import Asset, Build, Revision

_NOT_STARTED_SHARE = 0.1

Status = Literal["NotStarted", "Running", "Finished", "TimedOut", "Failed"]


@dataclass(frozen=True)
class Packaging:
    """One packaging of a build: when it began, how long it takes, and what it comes to."""

    build: Build
    asset: Asset
    revision: Revision
    started: datetime
    seconds: float
    outcome: Status | None = "Finished"
    """`status` in the end; None: never ends."""
    errors: tuple[str, ...] | None = None
    """What it says went wrong, in the end."""
    hidden: float = 0.0
    """Seconds from its start in which the GET does not know it yet."""
    kept: float | None = None
    """Seconds after its end at which it is gone; None: never."""

    @property
    def ended(self) -> datetime:
        """When it ends, if it ever does."""
        return self.started + timedelta(seconds=self.seconds)

    def is_running(self, now: datetime) -> bool:
        """Tell whether it is still under way."""
        return self.outcome is None or now < self.ended

    def is_gone(self, now: datetime) -> bool:
        """Tell whether the platform has thrown it away."""
        return self.kept is not None and now >= self.ended + timedelta(seconds=self.kept)

    def is_known(self, now: datetime) -> bool:
        """Tell whether the GET knows of it."""
        shown = now >= self.started + timedelta(seconds=self.hidden)
        return shown and not self.is_gone(now)

    def is_needed_still(self, now: datetime) -> bool:
        """Tell whether it is under way, or finished and kept, so that nobody need start it anew."""
        finished = self.outcome == "Finished" and not self.is_gone(now)
        return self.is_running(now) or finished

    def status(self, now: datetime) -> Status:
        """Give its `status`."""
        if self.outcome is not None and now >= self.ended:
            return self.outcome
        begins = self.started + timedelta(seconds=self.seconds * _NOT_STARTED_SHARE)
        return "NotStarted" if now < begins else "Running"


class Packagings:
    """Every packaging of one sandbox."""

    def __init__(self) -> None:
        self.all: list[Packaging] = []
        self._latest: dict[str, Packaging] = {}

    def start(
        self, build: Build, asset: Asset, now: datetime, knobs: Knobs, bites: Bites
    ) -> Packaging:
        """Begin a packaging; an earlier one of the same build is forgotten."""
        plain = Packaging(
            build=build,
            asset=asset,
            revision=asset.revisions[build.revision],
            started=now,
            seconds=_seconds(asset, knobs, bites),
        )
        packaging = _fated(plain, bites)
        self.all.append(packaging)
        self._latest[build.key] = packaging
        return packaging

    def latest(self, build_key: str) -> Packaging | None:
        """Give a build's latest packaging, whether or not the GET knows of it."""
        return self._latest.get(build_key)

    def forget_finished(self, now: datetime) -> None:
        """Throw the finished packages away, as the platform may whenever it likes."""
        self._latest = {key: one for key, one in self._latest.items() if one.is_running(now)}

    def running(self, now: datetime) -> int:
        """Count the packagings under way."""
        return sum(each.is_running(now) for each in self._latest.values())


def _seconds(asset: Asset, knobs: Knobs, bites: Bites) -> float:
    if "done_at_once" in bites:
        return 0.0
    if takes := bites.get("takes"):
        return takes.seconds
    return knobs.packaging_seconds_of.get(asset.name, knobs.packaging_seconds)


def _fated(packaging: Packaging, bites: Bites) -> Packaging:
    if "never_done" in bites:
        packaging = replace(packaging, outcome=None)
    if times_out := bites.get("times_out"):
        errors = (times_out.text or texts.PACKAGING_TIMED_OUT,)
        packaging = replace(packaging, outcome="TimedOut", errors=errors)
    if fails := bites.get("fails"):
        errors = (fails.text or texts.PACKAGING_FAILED,)
        packaging = replace(packaging, outcome="Failed", errors=errors)
    return _with_oddities(packaging, bites)


def _with_oddities(packaging: Packaging, bites: Bites) -> Packaging:
    if "errors_null" in bites:
        packaging = replace(packaging, errors=None)
    if "errors_empty" in bites:
        packaging = replace(packaging, errors=())
    if hidden := bites.get("not_visible"):
        packaging = replace(packaging, hidden=hidden.seconds)
    if kept := bites.get("kept"):
        packaging = replace(packaging, kept=kept.seconds)
    return packaging
