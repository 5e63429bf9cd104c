"""A database is opened for our eyes only, or refused in a sentence that names the setting."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from bot.domain import events as e
from bot.errors import BotError, SettingsError
from bot.store import Store
from tests.store.examples import NOON, request, resolved


@pytest.fixture
def path(url) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_folder_and_files_are_readable_by_their_owner_only(store, path):
    await store.journal.accept(request(), None)
    assert mode(path.parent) == 0o700
    files = list(path.parent.iterdir())
    assert len(files) == 3  # the database, its write-ahead log and the log's index
    assert {mode(file) for file in files} == {0o600}


async def test_what_was_stored_is_there_after_opening_again(url):
    for expected in (True, False):
        store = await Store.open(url)
        assert await store.journal.accept(request(), None) is expected
        await store.close()


async def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"file/x\.sqlite3 \(DATABASE_URL\) cannot be written"):
        await Store.open(f"sqlite:///{tmp_path}/file/x.sqlite3")


async def test_a_file_that_is_a_folder_is_refused_in_words(tmp_path):
    with pytest.raises(SettingsError, match=r"DATABASE_URL.*cannot be written: Is a directory"):
        await Store.open(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_file_without_permission_is_refused_in_words(tmp_path):
    file = tmp_path / "x.sqlite3"
    file.touch(mode=0o400)
    with pytest.raises(SettingsError, match=r"DATABASE_URL.*cannot be written: Permission denied"):
        await Store.open(f"sqlite:///{file}")


async def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    file = tmp_path / "x.sqlite3"
    file.write_text("This is a shopping list, and a long one. " * 100)
    with pytest.raises(SettingsError, match="cannot be used: file is not a database"):
        await Store.open(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://localhost/x", "mysql"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_in_words(url, said):
    with pytest.raises(SettingsError, match=f"DATABASE_URL.*{said}"):
        await Store.open(url)


async def test_a_password_is_not_in_what_is_said():
    with pytest.raises(SettingsError) as refusal:
        await Store.open("postgresql://bot:s3cret@127.0.0.1:1/x?connect_timeout=1")
    assert "DATABASE_URL" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


async def test_a_closed_store_says_so_and_leaves_no_thread(url):
    store = await Store.open(url)
    await asyncio.gather(*(store.ping() for _ in range(10)))
    await store.journal.accept(request(), None)
    assert any("connection_worker" in one.name for one in threading.enumerate())
    await store.close()
    with pytest.raises(BotError, match="closed"):
        await store.ping()
    workers = [one for one in threading.enumerate() if "connection_worker" in one.name]
    for worker in workers:
        worker.join(timeout=10)
    assert not any(worker.is_alive() for worker in workers)


async def test_closing_waits_for_what_is_under_way(url):
    store = await Store.open(url)
    accepted = asyncio.ensure_future(store.journal.accept(request(), None))
    await asyncio.sleep(0)
    await store.close()
    assert await accepted


async def test_what_is_cancelled_midway_blocks_nobody(store):
    chance = random.Random(7)
    accepted = 0
    for n in range(60):
        doing = asyncio.ensure_future(store.journal.accept(request(f"r{n}"), None))
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        doing.cancel()
        (outcome,) = await asyncio.gather(doing, return_exceptions=True)
        accepted += outcome is True
    assert await store.journal.accept(request("last"), None)
    stored = sum((await store.journal.count_by_state()).values())
    assert stored == len(await store.runs.unfinished()) > accepted


async def test_readers_do_not_wait_for_a_writer(store, path):
    await store.journal.accept(request(), None)
    elsewhere = sqlite3.connect(path, isolation_level=None)
    elsewhere.execute("BEGIN IMMEDIATE")
    assert await store.journal.load("r1")
    waiting = asyncio.ensure_future(store.journal.append("r1", "resolve", resolved()))
    assert await store.journal.find("r1", "resolve") is None
    assert not waiting.done()
    elsewhere.execute("COMMIT")
    elsewhere.close()
    assert await waiting


async def test_two_stores_write_one_file_at_once(store, url):
    other = await Store.open(url)
    try:
        for name in ("r1", "r2"):
            await store.journal.accept(request(name), None)
        writes = [
            one.journal.append(name, f"{who}:{n}", e.PackagingMoved(at=NOON, messages=n))
            for n in range(25)
            for who, one in (("store", store), ("other", other))
            for name in ("r1", "r2")
        ]
        assert all(await asyncio.gather(*writes))
        for one in (store, other):
            assert (await one.journal.load("r1")).version == 50
    finally:
        await other.close()
