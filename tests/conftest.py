"""What every test may use, and what none may do."""

from __future__ import annotations

import os

import pytest
from alembic import command
from dbos import DBOS
from hypothesis import settings

from bot.store.database import engine_url, parse_url
from bot.store.migrate import config_for, connected

# How long an example takes says how busy the machine is; what holds is what is tested.
settings.register_profile("suite", deadline=None, max_examples=50)
settings.load_profile("suite")


def pytest_xdist_auto_num_workers():
    """Give more workers than cores: what tells stories waits as long as it works."""
    return min(8, (os.cpu_count() or 1) * 3 // 2)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """Give a file to copy: what a first start leaves, made once by the same migrations."""
    path = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    url = f"sqlite:///{path}"
    with connected(parse_url(url)) as connection:
        command.upgrade(config_for(connection), "head")
    DBOS.migrate(engine_url(url))
    assert list(path.parent.iterdir()) == [path]  # nothing is left in a write-ahead log
    return path


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    """Keep the machine's own settings and state out of every test."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "LIFETIME_", "ODC_")) or name in {
            "PUBLIC_URL",
            "LISTEN",
            "METRICS_LISTEN",
            "DATABASE_URL",
            "ALLOW_PRODUCTION",
            "SAST_SOURCE_CONFIG",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
