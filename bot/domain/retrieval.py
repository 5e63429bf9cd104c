"""One target being retrieved for one person, from request to end.

The state is folded from events and never patched: `retrieval.apply(event)` gives the next value.
What is settled stays settled, except that a ready retrieval can expire and be renewed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import reduce, singledispatch
from typing import Self

from bot.domain import events as e
from bot.domain.packaging import PackagingState
from bot.domain.target import ExactTarget, RevisionWish, Target
from bot.domain.value import (
    ChannelId,
    LinkId,
    MessageTs,
    PackageKey,
    PackagingId,
    RetrievalId,
    SlackUserId,
    Value,
)


class RetrievalState(StrEnum):
    """Where a retrieval is."""

    REQUESTED = "requested"  # stored; the names are being looked up
    WAITING = "waiting"  # waiting for a turn to package
    PACKAGING = "packaging"  # the platform packages
    PACKAGED = "packaged"  # the package is there; the link is on its way
    READY = "ready"  # a download link works
    EXPIRED = "expired"  # every link has ended; a new one can be asked for
    FAILED = "failed"  # it ended without a link
    CANCELLED = "cancelled"  # somebody stopped it
    ANSWERED = "answered"  # it ended with a private answer

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens unless somebody asks."""
        return self in _SETTLED


_SETTLED = frozenset(
    {
        RetrievalState.READY,
        RetrievalState.EXPIRED,
        RetrievalState.FAILED,
        RetrievalState.CANCELLED,
        RetrievalState.ANSWERED,
    }
)
_RENEWABLE = frozenset({RetrievalState.READY, RetrievalState.EXPIRED})


class Request(Value):
    """What somebody asked for, and where. Stored before it is acknowledged."""

    id: RetrievalId
    at: datetime
    requester: SlackUserId
    team: str
    channel: ChannelId
    trigger: str  # Slack's, used once: it tells a repeated delivery from a new request
    words: tuple[str, ...] = ()  # as typed, when no button was pressed
    platform: str = ""  # where to look, as typed; empty: everywhere
    wish: RevisionWish | None = None
    exact: ExactTarget | None = None


class IssuedLink(Value):
    """A download link as the thread shows it. The link itself is nowhere but in its message."""

    id: LinkId
    recipient: SlackUserId
    channel: ChannelId
    ts: MessageTs
    file_name: str
    size_bytes: int | None
    expires_at: datetime
    rule: e.ExpiryRule
    leads_to: e.LinkKind
    is_expired: bool = False


class Posted(Value):
    """A message that stands in Slack."""

    channel: ChannelId
    ts: MessageTs


class Failure(Value):
    """Why there is no link."""

    reason: e.FailureReason
    text: str
    reference: str = ""


class Retrieval(Value):
    """Everything that the card and the thread show."""

    request: Request
    state: RetrievalState = RetrievalState.REQUESTED
    version: int = 0  # how many events have been applied
    target: Target | None = None
    warnings: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()  # which platforms could not be searched; also among warnings
    card: Posted | None = None
    is_direct: bool = False
    is_external: bool = False
    packaging: PackagingId | None = None
    shares_packaging: bool = False
    package: PackageKey | None = None
    ahead: int = 0
    at_once: int = 0
    rate_ahead: int | None = None  # requests before ours, while the platform's rate limit holds us
    messages: int = 0
    trouble: str = ""  # why the platform could not be asked the last time; it is asked again
    replies: tuple[tuple[str, Posted], ...] = ()
    links: tuple[IssuedLink, ...] = ()
    asks: tuple[str, ...] = ()  # renewals that nothing has answered yet
    denial: Failure | None = None  # the last renewal that was refused
    failure: Failure | None = None
    cancel_asked_by: SlackUserId | None = None
    changed_at: datetime | None = None

    @property
    def id(self) -> RetrievalId:
        """The retrieval's id."""
        return self.request.id

    @property
    def is_being_cancelled(self) -> bool:
        """Whether somebody asked for that and it has not ended yet."""
        return self.cancel_asked_by is not None and not self.state.is_settled

    @classmethod
    def fold(cls, request: Request, events: Iterable[e.AnyEvent]) -> Self:
        """Give the state after `events`, in their order."""
        return reduce(lambda state, event: state.apply(event), events, cls(request=request))

    def reply(self, name: str) -> Posted | None:
        """Give the thread reply of that name, if it stands."""
        return dict(self.replies).get(name)

    def apply(self, event: e.AnyEvent) -> Self:
        """Give the state after `event`."""
        change = change_by(event, self)
        if not self._may_become(change.get("state", self.state)):
            # What is settled stays so, with all that was said of it.
            change = {}
        return self.model_copy(
            update={**change, "version": self.version + 1, "changed_at": event.at}
        )

    def _may_become(self, state: object) -> bool:
        if self.state in _RENEWABLE:
            return state in _RENEWABLE
        return not self.state.is_settled or state is self.state


Change = dict[str, object]


@singledispatch
def change_by(event: e.AnyEvent, _: Retrieval) -> Change:
    """Give the fields that an event changes. One function for each kind of event follows."""
    raise TypeError(f"no change is known for {event!r}")


@change_by.register(e.EffectRepeated)
def _(_: e.EffectRepeated, __: Retrieval) -> Change:
    return {}


@change_by.register(e.TargetResolved)
def _(event: e.TargetResolved, _: Retrieval) -> Change:
    warnings = (*event.warnings, *event.unsearched)
    return {"target": event.target, "warnings": warnings, "unsearched": event.unsearched}


@change_by.register(e.RequestAnswered)
def _(_: e.RequestAnswered, __: Retrieval) -> Change:
    return {"state": RetrievalState.ANSWERED}


@change_by.register(e.CardPosted)
def _(event: e.CardPosted, _: Retrieval) -> Change:
    return {
        "card": Posted(channel=event.channel, ts=event.ts),
        "is_direct": event.is_direct,
        "is_external": event.is_external,
    }


@change_by.register(e.ReplyPosted)
def _(event: e.ReplyPosted, before: Retrieval) -> Change:
    posted = Posted(channel=event.channel, ts=event.ts)
    return {"replies": (*before.replies, (event.reply, posted))}


@change_by.register(e.PackagingJoined)
def _(event: e.PackagingJoined, _: Retrieval) -> Change:
    # What an earlier packaging had come to, which ended for want of followers, is not this one's.
    begun: Change = {"package": None, "messages": 0, "trouble": "", "rate_ahead": None}
    return {**begun, "packaging": event.packaging, "shares_packaging": not event.is_first}


@change_by.register(e.PackagingQueued)
def _(event: e.PackagingQueued, _: Retrieval) -> Change:
    return {"state": RetrievalState.WAITING, "ahead": event.ahead, "at_once": event.at_once}


@change_by.register(e.RateLimited)
def _(event: e.RateLimited, _: Retrieval) -> Change:
    return {"rate_ahead": event.ahead}


@change_by.register(e.PackagingStarted)
def _(event: e.PackagingStarted, before: Retrieval) -> Change:
    return {
        "state": RetrievalState.PACKAGING,
        "package": event.package,
        "target": event.target,
        "warnings": (*event.warnings, *before.unsearched),
        "rate_ahead": None,
    }


@change_by.register(e.PackagingMoved)
def _(event: e.PackagingMoved, _: Retrieval) -> Change:
    return {"messages": event.messages, "trouble": event.trouble}


@change_by.register(e.PackagingEnded)
def _(event: e.PackagingEnded, before: Retrieval) -> Change:
    messages = max(before.messages, event.messages)
    change: Change = {"messages": messages, "trouble": "", "rate_ahead": None}
    if event.state is PackagingState.READY:
        change["state"] = RetrievalState.PACKAGED
    return change


@change_by.register(e.LinkAsked)
def _(event: e.LinkAsked, before: Retrieval) -> Change:
    return {"asks": (*before.asks, event.ask)}


@change_by.register(e.LinkPosted)
def _(event: e.LinkPosted, before: Retrieval) -> Change:
    fields = event.model_dump(exclude={"kind", "at", "ask", "link"})
    return {
        "state": RetrievalState.READY,
        "links": (*before.links, IssuedLink(id=event.link, **fields)),
        "asks": tuple(ask for ask in before.asks if ask != event.ask),
        "denial": None,
    }


@change_by.register(e.LinkExpired)
def _(event: e.LinkExpired, before: Retrieval) -> Change:
    links = tuple(
        one.model_copy(update={"is_expired": True}) if one.id == event.link else one
        for one in before.links
    )
    if links and all(one.is_expired for one in links):
        return {"links": links, "state": RetrievalState.EXPIRED}
    return {"links": links}


@change_by.register(e.LinkDenied)
def _(event: e.LinkDenied, before: Retrieval) -> Change:
    return {
        "asks": tuple(ask for ask in before.asks if ask != event.ask),
        "denial": Failure(reason=event.reason, text=event.text),
    }


@change_by.register(e.CancelAsked)
def _(event: e.CancelAsked, _: Retrieval) -> Change:
    return {"cancel_asked_by": event.by}


@change_by.register(e.RetrievalCancelled)
def _(event: e.RetrievalCancelled, _: Retrieval) -> Change:
    return {"state": RetrievalState.CANCELLED, "cancel_asked_by": event.by}


@change_by.register(e.RetrievalFailed)
def _(event: e.RetrievalFailed, _: Retrieval) -> Change:
    failure = Failure(reason=event.reason, text=event.text, reference=event.reference)
    return {"state": RetrievalState.FAILED, "failure": failure}
