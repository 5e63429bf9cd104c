"""What doctor says of the database and the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from bot.cli.doctor.database import room_finding
from bot.cli.doctor.finding import Verdict
from bot.store.lock import engine_lock
from bot.store.migrate import migrate
from bot.store.tables import metadata

MIB = 1 << 20


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name for (name,) in rows}


async def test_a_database_that_is_not_there_is_made_with_our_tables(installation):
    found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.OK
    assert "no bot runs on it" in found.text
    assert set(metadata.tables) <= tables(installation.database)
    assert "sast_source_doctor" not in tables(installation.database)
    with closing(sqlite3.connect(installation.database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_that_a_bot_runs_on_it_is_told_and_does_not_block(installation):
    await migrate(installation.settings.database_url)

    with engine_lock(installation.settings.database_url):
        found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.OK
    assert "a bot runs on it" in found.text


async def test_nothing_is_migrated_under_a_running_bot(installation):
    await migrate(installation.settings.database_url)
    with closing(sqlite3.connect(installation.database)) as connection, connection:
        connection.execute("DELETE FROM sast_source_version")

    with engine_lock(installation.settings.database_url):
        found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.WARNING
    assert "another version" in found.text


async def test_a_database_of_a_newer_version_blocks(installation):
    await migrate(installation.settings.database_url)
    with closing(sqlite3.connect(installation.database)) as connection, connection:
        connection.execute("UPDATE sast_source_version SET version_num = '9999'")

    found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.BLOCKED
    assert "newer version" in found.text


async def test_a_file_that_is_no_database_blocks(installation):
    installation.database.parent.mkdir()
    installation.database.write_text("Dear diary, " * 100, encoding="utf-8")

    found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.BLOCKED
    assert "not a database" in found.text


async def test_a_folder_that_cannot_be_made_blocks(installation, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    installation.change(database_url=f"sqlite:///{tmp_path / 'file' / 'bot.sqlite3'}")

    found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.BLOCKED
    assert "DATABASE_URL" in found.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_file_that_is_read_only_blocks(installation):
    await migrate(installation.settings.database_url)
    installation.database.chmod(0o400)

    assert (await installation.examine()).one("Database").verdict is Verdict.BLOCKED


async def test_a_writer_that_never_ends_blocks_and_does_not_hold_doctor_up(installation):
    await migrate(installation.settings.database_url)
    with closing(sqlite3.connect(installation.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.BLOCKED
    assert "locked" in found.text


async def test_a_server_whose_driver_is_missing_blocks(installation):
    installation.change(database_url="postgresql://bot:hush@db.example.com/bot")

    found = (await installation.examine()).one("Database")

    assert found.verdict is Verdict.BLOCKED
    assert "hush" not in found.text + found.remedy


async def test_the_room_beside_the_database_and_the_spool_is_told(installation):
    found = (await installation.examine()).about("Disk")

    assert len(found) == 2
    assert str(installation.database.parent) in found[0].text


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(5000 * MIB, Verdict.OK), (500 * MIB, Verdict.WARNING), (5 * MIB, Verdict.BLOCKED)],
)
def test_a_full_disk_warns_and_then_blocks(tmp_path, free, verdict):
    assert room_finding(tmp_path, free).verdict is verdict
