"""Plain values that the store's tests store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from bot.domain import events as e
from bot.domain.link import LinkRow
from bot.domain.retrieval import Posted, Request
from bot.domain.target import Environment, Target
from bot.domain.value import (
    ApplicationKey,
    ChannelId,
    EnvironmentKey,
    LinkId,
    MessageTs,
    PackageKey,
    PackagingId,
    PlatformName,
    RetrievalId,
    SlackUserId,
)
from bot.ports import Living

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def request(
    name: str = "r1", *, at: datetime = NOON, requester: str = "U1", channel: str = "C1"
) -> Request:
    return Request(
        id=RetrievalId(name),
        at=at,
        requester=SlackUserId(requester),
        team="T1",
        channel=ChannelId(channel),
        trigger=f"trigger of {name}",
        words=("EmployeeBackoffice", "Testing"),
    )


def target(application: str = "employee-backoffice") -> Target:
    platform = PlatformName("main")
    return Target(
        platform=platform,
        environment=Environment(platform=platform, key=EnvironmentKey("env-1"), name="Testing"),
        application=ApplicationKey(application),
        application_name="EmployeeBackoffice",
    )


def resolved(application: str = "employee-backoffice", at: datetime = NOON) -> e.TargetResolved:
    return e.TargetResolved(at=at, target=target(application))


def failed(at: datetime = NOON) -> e.RetrievalFailed:
    return e.RetrievalFailed(at=at, reason=e.FailureReason.PLATFORM, text="It said no.")


def joined(packaging: str = "p1") -> e.PackagingJoined:
    return e.PackagingJoined(at=NOON, packaging=PackagingId(packaging), is_first=True)


def link_posted(link: str = "l1", at: datetime = NOON) -> e.LinkPosted:
    return e.LinkPosted(
        at=at,
        link=LinkId(link),
        recipient=SlackUserId("U1"),
        channel=ChannelId("C1"),
        ts=MessageTs("1.2"),
        file_name="EmployeeBackoffice-Testing-1.4.0.zip",
        expires_at=at + 60 * MINUTE,
        rule=e.ExpiryRule.POLICY,
    )


def link(name: str = "l1", retrieval: str = "r1", **changed: object) -> LinkRow:
    fields: dict[str, object] = {
        "id": LinkId(name),
        "retrieval": RetrievalId(retrieval),
        "target": target(),
        "package": PackageKey("package-1"),
        "recipient": SlackUserId("U1"),
        "file_name": "EmployeeBackoffice-Testing-1.4.0.zip",
        "minted_at": NOON,
        "expires_at": NOON + 60 * MINUTE,
        "rule": e.ExpiryRule.POLICY,
        "effect": "link:1",
    }
    return LinkRow.model_validate(fields | changed)


def token_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def living(part: str = "card", shown: int = 0, retrieval: str = "r1", ts: str = "1.1") -> Living:
    return Living(
        retrieval=RetrievalId(retrieval),
        part=part,
        posted=Posted(channel=ChannelId("C1"), ts=MessageTs(ts)),
        shown_version=shown,
    )
