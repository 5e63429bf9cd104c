"""Whoever asks may be cancelled; the database is never left locked, nor a transaction half done."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from datetime import UTC, datetime

from bot.domain.value import RetrievalId
from bot.store.store import Store
from tests.store.examples import request

AT = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_caller_that_is_cancelled_leaves_no_lock_behind(url):
    chance = random.Random(7)
    path = url.removeprefix("sqlite:///")
    for number in range(60):
        store = await Store.open(url)
        await store.journal.accept(request(f"r{number}"), None)
        writers = [
            asyncio.ensure_future(store.journal.intend(RetrievalId(f"r{number}"), key, "token"))
            for key in ("a", "b", "c")
        ]
        await asyncio.wait(writers, timeout=chance.random() * 0.012)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        await store.close()
        with sqlite3.connect(path, timeout=0.2, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")


async def test_what_was_begun_for_a_caller_that_is_gone_is_stored_whole(url):
    store = await Store.open(url)
    writer = asyncio.ensure_future(store.audit.record(AT, "ada", "asked", "one", "x"))
    await asyncio.sleep(0)
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    await store.close()

    store = await Store.open(url)
    assert [line.actor for line in await store.audit.about("one")] == ["ada"]
    await store.close()
