"""What is kept how long. Removes settled retrievals and all that belongs to them, and old audit.

A batch at a time, so that nobody waits long for the database. The engine's rows of a batch go
first and ours after: an end in between leaves ours, and the batch is found again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Exists, and_, delete, exists, or_, select

from bot.domain.packaging import PackagingState
from bot.domain.value import PackagingId, RetrievalId
from bot.store.database import Database, whole
from bot.store.tables import audit, links, packagings, retrievals, runs

# Deletes the engine's rows of these workflow ids; deleting twice is harmless.
Forget = Callable[[Sequence[str]], Awaitable[None]]

BATCH = 50
_SETTLED = [state for state in PackagingState if state.is_settled]


class Batch(NamedTuple):
    """What is removed together."""

    retrievals: Sequence[RetrievalId]
    packagings: Sequence[PackagingId]
    runs: Sequence[str]


class Retention:
    """Removes what was kept long enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_settled(self, before: datetime, forget: Forget) -> int:
        """Remove retrievals settled before that time and what belongs to them; give how many.

        One with a workflow that must still run, or a link that ended later, is kept. `forget` is
        called with the workflow ids of each batch before the batch is removed.
        """
        removed = 0
        while any(batch := await self._batch(before)):
            await forget(batch.runs)
            await self._remove(batch, before)
            removed += len(batch.retrievals)
        return removed

    @whole
    async def remove_dead_links(self, before: datetime) -> int:
        """Remove links that ended, and were said to, or were revoked before that time."""
        ended = and_(links.c.is_end_shown.is_(True), links.c.expires_at < before)
        async with self._database.write() as connection:
            dead = delete(links).where(or_(ended, links.c.revoked_at < before))
            return (await connection.execute(dead)).rowcount

    async def remove_audit(self, before: datetime) -> int:
        """Remove lines of the audit log older than that time; give how many."""
        removed = 0
        while batch := await self._remove_audit_batch(before):
            removed += batch
        return removed

    @whole
    async def _remove_audit_batch(self, before: datetime) -> int:
        old = select(audit.c.number).where(audit.c.at < before).limit(BATCH * 20)
        async with self._database.write() as connection:
            gone = delete(audit).where(audit.c.number.in_(old))
            return (await connection.execute(gone)).rowcount

    @whole
    async def _batch(self, before: datetime) -> Batch:
        old = select(retrievals.c.id).where(_is_old(before)).limit(BATCH)
        unused = select(packagings.c.id).where(_is_unused(before)).limit(BATCH)
        async with self._database.read() as connection:
            ids = [*await connection.scalars(old)], [*await connection.scalars(unused)]
            ran = select(runs.c.id).where(runs.c.subject.in_([*ids[0], *ids[1]]))
            return Batch(*ids, [*await connection.scalars(ran)])

    @whole
    async def _remove(self, batch: Batch, before: datetime) -> None:
        # The conditions once more: somebody may have asked for a new link since.
        async with self._database.write() as connection:
            await connection.execute(
                delete(retrievals).where(retrievals.c.id.in_(batch.retrievals), _is_old(before))
            )
            await connection.execute(
                delete(packagings).where(packagings.c.id.in_(batch.packagings), _is_unused(before))
            )
            await connection.execute(
                delete(runs).where(runs.c.id.in_(batch.runs), runs.c.is_finished.is_(True))
            )


def _is_old(before: datetime) -> ColumnElement[bool]:
    lives = exists().where(
        links.c.retrieval == retrievals.c.id,
        links.c.expires_at >= before,
        links.c.revoked_at.is_(None),
    )
    return and_(retrievals.c.settled_at < before, ~_must_run(retrievals.c.id), ~lives)


def _is_unused(before: datetime) -> ColumnElement[bool]:
    return and_(
        packagings.c.state.in_(_SETTLED),
        packagings.c.joined_at < before,
        ~exists().where(retrievals.c.packaging == packagings.c.id),
        ~_must_run(packagings.c.id),
    )


def _must_run(subject: ColumnElement[str]) -> Exists:
    return exists().where(runs.c.subject == subject, runs.c.is_finished.is_(False))
