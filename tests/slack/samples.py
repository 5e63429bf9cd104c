"""Retrievals, links and messages to draw and to send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain import events as e
from bot.domain.link import LinkRow
from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingState
from bot.domain.retrieval import Request, Retrieval, RetrievalState
from bot.domain.target import Build, Environment, Purpose, Revision, RevisionWish, Target

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=5)
END = START + timedelta(hours=1)
GONE = e.LinkDenied(
    at=END,
    ask="a-1",
    reason=e.FailureReason.PACKAGE_GONE,
    text="The platform no longer has the package.",
)


BUILD_KEY = "be77b25f-0d0c-4c6d-9f5c-6c1f5f6f9f10"
REASON = "Testing runs the Debug build of revision 12; its Release build is packaged."


def environment(name="Testing", platform="lifetime", **change):
    fields = {"platform": platform, "key": "env-1", "name": name, "purpose": Purpose.TEST}
    return Environment(**{**fields, **change})


def target(name="EmployeeBackoffice", where="Testing", platform="lifetime", **change):
    """Give a target; `where` names an environment, is one, or is None."""
    fields = {
        "platform": platform,
        "environment": environment(where, platform) if isinstance(where, str) else where,
        "application": "app-1",
        "application_name": name,
        "revision": Revision(label="1.4.0"),
    }
    return Target(**{**fields, **change})


def built(**change):
    """Give a target on a platform with portfolios, numbered revisions and builds."""
    fields = {
        "where": environment(platform="odc", portfolio="Retail"),
        "platform": "odc",
        "revision": Revision(number=12, label="1.4.0"),
        "build": Build(key=BUILD_KEY, reason=REASON),
    }
    return target(**{**fields, **change})


def library(**change):
    """Give a target that stands in no environment."""
    fields = {"name": "Currency Formatting", "where": None, "wish": RevisionWish(tag="1.4.0")}
    return built(**{**fields, **change})


def request(**change):
    fields = {
        "id": "r-1",
        "at": START,
        "requester": "U0ADA",
        "team": "T0",
        "channel": "C0REL",
        "trigger": "t-1",
        "words": ("EmployeeBackoffice", "Testing"),
    }
    return Request(**{**fields, **change})


def link_posted(**change):
    fields = {
        "at": LATER,
        "link": "l-1",
        "recipient": "U0ADA",
        "channel": "C0REL",
        "ts": "2.0",
        "file_name": "EmployeeBackoffice-Testing-1.4.0.zip",
        "size_bytes": 12_345_678,
        "expires_at": END,
        "rule": e.ExpiryRule.POLICY,
    }
    return e.LinkPosted(**{**fields, **change})


def failed(text="The platform said: compilation failed.", reason=e.FailureReason.PLATFORM):
    return e.RetrievalFailed(at=LATER, reason=reason, text=text)


def history(state, resolved):
    """Give the events that lead to `state`."""
    found = e.TargetResolved(at=START, target=resolved)
    card = e.CardPosted(at=START, channel="C0REL", ts="1.0")
    joined = e.PackagingJoined(at=START, packaging="p-1", is_first=True)
    queued = e.PackagingQueued(at=START, ahead=3, at_once=10)
    started = e.PackagingStarted(at=LATER, package="k-1", target=resolved)
    ended = e.PackagingEnded(at=LATER, state=PackagingState.READY)
    packaged = [found, card, joined, queued, started, ended]
    expired = [*packaged, link_posted(), e.LinkExpired(at=END, link="l-1")]
    return {
        RetrievalState.REQUESTED: [found, card],
        RetrievalState.WAITING: packaged[:4],
        RetrievalState.PACKAGING: packaged[:5],
        RetrievalState.PACKAGED: packaged,
        RetrievalState.READY: [*packaged, link_posted()],
        RetrievalState.EXPIRED: expired,
        RetrievalState.FAILED: [*packaged[:5], failed()],
        RetrievalState.CANCELLED: [*packaged[:5], e.RetrievalCancelled(at=LATER, by="U0BRUNO")],
        RetrievalState.ANSWERED: [e.RequestAnswered(at=LATER, summary="unknown application")],
    }[state]


def retrieval(state=RetrievalState.PACKAGING, *more, resolved=None, asked=None):
    events = [*history(state, resolved or target()), *more]
    return Retrieval.fold(asked or request(), events)


def link_row(**change):
    fields = {
        "id": "l-1",
        "retrieval": "r-1",
        "target": target(),
        "package": "k-1",
        "recipient": "U0ADA",
        "file_name": "EmployeeBackoffice-Testing-1.4.0.zip",
        "size_bytes": 12_345_678,
        "minted_at": START,
        "expires_at": END,
        "rule": e.ExpiryRule.POLICY,
        "effect": "link",
    }
    return LinkRow(**{**fields, **change})


def said(text, level=MessageLevel.INFO):
    return PackagingMessage(text=text, level=level)
