"""What the bot asks of the outside, as rows for people: who was called, what for, how it went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import Literal, Protocol

from bot.sandbox import lifetime, odc, slack
from bot.sandbox.api.calls import PlatformCall
from bot.sandbox.demo.meanings import IN_LIFETIME, IN_ODC, IN_SLACK
from bot.sandbox.slack.records import JsonObject

Company = Literal["LifeTime", "ODC", "Slack"]

SHOWN = 60
# How far back rows are built from: repeated calls become one row.
LOOKED_AT = 200
FIRST_ERROR = 400
NOT_THERE = 404


@dataclass(frozen=True)
class Row:
    """One call, or several equal ones in a row."""

    company: Company
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


def newest(*companies: Iterable[Row]) -> list[Row]:
    """Give the latest rows of all companies, newest first, neighbours that say the same as one."""
    found = sorted(chain(*companies), key=lambda row: row.at, reverse=True)
    return list(islice(_gathered(found), SHOWN))


def _gathered(found: Iterable[Row]) -> Iterator[Row]:
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


def lifetime_rows(calls: Sequence[lifetime.Call], known: lifetime.Infrastructure) -> Iterator[Row]:
    """Write the latest calls to LifeTime, each with the names of what it was about."""
    for call in calls[-LOOKED_AT:]:
        subject = _subject(call, known.applications, known.environments)
        yield _of_platform("LifeTime", call, IN_LIFETIME[call.name], subject)


def odc_rows(calls: Sequence[odc.Call], known: odc.Organization) -> Iterator[Row]:
    """Write the latest calls to ODC, each with the names of what it was about."""
    for call in calls[-LOOKED_AT:]:
        row = _of_platform("ODC", call, IN_ODC[call.name], _subject_in_odc(call, known))
        if call.name == "status" and call.status == NOT_THERE:
            # The bot looks before it asks, and this is what ODC says then: nothing went wrong.
            row = replace(row, outcome="none yet", is_well=True)
        yield row


def slack_rows(calls: Sequence[slack.Call]) -> Iterator[Row]:
    """Write the latest calls to Slack."""
    for call in calls[-LOOKED_AT:]:
        outcome = "answer lost" if call.dropped else call.error or "ok"
        is_well = call.ok and not call.dropped
        method = "" if call.method == "ack" else "POST"
        about = IN_SLACK.get(call.method, "")
        yield Row("Slack", method, call.method, about, outcome, is_well, call.time)


def _of_platform(company: Company, call: PlatformCall, meaning: str, subject: str) -> Row:
    outcome, is_well = _outcome(call)
    about = f"{meaning} {subject}".rstrip()
    return Row(company, call.method, call.name, about, outcome, is_well, call.at)


def _outcome(call: PlatformCall) -> tuple[str, bool]:
    if call.dropped:
        return "connection dropped", False
    if call.client_left:
        return "bot hung up", False
    if call.status is None:
        return "…", True
    return str(call.status), call.status < FIRST_ERROR


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def _subject(
    call: PlatformCall, applications: Mapping[str, _Named], environments: Mapping[str, _Named]
) -> str:
    found = (applications.get(call.application), environments.get(call.environment))
    return " in ".join(one.name for one in found if one is not None)


def _subject_in_odc(call: odc.Call, known: odc.Organization) -> str:
    build = known.builds.get(call.build)
    if build is None:
        return _subject(call, known.assets, known.environments)
    return f"{known.assets[build.asset].name}, revision {build.revision}"
