"""What workflows, links, the service and the handlers need from the outside, in our words.

The consumer owns the port: adapters in `platforms`, `store`, `slack`, `links` and `workflows`
implement these and know nothing of each other; `bot.app` joins them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from bot.domain.answers import Answer
from bot.domain.events import AnyEvent
from bot.domain.link import LinkOrder, LinkRow
from bot.domain.packaging import (
    PackagingMessage,
    PackagingReport,
    PackagingState,
    PlatformLink,
)
from bot.domain.retrieval import Failure, Posted, Request, Retrieval, RetrievalState
from bot.domain.target import Catalogue, Target
from bot.domain.value import (
    ChannelId,
    LinkId,
    PackageKey,
    PackagingId,
    PlatformName,
    RetrievalId,
    SlackUserId,
    TargetKey,
    Value,
)

# --- platforms ---------------------------------------------------------------------------------


class PackageBody(Protocol):
    """The bytes of a package as they arrive. The first bytes were seen to be a zip's."""

    length: int | None  # bytes; None where the platform does not say

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes in pieces of at most 64 KiB; raises PackageDamaged when they end early."""
        ...


class PlatformGateway(Protocol):
    """One configured platform. Every method raises PlatformError, and nothing else."""

    name: PlatformName
    packagings_at_once: int

    async def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Give what the platform has; at most some minutes old unless `fresh`."""
        ...

    async def describe(self, target: Target) -> Target:
        """Give the target with the revision that runs there now."""
        ...

    async def start_packaging(self, target: Target) -> PackagingReport:
        """Ask for a package. May find that it is already there."""
        ...

    async def packaging_report(self, target: Target, package: PackageKey) -> PackagingReport:
        """Ask how far a packaging is."""
        ...

    async def platform_link(self, target: Target, package: PackageKey) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone."""
        ...

    def open_package(
        self, target: Target, package: PackageKey
    ) -> AbstractAsyncContextManager[PackageBody]:
        """Open the package through a new platform link; asks for one more where that fails."""
        ...


class Turns(Protocol):
    """A fair queue of packagings, so that a platform runs a set number at once."""

    def take(
        self, name: str, on_wait: Callable[[int], Awaitable[None]], *, is_under_way: bool
    ) -> AbstractAsyncContextManager[None]:
        """Hold a turn, after waiting for it unless the work `is_under_way` already.

        `on_wait` is told how many are ahead, at first and whenever that has changed.
        """
        ...


# --- store -------------------------------------------------------------------------------------


class Packaging(Value):
    """One packaging on a platform, shared by every retrieval that follows it."""

    id: PackagingId
    target: Target
    state: PackagingState
    version: int = 0  # grows with every change; followers wait for it
    package: PackageKey | None = None
    asked_at: datetime | None = None  # when the packaging POST was first sent
    ahead: int = 0
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


class Journal(Protocol):
    """What happened. Rows are unique by (retrieval, effect key)."""

    async def accept(self, request: Request, response_url: SecretStr | None) -> bool:
        """Store a request and its run; False when its trigger was stored before."""
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


# --- Slack -------------------------------------------------------------------------------------


class ChannelFacts(Value):
    """What matters about a conversation."""

    is_external: bool = False  # shared with another organisation
    is_direct: bool = False


class Messenger(Protocol):
    """Everything the bot says in Slack, within Slack's budgets.

    Methods wait for their turn and ask again while Slack is unavailable; they raise CannotSpeak
    where the bot may not post, and SlackRefused for anything else that asking again cannot mend.
    `key` is the effect key: it travels as message metadata, so that `find` can look for it.
    """

    async def facts(self, channel: ChannelId) -> ChannelFacts:
        """Give what matters about a conversation; CannotSpeak where it is not visible."""
        ...

    async def post_card(self, retrieval: Retrieval, key: str, channel: str) -> Posted:
        """Post the card in a channel, or in a DM when `channel` is a user id."""
        ...

    async def post_reply(
        self,
        retrieval: Retrieval,
        key: str,
        reply: str,
        messages: Sequence[PackagingMessage] = (),
    ) -> Posted:
        """Post the thread reply of that name: started, progress, failed, cancelled, denied."""
        ...

    async def post_link(
        self, retrieval: Retrieval, key: str, link: LinkRow, url: SecretStr, *, direct: bool
    ) -> Posted:
        """Post a link in a new message that mentions its recipient; `direct` posts it by DM."""
        ...

    async def upload(
        self,
        retrieval: Retrieval,
        key: str,
        link: LinkRow,
        body: PackageBody,
        *,
        direct: bool,
        on_file: Callable[[str, int], Awaitable[None]],
    ) -> Posted:
        """Share a package as a file of Slack's, and give the notice of it.

        `on_file` is told the file's id and size in bytes before anybody sees it, so that it can be
        deleted whatever happens after.
        """
        ...

    async def delete_file(self, file: str) -> None:
        """Delete an uploaded file; one that is gone already is no error."""
        ...

    async def find(self, retrieval: Retrieval, key: str, *, channel: str = "") -> Posted | None:
        """Look for the message of an effect, in `channel` where it is given.

        Raises CannotLook where it was not found and not everywhere could be looked.
        """
        ...

    async def answer(self, url: SecretStr, answer: Answer) -> None:
        """Answer privately through a response_url, at most once."""
        ...

    async def permalink(self, posted: Posted) -> str:
        """Give the address of a message; empty where Slack gives none."""
        ...

    async def redraw(
        self, living: Living, retrieval: Retrieval, messages: Sequence[PackagingMessage]
    ) -> None:
        """Make a living message show the retrieval as it is now."""
        ...


class Minter(Protocol):
    """Makes download links. The URL exists nowhere but in what is returned."""

    async def mint(self, order: LinkOrder) -> tuple[LinkRow, SecretStr]:
        """Store a new link and give it; its URL cannot be had a second time."""
        ...


# --- engine ------------------------------------------------------------------------------------


class Engine(Protocol):
    """What runs workflows durably."""

    async def begin(self, run: Run) -> None:
        """Start a workflow; asking twice for the same run id is harmless."""
        ...

    async def step(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Run one durable step of the workflow that calls it."""
        ...
