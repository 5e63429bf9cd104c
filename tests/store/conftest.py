"""A real database file for every test, opened and closed."""

from __future__ import annotations

import pytest

from bot.store import Store


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/state/sast-source.sqlite3"


@pytest.fixture
async def store(url):
    opened = await Store.open(url)
    yield opened
    await opened.close()
