"""Runs are kept until they end; the audit log is kept as it was written."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from bot.ports import Audit, Run, Runs
from tests.store.examples import DAY, NOON


async def test_unfinished_runs_come_oldest_first(store):
    runs: Runs = store.runs
    for name in ("z", "a", "m"):
        await runs.add(Run(id=name, workflow="expire", subject="r1"))
    await runs.finish("a")
    assert [run.id for run in await runs.unfinished()] == ["z", "m"]


async def test_a_run_that_is_added_again_stays_finished(store):
    run = Run(id="z", workflow="expire", subject="r1")
    await store.runs.add(run)
    await store.runs.finish("z")
    await store.runs.add(run)
    assert await store.runs.unfinished() == []


async def test_the_audit_log_says_who_did_what_and_when(store):
    audit: Audit = store.audit
    local = NOON.astimezone(timezone(timedelta(hours=-7)))
    await audit.record(local, "U1", "link.used", "l1", "192.0.2.1")
    await audit.record(NOON + DAY, "U2", "link.used", "l2")
    (line,) = await store.audit.about("l1")
    assert line == (NOON, "U1", "link.used", "l1", "192.0.2.1")
    assert line.at.utcoffset() == timedelta(0)


async def test_old_lines_of_the_audit_log_are_removed(store):
    for day in range(4):
        await store.audit.record(NOON + day * DAY, "U1", "asked", "r1")
    assert await store.retention.remove_audit(NOON + 2 * DAY) == 2
    assert [line.at for line in await store.audit.about("r1")] == [NOON + 2 * DAY, NOON + 3 * DAY]


async def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(Exception, match="without a time zone"):
        await store.audit.record(NOON.replace(tzinfo=None), "U1", "asked", "r1")
