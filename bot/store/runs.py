"""The workflows that must run to their end. Implements `ports.Runs`.

Storing a request and starting its workflow are two transactions in two memories: what was stored
here and never finished is begun again at the next start.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Run
from bot.store.database import Database, whole
from bot.store.insert import insert_new
from bot.store.tables import runs


class Runs:
    """Which workflows must run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def add(self, run: Run) -> None:
        """Store that a workflow must run; one that is stored already stays as it is."""
        async with self._database.write() as connection:
            await add_run(connection, run)

    @whole
    async def finish(self, run_id: str) -> None:
        """Store that it ran to its end."""
        async with self._database.write() as connection:
            await connection.execute(
                update(runs).where(runs.c.id == run_id).values(is_finished=True)
            )

    @whole
    async def unfinished(self) -> Sequence[Run]:
        """Give what must still run, oldest first."""
        query = (
            select(runs.c.id, runs.c.workflow, runs.c.subject)
            .where(runs.c.is_finished.is_(False))
            .order_by(runs.c.number)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [
                Run(id=id_, workflow=workflow, subject=subject) for id_, workflow, subject in rows
            ]


async def add_run(connection: AsyncConnection, run: Run) -> None:
    """Store a run as a part of the transaction that makes it necessary."""
    await insert_new(connection, runs, {**run.model_dump(), "is_finished": False}, ("id",))
