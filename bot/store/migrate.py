"""Bringing a database to the tables that this version needs, at every start.

The engine's tables live in the same database: Alembic is shown ours alone, and keeps its place in
a version table of our own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import URL

from bot.errors import SettingsError
from bot.store.database import parse_url, prepare_file, said_in_words, set_up_sqlite
from bot.store.tables import metadata

VERSION_TABLE = "sast_source_version"
_SCRIPTS = Path(__file__).parent / "migrations"


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether Alembic may look at this: our tables and what is in them."""
    return kind != "table" or name in metadata.tables


async def migrate(url: str) -> None:
    """Bring the database to the newest tables; create it where there is none.

    Raises SettingsError where it cannot be used, or was written by an unknown version.
    """
    await asyncio.to_thread(_migrate, parse_url(url))


def _migrate(url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        prepare_file(url)
    with said_in_words(url), connected(url) as connection:
        try:
            command.upgrade(config_for(connection), "head")
        except CommandError as error:
            raise SettingsError(
                "The database (DATABASE_URL) was written by a newer version of sast-source, or by "
                "one from before its first release."
            ) from error


def config_for(connection: Connection) -> Config:
    """Say to Alembic where the steps are, and on which connection they run."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    """Open one connection in one transaction, so that a step happens whole or not at all."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url.set(drivername="sqlite"), poolclass=NullPool)
        set_up_sqlite(engine, begin="BEGIN IMMEDIATE", pragmas=("PRAGMA journal_mode=WAL",))
    else:
        engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
