"""What can happen to a retrieval. Past tense, frozen, tiny; the journal stores nothing else.

An event is stored once under its effect key (`key`), unique within the retrieval: that is what
makes "it happened" a fact that a second execution finds instead of repeating.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.domain.packaging import PackagingState
from bot.domain.target import Target
from bot.domain.value import (
    ChannelId,
    LinkId,
    MessageTs,
    PackageKey,
    PackagingId,
    SlackUserId,
    Value,
)


class FailureReason(StrEnum):
    """Why a retrieval ended without a link. Decides which button the card offers."""

    PLATFORM = "platform"  # the platform said no, or its packaging failed
    DEADLINE = "deadline"  # the platform did not finish in time
    SLACK = "slack"  # Slack refused what delivers it
    PACKAGE_GONE = "package_gone"  # the platform no longer has the package
    INTERNAL = "internal"  # a fault of ours, with a reference id


class ExpiryRule(StrEnum):
    """Which limit decided when a download link ends."""

    PLATFORM = "platform"  # the platform's own expiry came first
    POLICY = "policy"  # our longest lifetime came first
    UNSTATED = "unstated"  # the platform names no expiry, so our longest lifetime decides


class LinkKind(StrEnum):
    """What a link leads to."""

    OURS = "ours"  # the bot's own server
    UPLOAD = "upload"  # a file in Slack
    PLATFORM = "platform"  # the platform's storage itself: nobody can revoke it


class Event(Value):
    """What every event has."""

    at: datetime


class TargetResolved(Event):
    """The words were found to mean this target."""

    kind: Literal["target_resolved"] = "target_resolved"
    target: Target
    warnings: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()  # which platforms could not be searched, and why


class RequestAnswered(Event):
    """The request ended with a private answer: unknown name, refusal, already running."""

    kind: Literal["request_answered"] = "request_answered"
    summary: str


class CardPosted(Event):
    """The card stands in a conversation; its thread hangs under it."""

    kind: Literal["card_posted"] = "card_posted"
    channel: ChannelId
    ts: MessageTs
    is_direct: bool = False  # in a DM with the requester, since the bot cannot speak where asked
    is_external: bool = False  # the channel is shared with another organisation


class PackagingJoined(Event):
    """The retrieval follows this packaging, its own or one that already ran."""

    kind: Literal["packaging_joined"] = "packaging_joined"
    packaging: PackagingId
    is_first: bool


class PackagingQueued(Event):
    """The packaging waits for its turn behind `ahead` others, `at_once` of which run."""

    kind: Literal["packaging_queued"] = "packaging_queued"
    ahead: int
    at_once: int


class RateLimited(Event):
    """The packaging waits for the platform's rate limit behind `ahead` requests; None: no more."""

    kind: Literal["rate_limited"] = "rate_limited"
    ahead: int | None


class PackagingStarted(Event):
    """The platform packages."""

    kind: Literal["packaging_started"] = "packaging_started"
    package: PackageKey
    target: Target  # with the revision that runs now
    warnings: tuple[str, ...] = ()


class PackagingMoved(Event):
    """The platform has said more; `messages` counts what it has said in all."""

    kind: Literal["packaging_moved"] = "packaging_moved"
    messages: int
    trouble: str = ""  # why it could not be asked the last time; it is asked again


class PackagingEnded(Event):
    """The platform finished, with or without a package."""

    kind: Literal["packaging_ended"] = "packaging_ended"
    state: PackagingState
    messages: int = 0


class ReplyPosted(Event):
    """A reply stands in the thread. `reply` names which: `started`, `progress`, and so on."""

    kind: Literal["reply_posted"] = "reply_posted"
    reply: str
    channel: ChannelId
    ts: MessageTs


class LinkAsked(Event):
    """Somebody asked for a new link to a package that may still be there."""

    kind: Literal["link_asked"] = "link_asked"
    ask: str  # unique per click
    by: SlackUserId


class LinkPosted(Event):
    """A download link was given out in a new message."""

    kind: Literal["link_posted"] = "link_posted"
    link: LinkId
    ask: str = ""  # the LinkAsked it answers; empty for the first
    recipient: SlackUserId
    channel: ChannelId
    ts: MessageTs
    file_name: str
    size_bytes: int | None = None
    expires_at: datetime
    rule: ExpiryRule
    leads_to: LinkKind = LinkKind.OURS


class LinkExpired(Event):
    """A download link reached its end."""

    kind: Literal["link_expired"] = "link_expired"
    link: LinkId


class LinkDenied(Event):
    """A new link could not be had; `reason` says why."""

    kind: Literal["link_denied"] = "link_denied"
    ask: str
    reason: FailureReason
    text: str


class CancelAsked(Event):
    """Somebody pressed cancel."""

    kind: Literal["cancel_asked"] = "cancel_asked"
    by: SlackUserId


class RetrievalCancelled(Event):
    """The retrieval stopped because somebody asked for it."""

    kind: Literal["retrieval_cancelled"] = "retrieval_cancelled"
    by: SlackUserId


class RetrievalFailed(Event):
    """The retrieval ended without a link."""

    kind: Literal["retrieval_failed"] = "retrieval_failed"
    reason: FailureReason
    text: str
    reference: str = ""


class EffectRepeated(Event):
    """An uncertain effect had to be done again, since nothing could be looked for."""

    kind: Literal["effect_repeated"] = "effect_repeated"
    effect: str


AnyEvent = Annotated[
    TargetResolved
    | RequestAnswered
    | CardPosted
    | PackagingJoined
    | PackagingQueued
    | RateLimited
    | PackagingStarted
    | PackagingMoved
    | PackagingEnded
    | ReplyPosted
    | LinkAsked
    | LinkPosted
    | LinkExpired
    | LinkDenied
    | CancelAsked
    | RetrievalCancelled
    | RetrievalFailed
    | EffectRepeated,
    Field(discriminator="kind"),
]

EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
