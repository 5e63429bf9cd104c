"""What is kept, and how it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from bot.domain.events import AnyEvent
from bot.domain.link import LinkRow
from bot.domain.packaging import PackagingMessage
from bot.domain.retrieval import Request, Retrieval, RetrievalState
from bot.domain.target import Target
from bot.domain.value import (
    ChannelId,
    LinkId,
    PackageKey,
    PackagingId,
    RetrievalId,
    SlackUserId,
    TargetKey,
)
from bot.ports.rows import Living, Packaging, Run


class Journal(Protocol):
    """What happened. Rows are unique by (retrieval, effect key)."""

    async def accept(self, request: Request, response_url: SecretStr | None) -> bool:
        """Store a request, its run and its audit line; False when its trigger was stored before."""
        ...

    async def load(self, retrieval: RetrievalId) -> Retrieval | None:
        """Fold a retrieval from its events; None where it is not known (any more)."""
        ...

    async def loaded(self, retrieval: RetrievalId) -> Retrieval:
        """Fold a retrieval from its events; LookupError where it is not known."""
        ...

    async def append(self, retrieval: RetrievalId, key: str, event: AnyEvent) -> bool:
        """Store an event; False when that key was stored before."""
        ...

    async def append_with_run(
        self, retrieval: RetrievalId, key: str, event: AnyEvent, run: Run
    ) -> bool:
        """Store an event and the run it asks for together; False when the key was stored."""
        ...

    async def find(self, retrieval: RetrievalId, key: str) -> AnyEvent | None:
        """Give the event stored under an effect key."""
        ...

    async def intend(self, retrieval: RetrievalId, key: str, token: str) -> str:
        """Store who is about to act under `key`; give the token that was stored first."""
        ...

    async def running_for(
        self, requester: SlackUserId, channel: ChannelId, target: TargetKey
    ) -> Retrieval | None:
        """Give an unsettled retrieval of the same person for the same target and channel."""
        ...

    async def followers(self, packaging: PackagingId) -> Sequence[RetrievalId]:
        """Give the unsettled retrievals that follow a packaging."""
        ...

    async def response_url(self, retrieval: RetrievalId, now: datetime) -> SecretStr | None:
        """Give the response_url while it can be used."""
        ...

    async def count_by_state(self) -> dict[RetrievalState, int]:
        """Count retrievals, for the metrics."""
        ...


class Runs(Protocol):
    """Which workflows must run; the sweep at start begins those that never did."""

    async def add(self, run: Run) -> None:
        """Store that a workflow must run."""
        ...

    async def finish(self, run_id: str) -> None:
        """Store that it ran to its end."""
        ...

    async def unfinished(self) -> Sequence[Run]:
        """Give what must still run, oldest first."""
        ...


class Packagings(Protocol):
    """The packagings, each shared by its followers."""

    async def join(self, target: Target, new: PackagingId, at: datetime) -> tuple[Packaging, bool]:
        """Give the running packaging of the target, or store a new one with its run (True)."""
        ...

    async def loaded(self, packaging: PackagingId) -> Packaging:
        """Give one packaging; LookupError where it is not known."""
        ...

    async def save(self, packaging: Packaging, new_messages: Sequence[PackagingMessage]) -> None:
        """Store a changed packaging and what the platform newly said."""
        ...

    async def messages(self, packaging: PackagingId) -> Sequence[PackagingMessage]:
        """Give everything the platform said."""
        ...


class Links(Protocol):
    """Download links, by the SHA-256 of their token."""

    async def add(self, link: LinkRow, token_sha256: str) -> None:
        """Store a minted link."""
        ...

    async def by_token(self, token_sha256: str) -> LinkRow | None:
        """Give the link of a token."""
        ...

    async def revoke(self, retrieval: RetrievalId, key: str, at: datetime) -> None:
        """Revoke what an effect minted before and never showed."""
        ...

    async def minted_by(self, retrieval: RetrievalId, key: str) -> LinkRow | None:
        """Give the link that an effect minted last and that is not revoked."""
        ...

    async def set_file(self, link: LinkId, slack_file: str, size_bytes: int) -> None:
        """Store which file in Slack a link stands for."""
        ...

    async def set_size(self, link: LinkId, size_bytes: int) -> None:
        """Store the size of the package that a link leads to, in bytes."""
        ...

    async def known_size(self, package: PackageKey) -> int | None:
        """Give the size in bytes of a package, once one of its links was used."""
        ...

    async def end_shown(self, link: LinkId) -> None:
        """Store that people were told of a link's end."""
        ...

    async def due(self, now: datetime) -> Sequence[LinkRow]:
        """Give links that have ended and were not said to have."""
        ...

    async def next_end(self) -> datetime | None:
        """Give when the next link ends."""
        ...


class Livings(Protocol):
    """Which version of each living message Slack shows."""

    async def add(self, living: Living) -> None:
        """Store a newly posted living message."""
        ...

    async def lagging(self) -> Sequence[Living]:
        """Give those that show less than the journal knows, settled retrievals first."""
        ...

    async def shown(self, living: Living) -> None:
        """Store the version that Slack shows now."""
        ...


class Audit(Protocol):
    """Who did what. Append-only, with a retention of its own."""

    async def record(
        self, at: datetime, actor: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Add one line."""
        ...
