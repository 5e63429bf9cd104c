"""The store: one open database and everything that is kept in it."""

from __future__ import annotations

from typing import Self

from bot.store.audit import Audit
from bot.store.database import Database, parse_url
from bot.store.journal import Journal
from bot.store.links import Links
from bot.store.livings import Livings
from bot.store.migrate import migrate
from bot.store.packagings import Packagings
from bot.store.retention import Retention
from bot.store.runs import Runs


class Store:
    """Everything that is kept, on one database. Bound to the event loop that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.journal = Journal(database)
        self.runs = Runs(database)
        self.packagings = Packagings(database)
        self.links = Links(database)
        self.livings = Livings(database)
        self.audit = Audit(database)
        self.retention = Retention(database)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database at `url`, create and migrate it first where needed.

        Another process may have it open too. Raises SettingsError where it cannot be used.
        """
        await migrate(url)
        return cls(Database(parse_url(url)))

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises BotError."""
        await self._database.ping()

    async def close(self) -> None:
        """Wait for what is under way, then close every connection."""
        await self._database.close()
