"""The real process, `kill -9` at random moments: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from benchmarks.kill_and_resume import run
from benchmarks.platforms import KINDS

DROP = 0.15  # of all answers, after the other side has acted; the benchmark runs without it too


@pytest.fixture(scope="module")
def played(tmp_path_factory, empty_database):
    """Play both at once, since they wait for Slack's limits; each has an outside of its own."""
    folders = [tmp_path_factory.mktemp("state") for _ in KINDS]
    for folder in folders:
        shutil.copy(empty_database, folder / "bot.sqlite3")

    async def play():
        async with asyncio.TaskGroup() as group:
            return [
                group.create_task(run(kind, 10, 5, at, seed=20, drop=DROP))
                for at, kind in zip(folders, KINDS, strict=True)
            ]

    with asyncio.Runner() as runner:
        outcomes = [task.result() for task in runner.run(play())]
    logs = [(at / "bot.log").read_text(encoding="utf-8") for at in folders]
    return dict(zip(KINDS, zip(outcomes, logs, strict=True), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_killing_the_process_loses_no_retrieval_and_doubles_no_post(played, kind):
    outcome, log = played[kind]
    assert outcome.kills == 5
    assert outcome.lost == 0, log[-3000:]
    assert outcome.doubled == 0, log[-3000:]
    assert outcome.holds, str(outcome)
    assert "Traceback" not in log
    assert outcome.status_after_sigterm == 0
    assert outcome.seconds_to_stop < 10


def test_what_can_be_looked_for_is_packaged_once_whatever_is_lost(played):
    outcome, _ = played["odc"]
    assert outcome.packagings_doubled == 0
    assert outcome.packagings == outcome.retrievals
