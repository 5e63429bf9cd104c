"""What the bot asks of the outside, as rows for people: who was called, what for, how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from bot.sandbox.lifetime import Call as LifeTimeCall
from bot.sandbox.lifetime import CallName, Calls, Infrastructure
from bot.sandbox.slack import Call as SlackCall
from bot.sandbox.slack.records import JsonObject

SHOWN = 60
# How far back rows are built from: repeated calls become one row.
LOOKED_AT = 200
FIRST_ERROR = 400

_MEANING: dict[CallName, str] = {
    "environments": "Which environments are there?",
    "environment": "What is this environment?",
    "applications": "Which applications are there?",
    "application": "What is this application?",
    "environment_applications": "What runs in this environment?",
    "environment_application": "Which version runs there?",
    "version": "Which LifeTime is this?",
    "start": "Please package this source code.",
    "status": "How far is the packaging?",
    "link": "Where is the package?",
    "download": "Give me the package.",
    "renew_token": "Give me a new token.",
    "unknown": "Something that LifeTime does not know.",
}

_MEANING_IN_SLACK = {
    "apps.connections.open": "Let me connect.",
    "auth.test": "Who am I?",
    "chat.postMessage": "Post this message.",
    "chat.update": "Show this instead.",
    "chat.postEphemeral": "Show this to one person.",
    "chat.getPermalink": "Where does this message stand?",
    "conversations.history": "What stands in this channel?",
    "conversations.replies": "What stands in this thread?",
    "conversations.info": "What kind of channel is this?",
    "conversations.open": "Open the conversation with this person.",
    "response_url": "Answer this person.",
    "ack": "Got it.",
}


@dataclass(frozen=True)
class Row:
    """One call, or several equal ones in a row."""

    company: Literal["LifeTime", "Slack"]
    method: str
    name: str
    about: str
    outcome: str
    is_well: bool
    at: datetime
    times: int = 1

    def as_json(self) -> JsonObject:
        """Give the row as the page takes it."""
        return vars(self) | {"at": self.at.timestamp()}


class WatchedCalls(Calls):
    """LifeTime's journal, telling somebody of every call that comes and goes."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def arrive(self, call: LifeTimeCall) -> None:
        """Enter a call that has just arrived."""
        super().arrive(call)
        self._tell()

    def leave(self, call: LifeTimeCall) -> None:
        """Note that a call has ended."""
        super().leave(call)
        self._tell()


def rows(lifetime: list[LifeTimeCall], slack: list[SlackCall], known: Infrastructure) -> list[Row]:
    """Give the latest calls of both, newest first."""
    found = [_of_lifetime(call, known) for call in lifetime[-LOOKED_AT:]]
    found += [_of_slack(call) for call in slack[-LOOKED_AT:]]
    found.sort(key=lambda row: row.at, reverse=True)
    return list(islice(_gathered(found), SHOWN))


def _gathered(found: Iterable[Row]) -> Iterable[Row]:
    """Join neighbours that say the same."""
    latest: Row | None = None
    for row in found:
        if latest is not None and replace(row, at=latest.at, times=latest.times) == latest:
            latest = replace(latest, times=latest.times + 1)
            continue
        if latest is not None:
            yield latest
        latest = row
    if latest is not None:
        yield latest


def _of_lifetime(call: LifeTimeCall, known: Infrastructure) -> Row:
    outcome, is_well = _outcome(call)
    return Row(
        "LifeTime",
        call.method,
        call.name,
        _about(call, known) or _MEANING[call.name],
        outcome,
        is_well,
        call.at,
    )


def _outcome(call: LifeTimeCall) -> tuple[str, bool]:
    if call.dropped:
        return "connection dropped", False
    if call.client_left:
        return "bot hung up", False
    if call.status is None:
        return "…", True
    return str(call.status), call.status < FIRST_ERROR


def _about(call: LifeTimeCall, known: Infrastructure) -> str:
    application = known.applications.get(call.application)
    environment = known.environments.get(call.environment)
    names = " in ".join(one.name for one in (application, environment) if one is not None)
    return f"{_MEANING[call.name]} {names}" if names else ""


def _of_slack(call: SlackCall) -> Row:
    outcome = "answer lost" if call.dropped else call.error or "ok"
    meaning = _MEANING_IN_SLACK.get(call.method, "")
    is_well = call.ok and not call.dropped
    method = "" if call.method == "ack" else "POST"
    return Row("Slack", method, call.method, meaning, outcome, is_well, call.time)
