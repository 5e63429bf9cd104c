"""The packagings, each shared by its followers. Implements `ports.Packagings`.

That only one unsettled packaging of a target exists is a unique index, not a matter of timing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingState
from bot.domain.retrieval import Failure
from bot.domain.target import Target
from bot.domain.value import PackagingId
from bot.ports import Packaging, Run
from bot.store.database import Database, whole
from bot.store.insert import insert_new
from bot.store.runs import add_run
from bot.store.tables import one_unsettled_packaging, packaging_messages, packagings

_UNSETTLED = [state for state in PackagingState if not state.is_settled]


class Packagings:
    """The packagings, and what the platform said about each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def join(self, target: Target, new: PackagingId, at: datetime) -> tuple[Packaging, bool]:
        """Give the running packaging of the target, or store a new one with its run (True).

        Asking again with the same `new` gives what that id stands for, settled or not.
        """
        fresh = Packaging(id=new, target=target, state=PackagingState.WAITING)
        async with self._database.write() as connection:
            known = await _load(connection, new)
            if known is not None:
                return known, True
            row = {**_row(fresh), "target_key": target.key, "joined_at": at}
            if await insert_new(connection, packagings, row, one_unsettled_packaging):
                await add_run(connection, Run(id=new, workflow="package", subject=new))
                return fresh, True
            running = await _running(connection, target)
        # On PostgreSQL the one that was in our way can have settled since: then ask again.
        return await self.join(target, new, at) if running is None else (running, False)

    @whole
    async def load(self, packaging: PackagingId) -> Packaging | None:
        """Give one packaging; None where it is not known (any more)."""
        async with self._database.read() as connection:
            return await _load(connection, packaging)

    async def loaded(self, packaging: PackagingId) -> Packaging:
        """Give one packaging; LookupError where it is not known."""
        found = await self.load(packaging)
        if found is None:
            raise _unknown(packaging)
        return found

    @whole
    async def save(self, packaging: Packaging, new_messages: Sequence[PackagingMessage]) -> None:
        """Store a changed packaging and what the platform newly said.

        Whatever was handed in, the stored version grows by at least one and `messages` is the
        number that is stored. What is settled stays as it is. LookupError for an unknown one.
        """
        async with self._database.write() as connection:
            stored = await _load(connection, packaging.id, lock=True)
            if stored is None:
                raise _unknown(packaging.id)
            if stored.state.is_settled:
                return
            now = packaging.model_copy(
                update={
                    "version": max(packaging.version, stored.version + 1),
                    "messages": stored.messages + len(new_messages),
                }
            )
            await connection.execute(
                update(packagings).where(packagings.c.id == now.id).values(_row(now))
            )
            if new_messages:
                await _add_messages(connection, stored, new_messages)

    @whole
    async def asked_since(self, moment: datetime) -> Sequence[Packaging]:
        """Give the packagings that were asked for since."""
        query = select(packagings).where(packagings.c.asked_at >= moment)
        async with self._database.read() as connection:
            return [_packaging(row) for row in (await connection.execute(query)).mappings()]

    @whole
    async def messages(self, packaging: PackagingId) -> Sequence[PackagingMessage]:
        """Give everything the platform said, in its order."""
        query = (
            select(packaging_messages.c.level, packaging_messages.c.text)
            .where(packaging_messages.c.packaging == packaging)
            .order_by(packaging_messages.c.seq)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [PackagingMessage(level=MessageLevel(level), text=said) for level, said in rows]


def _unknown(packaging: PackagingId) -> LookupError:
    return LookupError(f"There is no packaging {packaging}.")


def _row(packaging: Packaging) -> dict[str, object]:
    failure = packaging.failure
    return {
        **packaging.model_dump(exclude={"target", "failure"}),
        "target": packaging.target.model_dump_json(),
        "failure": failure.model_dump_json() if failure else None,
    }


def _packaging(row: RowMapping) -> Packaging:
    fields = {name: row[name] for name in Packaging.model_fields}
    fields["target"] = Target.model_validate_json(row["target"])
    if row["failure"] is not None:
        fields["failure"] = Failure.model_validate_json(row["failure"])
    return Packaging.model_validate(fields)


async def _load(
    connection: AsyncConnection, packaging: PackagingId, *, lock: bool = False
) -> Packaging | None:
    query = select(packagings).where(packagings.c.id == packaging)
    rows = await connection.execute(query.with_for_update() if lock else query)
    row = rows.mappings().one_or_none()
    return None if row is None else _packaging(row)


async def _running(connection: AsyncConnection, target: Target) -> Packaging | None:
    query = select(packagings).where(
        packagings.c.target_key == target.key, packagings.c.state.in_(_UNSETTLED)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _packaging(row)


async def _add_messages(
    connection: AsyncConnection, stored: Packaging, said: Sequence[PackagingMessage]
) -> None:
    await connection.execute(
        packaging_messages.insert(),
        [
            {"packaging": stored.id, "seq": seq, "level": one.level, "text": one.text}
            for seq, one in enumerate(said, start=stored.messages)
        ],
    )
