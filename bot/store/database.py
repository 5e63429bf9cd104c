"""The connections to the database: how they are opened, and who may write when.

On SQLite one connection of this process writes and a few read. Writers queue for that one
connection here, in order, and not in SQLite's busy handler, which is neither fair nor quick; the
engine beside us writes the same file from other threads, and for that the busy timeout stands.
On PostgreSQL one pool serves both. What is stored is not decided here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import aiosqlite
from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import BotError, SettingsError

BUSY_SECONDS = 30  # how long SQLite waits for a writer outside this process
_QUEUE_SECONDS = 120  # how long a writer waits for its turn in this process
_READERS = 4
_ON_A_SERVER = 8
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA foreign_keys=ON",
    # Freed space is overwritten, so that a wiped response_url is gone from the file.
    "PRAGMA secure_delete=ON",
)
_READ_ONLY = ("PRAGMA query_only=ON",)


def parse_url(url: str) -> URL:
    """Read a database URL and name the driver we use. Raises SettingsError."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise SettingsError("DATABASE_URL is not a database URL.") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite_url(parsed)
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise SettingsError(
                f"DATABASE_URL names {other}; sast-source knows sqlite and postgresql."
            )


def engine_url(url: str) -> str:
    """Give the database URL in the form that the workflow engine reads. Raises SettingsError."""
    parsed = parse_url(url)
    return parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=False)


def _sqlite_url(parsed: URL) -> URL:
    if parsed.database in {None, "", ":memory:"}:
        raise SettingsError("DATABASE_URL must name a file: sqlite:////path/to/file.sqlite3.")
    path = Path(str(parsed.database)).expanduser()
    return parsed.set(drivername="sqlite+aiosqlite", database=str(path))


def prepare_file(url: URL) -> None:
    """Create the SQLite file and its folder for our eyes only. Raises SettingsError."""
    path = Path(str(url.database))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingsError(
            f"The database file {path} (DATABASE_URL) cannot be written: {error.strerror}."
        ) from error


@contextmanager
def said_in_words(url: URL) -> Iterator[None]:
    """Turn what the driver raises while the database is opened into a SettingsError."""
    try:
        yield
    except DBAPIError as error:
        shown = url.render_as_string(hide_password=True)
        reason = next(iter(str(error.orig).splitlines()), "no reason was given").rstrip(".")
        raise SettingsError(
            f"The database {shown} (DATABASE_URL) cannot be used: {reason}."
        ) from error


def set_up_sqlite(engine: Engine, *, begin: str, pragmas: tuple[str, ...] = ()) -> None:
    """Leave transactions to us instead of the driver, and begin each with `begin`.

    SQLAlchemy's own recipe: "Serializable isolation / Savepoints / Transactional DDL".
    """

    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, *pragmas):
            cursor.execute(pragma)
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _engine(url: URL, *, connections: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_QUEUE_SECONDS,
        pool_pre_ping=url.get_backend_name() != "sqlite",  # a server can go away
        hide_parameters=True,  # what is stored is not for the log
    )


class OnDatabase(Protocol):
    """A part of the store."""

    _database: Database


Result = TypeVar("Result")
Owner = TypeVar("Owner", bound=OnDatabase)
Given = ParamSpec("Given")


class Database:
    """An open database: one way in to write, one to read."""

    def __init__(self, url: URL) -> None:
        if url.get_backend_name() == "sqlite":
            self._writer = _engine(url, connections=1)
            set_up_sqlite(self._writer.sync_engine, begin="BEGIN IMMEDIATE")
            self._reader = _engine(url, connections=_READERS)
            set_up_sqlite(self._reader.sync_engine, begin="BEGIN", pragmas=_READ_ONLY)
        else:
            self._writer = self._reader = _engine(url, connections=_ON_A_SERVER)
        self._running: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def run(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Start work on the database, which goes on to its end although its caller is cancelled.

        A transaction that is cancelled in the middle of a statement leaves its connection open,
        with its lock. Raises BotError where the database is closed.
        """
        if self._is_closed:
            work.close()
            raise BotError("The database is closed.")
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may be gone; then nobody else looks

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a write transaction; commit at the end, roll back on an error."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one state of the database and changes nothing."""
        async with self._reader.connect() as connection:
            yield connection

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises BotError."""
        await asyncio.shield(self.run(self._ping()))

    async def _ping(self) -> None:
        try:
            async with self.read() as connection:
                await connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise BotError("The database does not answer.") from error

    async def forget_overwritten(self) -> bool:
        """Take old copies of pages out of the write-ahead log; False while a reader needs them.

        SQLite keeps every page it ever wrote in that log until it is begun again.
        """
        async with self._writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            if isinstance(driver, aiosqlite.Connection):
                return await _checkpoint(driver)
        return True

    async def close(self) -> None:
        """Wait for what is under way, then end every connection and its thread."""
        self._is_closed = True
        while self._running:
            await asyncio.wait(self._running)
        await self._reader.dispose()
        await self._writer.dispose()


def whole(
    method: Callable[Concatenate[Owner, Given], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Owner, Given], Coroutine[Any, Any, Result]]:
    """Let a method of the store go on to its end although its caller is cancelled."""

    @wraps(method)
    async def shielded(self: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        return await asyncio.shield(self._database.run(method(self, *args, **kwargs)))

    return shielded


async def _checkpoint(connection: aiosqlite.Connection) -> bool:
    # It holds the write lock while it waits for readers: better to try again later.
    await connection.execute_fetchall("PRAGMA busy_timeout=1000")
    try:
        rows = await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        await connection.execute_fetchall(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return all(busy == 0 for busy, *_ in rows)
