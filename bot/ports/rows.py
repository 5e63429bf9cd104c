"""What the store keeps beside the journal, as values."""

from __future__ import annotations

from datetime import datetime

from bot.domain.packaging import PackagingState
from bot.domain.retrieval import Failure, Posted
from bot.domain.target import Target
from bot.domain.value import PackageKey, PackagingId, RetrievalId, Value


class Packaging(Value):
    """One packaging on a platform, shared by every retrieval that follows it."""

    id: PackagingId
    target: Target
    state: PackagingState
    version: int = 0  # grows with every change; followers wait for it
    package: PackageKey | None = None
    asked_at: datetime | None = None  # when the packaging request was last sent
    held_seconds: float = 0.0  # of the time since then, spent waiting for the rate limit
    held_since: datetime | None = None  # when the wait began that still lasts
    ahead: int = 0
    rate_ahead: int | None = None  # requests before ours, while the platform's rate limit holds us
    messages: int = 0  # how many the platform has said
    trouble: str = ""  # why it could not be asked the last time; it is asked again
    failure: Failure | None = None


class Run(Value):
    """A workflow that must run to its end, whatever happens to this process."""

    id: str  # the engine's workflow id
    workflow: str
    subject: str  # the id of what it works on


class Living(Value):
    """A message in Slack that is kept true: a card, a progress reply, a link."""

    retrieval: RetrievalId
    part: str  # "card", "progress", "link:<id>"
    posted: Posted
    shown_version: int
