"""Who did what. Implements `ports.Audit`: append-only, and kept longer than what it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from bot.store.database import Database, whole
from bot.store.tables import audit


class AuditLine(NamedTuple):
    """That somebody did something."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


class Audit:
    """The audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def record(
        self, at: datetime, actor: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Add one line."""
        line = AuditLine(at, actor, action, subject, detail)
        async with self._database.write() as connection:
            await connection.execute(audit.insert().values(line._asdict()))

    @whole
    async def about(self, subject: str) -> Sequence[AuditLine]:
        """Give what was done to one thing, oldest first."""
        columns = (audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
        query = select(*columns).where(audit.c.subject == subject).order_by(audit.c.number)
        async with self._database.read() as connection:
            return [AuditLine(*row) for row in await connection.execute(query)]
