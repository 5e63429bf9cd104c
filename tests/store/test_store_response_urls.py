"""A response_url is a secret: it works for 30 minutes and is nowhere in the files after."""

from __future__ import annotations

import random
import secrets
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.store.examples import MINUTE, NOON, request


@pytest.fixture
def stored_bytes(url):
    folder = Path(url.removeprefix("sqlite:///")).parent
    return lambda: b"".join(file.read_bytes() for file in folder.iterdir())


async def test_it_can_be_used_for_thirty_minutes(store):
    await store.journal.accept(request(), SecretStr("https://hooks.slack.test/1"))
    assert await store.journal.response_url("r1", NOON + 29 * MINUTE)
    assert await store.journal.response_url("r1", NOON + 30 * MINUTE) is None


async def test_it_is_gone_from_the_files_once_it_is_wiped(store, stored_bytes):
    """Among others that come and go, so that the pages of the database are split and emptied."""
    chance = random.Random(3)
    now, given = NOON, {}
    for _ in range(12):
        for _ in range(chance.randrange(50)):
            now += timedelta(seconds=chance.randrange(25))
            url = f"https://hooks.slack.test/{secrets.token_hex(chance.randrange(12, 60))}"
            name = secrets.token_hex(8)
            await store.journal.accept(request(name, at=now), SecretStr(url))
            given[url.encode()] = now
        await store.journal.wipe_response_urls(now)
        found = stored_bytes()
        lives = {url for url, at in given.items() if at > now - 30 * MINUTE}
        assert all(url in found for url in lives)
        assert not any(url[-24:] in found for url in given.keys() - lives)
    await store.journal.wipe_response_urls(now + 31 * MINUTE)
    assert b"hooks.slack.test" not in stored_bytes()


async def test_a_log_that_was_in_use_is_emptied_the_next_time(store, url, stored_bytes):
    await store.journal.accept(request(), SecretStr("https://hooks.slack.test/1"))
    reader = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM retrievals").fetchone() == (1,)
    assert await store.journal.wipe_response_urls(NOON + 31 * MINUTE) == 1
    assert b"hooks.slack.test" in stored_bytes()
    reader.close()
    assert await store.journal.wipe_response_urls(NOON + 32 * MINUTE) == 0
    assert b"hooks.slack.test" not in stored_bytes()
