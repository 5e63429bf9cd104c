"""The packagings and links the sandbox has given out, and how they stand by the clock.

Nothing here counts polls: how far a packaging is depends on the time alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from bot.sandbox.lifetime import texts
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.infrastructure import Application
from bot.sandbox.lifetime.knobs import Knobs


@dataclass(frozen=True)
class Message:
    """One packaging message, and after how many seconds it is there."""

    title: str
    detail: str
    after: float
    type: str = "Info"


@dataclass(frozen=True)
class Packaging:
    """One packaging: when it began, how long it takes, and what it comes to."""

    key: str
    environment: str
    application: Application
    version: str
    started: datetime
    seconds: float
    messages: tuple[Message, ...] = ()
    outcome: str | None = "Done"
    """`Status` in the end; None: never ends."""
    has_link: bool = True
    kept: float | None = None
    """Seconds after its end at which it is gone; None: never."""

    def is_running(self, now: datetime) -> bool:
        """Tell whether it is still under way."""
        return self.outcome is None or now < self._end

    def is_gone(self, now: datetime) -> bool:
        """Tell whether the platform has thrown it away."""
        return self.kept is not None and now >= self._end + timedelta(seconds=self.kept)

    def status(self, now: datetime) -> str:
        """Give its `Status`."""
        return self.outcome if self.outcome is not None and now >= self._end else "InProgress"

    def messages_by(self, now: datetime) -> list[Message]:
        """Give the messages written so far."""
        elapsed = (now - self.started).total_seconds()
        return [each for each in self.messages if elapsed >= each.after]

    @property
    def _end(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Link:
    """One download link: `expires` is what LifeTime says, `ends` is when it stops working."""

    key: str
    packaging: Packaging
    expires: datetime
    ends: datetime


class Packagings:
    """Every packaging and link of one sandbox."""

    def __init__(self) -> None:
        self.all: dict[str, Packaging] = {}
        self.links: dict[str, Link] = {}

    def start(
        self, application: Application, environment: str, now: datetime, knobs: Knobs, bites: Bites
    ) -> Packaging:
        """Begin a packaging of what runs in the environment."""
        plain = Packaging(
            key=str(uuid4()),
            environment=environment,
            application=application,
            version=application.running[environment].version,
            started=now,
            seconds=_seconds(application, knobs, bites),
        )
        packaging = _fated(replace(plain, messages=_messages(plain, knobs)), bites)
        self.all[packaging.key] = packaging
        return packaging

    def running(self, now: datetime) -> int:
        """Count the packagings under way."""
        return sum(each.is_running(now) for each in self.all.values())

    def link(self, packaging: Packaging, now: datetime, knobs: Knobs, bites: Bites) -> Link:
        """Make a new link to a finished package."""
        short = bites.get("short_link")
        lives = short.seconds if short else knobs.link_seconds
        expires = now + timedelta(seconds=lives)
        ends = now if "dead_link" in bites else expires
        link = Link(str(uuid4()), packaging, expires, ends)
        self.links[link.key] = link
        return link


def _seconds(application: Application, knobs: Knobs, bites: Bites) -> float:
    if "done_at_once" in bites:
        return 0.0
    if takes := bites.get("takes"):
        return takes.seconds
    return knobs.packaging_seconds_of.get(application.name, knobs.packaging_seconds)


def _messages(packaging: Packaging, knobs: Knobs) -> tuple[Message, ...]:
    name = packaging.application.name
    told = [("Source Code Access", f"Source code access for application '{name}'.")]
    told += [
        ("Preparing Source Code", f"Preparing module '{module.name}' source code for access.")
        for module in packaging.application.modules
    ]
    told += [("Preparing Source Code", "Creating the source code package.")]
    if knobs.message_count is not None:
        told = [told[n % len(told)] for n in range(knobs.message_count)]
    apart = packaging.seconds / (len(told) + 1)
    return tuple(
        Message(title, detail.ljust(knobs.message_length, "."), apart * n)
        for n, (title, detail) in enumerate(told, start=1)
    )


def _fated(packaging: Packaging, bites: Bites) -> Packaging:
    if "never_done" in bites:
        packaging = replace(packaging, outcome=None)
    if fails := bites.get("fails"):
        packaging = replace(packaging, outcome=fails.value or "Failed", has_link=False)
        packaging = _with_error(packaging, fails.text)
    if error := bites.get("done_with_error"):
        packaging = _with_error(replace(packaging, has_link=False), error.text)
    if kept := bites.get("kept"):
        packaging = replace(packaging, kept=kept.seconds)
    return packaging


def _with_error(packaging: Packaging, text: str) -> Packaging:
    detail = text or texts.PACKAGING_FAILED
    error = Message("Source Code Access", detail, packaging.seconds, "Error")
    return replace(packaging, messages=(*packaging.messages, error))
