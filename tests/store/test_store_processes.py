"""Several processes share one file, and one that is killed leaves nothing half done."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from bot.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(url):
    async def run(name: str, rounds: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.store.writer", url, name, str(rounds)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    return run


async def test_two_processes_open_a_new_database_and_write_at_once(start, url):
    writers = [await start(name, 15) for name in ("a", "b")]
    for _, errors in [await writer.communicate() for writer in writers]:
        assert errors.decode() == ""
    assert [writer.returncode for writer in writers] == [0, 0]
    store = await Store.open(url)
    try:
        assert (await store.journal.load("shared")).version == 30
        assert len(await store.runs.unfinished()) == 30 + 1 + 15
    finally:
        await store.close()


async def test_a_process_that_is_killed_leaves_requests_whole(start, url):
    writer = await start("a", 100_000)
    for _ in range(10):
        assert await writer.stdout.readline()
    writer.kill()
    await writer.communicate()
    file = sqlite3.connect(url.removeprefix("sqlite:///"))
    lonely = (
        "SELECT id FROM retrievals WHERE id NOT IN (SELECT id FROM runs)"
        " UNION SELECT id FROM packagings WHERE id NOT IN (SELECT id FROM runs)"
        " UNION SELECT r.id FROM retrievals r"
        " WHERE version <> (SELECT count(*) FROM events WHERE retrieval = r.id)"
    )
    assert file.execute(lonely).fetchall() == []
    assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert file.execute("SELECT count(*) FROM retrievals").fetchone()[0] > 10
    file.close()
