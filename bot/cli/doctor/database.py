"""Whether the database opens, takes writes, has our tables, and has room.

While a bot runs on it nothing is migrated, since that bot may be of another version.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL

from bot.cli.doctor.finding import Finding, blocked, ok, warning
from bot.errors import EngineLocked, SettingsError
from bot.settings import Settings
from bot.store import migrations
from bot.store.database import parse_url, prepare_file
from bot.store.lock import engine_lock
from bot.store.migrate import VERSION_TABLE, migrate

_SUBJECT: Final = "Database"
_PATIENCE: Final = 3.0  # seconds for somebody else's writing to end
_MIB: Final = 1 << 20
_TIGHT: Final = 1024 * _MIB
_TOO_LITTLE: Final = 64 * _MIB


async def check_database(settings: Settings) -> list[Finding]:
    """Look at the database and the room beside it."""
    url = parse_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return [await _check_server(settings, url)]
    path = Path(str(url.database))
    try:
        prepare_file(url)
        mode = await asyncio.to_thread(_try_writing, path)
        found = await _check_tables(settings, path)
    except SettingsError as error:
        return [blocked(_SUBJECT, error.message, "Set DATABASE_URL to a file that can be written.")]
    except sqlite3.Error as error:
        return [_cannot_write(path, error)]
    return [found, *_mode(mode), *_rooms(settings, path)]


async def _check_server(settings: Settings, url: URL) -> Finding:
    driver = url.get_dialect().driver
    if find_spec(driver) is None:
        return blocked(
            _SUBJECT,
            f"DATABASE_URL names {url.get_backend_name()}, whose driver is not installed.",
            f"Install {driver} beside sast-source, or use a SQLite file.",
        )
    try:
        await migrate(settings.database_url)
    except SettingsError as error:
        return blocked(_SUBJECT, error.message, "Check DATABASE_URL, its account and its password.")
    return ok(_SUBJECT, f"{url.render_as_string(hide_password=True)} has our tables.")


def _try_writing(path: Path) -> str:
    """Write, take it back, and give the journal mode. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE sast_source_doctor (x)")
        connection.execute("ROLLBACK")
    return str(mode)


async def _check_tables(settings: Settings, path: Path) -> Finding:
    try:
        with engine_lock(settings.database_url):
            await migrate(settings.database_url)
    except EngineLocked:
        return await asyncio.to_thread(_look, path)
    return ok(_SUBJECT, f"{path} can be written and has our tables; no bot runs on it.")


def _look(path: Path) -> Finding:
    """Compare the tables with ours while a bot runs on them."""
    newest = ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
        known = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE name = ?", (VERSION_TABLE,)
        ).fetchone()
        query = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608 - a constant of ours
        rows = connection.execute(query).fetchall() if known[0] else []
    if rows != [(newest,)]:
        return warning(
            _SUBJECT,
            f"{path} can be written; the bot that runs on it is of another version than this.",
            "Restart the bot with this version; it brings the tables up to date.",
        )
    return ok(_SUBJECT, f"{path} can be written and has our tables; a bot runs on it.")


def _cannot_write(path: Path, error: sqlite3.Error) -> Finding:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return blocked(
            _SUBJECT,
            f"{path} is locked: another process has been writing for {_PATIENCE:g} s.",
            "Find it with `fuser` on that file, and let it end.",
        )
    return blocked(
        _SUBJECT,
        f"{path} cannot be used: {error}.",
        "Set DATABASE_URL to another file, or bring this one back from a copy.",
    )


def _mode(mode: str) -> list[Finding]:
    if mode == "wal":
        return []
    return [
        warning(
            _SUBJECT,
            f"It cannot use a write-ahead log (its mode is {mode}), so writers wait for readers.",
            "Put the file on a local disk: network file systems do not allow it.",
        )
    ]


def _rooms(settings: Settings, path: Path) -> list[Finding]:
    """Look at the disks that the bot writes to."""
    found = [room_finding(path.parent, shutil.disk_usage(path.parent).free)]
    spool = Path(tempfile.gettempdir())
    if settings.public_url is None:
        found.append(room_finding(spool, shutil.disk_usage(spool).free, holds="packages pass"))
    return found


def room_finding(folder: Path, free: int, *, holds: str = "the database is") -> Finding:
    """Judge the free bytes of the disk on which a folder lies."""
    said = f"{free // _MIB:,} MiB are free in {folder}, where {holds}."
    if free < _TOO_LITTLE:
        return blocked("Disk", said, "Make room, or use another disk.")
    if free < _TIGHT:
        return warning("Disk", said, "Make room before it is full.")
    return ok("Disk", said)
