"""The journal: what was asked for and what happened since. Implements `ports.Journal`.

An event is stored once under its effect key. In the same transaction the retrieval is folded anew
and its row, and the living messages that must be redrawn, are told: whoever looks at the database
at any moment sees one truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import EVENTS, AnyEvent
from bot.domain.retrieval import Request, Retrieval, RetrievalState
from bot.domain.value import ChannelId, PackagingId, RetrievalId, SlackUserId, TargetKey
from bot.ports import Run
from bot.store.accepting import Accepting
from bot.store.database import Database, whole
from bot.store.folds import Folds
from bot.store.insert import insert_new
from bot.store.livings import want_redrawn
from bot.store.runs import add_run
from bot.store.tables import events, intents, response_urls, retrievals

# Slack: a response_url can be used for 30 minutes.
RESPONSE_URL_LIFETIME = timedelta(minutes=30)
_EVENT_KEY = ("retrieval", "key")
_UNSETTLED = [state for state in RetrievalState if not state.is_settled]


class Journal:
    """What happened. Rows are unique by (retrieval, effect key)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folds = Folds()
        self._accepting = Accepting(database)
        self._listeners: list[Callable[[RetrievalId], None]] = []

    def listen(self, listener: Callable[[RetrievalId], None]) -> None:
        """Have `listener` called with a retrieval's id after each event stored here."""
        self._listeners.append(listener)

    async def accept(self, request: Request, response_url: SecretStr | None) -> bool:
        """Store a request, its run and its audit line; False when its trigger was stored before."""
        return await self._accepting.accept(request, response_url)

    @whole
    async def load(self, retrieval: RetrievalId) -> Retrieval | None:
        """Fold a retrieval from its events; None where it is not known (any more)."""
        async with self._database.read() as connection:
            fold = await self._folded(connection, retrieval)
        if fold is not None:
            self._folds.keep(fold)
        return fold

    async def loaded(self, retrieval: RetrievalId) -> Retrieval:
        """Fold a retrieval from its events; LookupError where it is not known."""
        fold = await self.load(retrieval)
        if fold is None:
            raise _unknown(retrieval)
        return fold

    async def append(self, retrieval: RetrievalId, key: str, event: AnyEvent) -> bool:
        """Store an event; False when that key was stored before. LookupError as `loaded`."""
        return await self._append(retrieval, key, event, None)

    async def append_with_run(
        self, retrieval: RetrievalId, key: str, event: AnyEvent, run: Run
    ) -> bool:
        """Store an event and the run it asks for together; False when the key was stored."""
        return await self._append(retrieval, key, event, run)

    @whole
    async def _append(
        self, retrieval: RetrievalId, key: str, event: AnyEvent, run: Run | None
    ) -> bool:
        async with self._database.write() as connection:
            # Where writers do not stand in one queue, they queue for the retrieval's row.
            before = await self._folded(connection, retrieval, lock=True)
            if before is None:
                raise _unknown(retrieval)
            after = before.apply(event)
            if not await insert_new(connection, events, _event_row(after, key, event), _EVENT_KEY):
                return False
            await _tell(connection, after)
            await want_redrawn(connection, after, event)
            if run is not None:
                await add_run(connection, run)
        self._folds.keep(after)
        for listener in self._listeners:
            listener(retrieval)
        return True

    @whole
    async def find(self, retrieval: RetrievalId, key: str) -> AnyEvent | None:
        """Give the event stored under an effect key."""
        query = select(events.c.body).where(events.c.retrieval == retrieval, events.c.key == key)
        async with self._database.read() as connection:
            body = await connection.scalar(query)
        return None if body is None else EVENTS.validate_json(body)

    @whole
    async def intend(self, retrieval: RetrievalId, key: str, token: str) -> str:
        """Store who is about to act under `key`; give the token that was stored first."""
        row = {"retrieval": retrieval, "key": key, "token": token}
        where = intents.c.retrieval == retrieval, intents.c.key == key
        query = select(intents.c.token).where(*where)
        async with self._database.write() as connection:
            if await insert_new(connection, intents, row, ("retrieval", "key")):
                return token
            first: str = (await connection.execute(query)).scalar_one()
            return first

    @whole
    async def running_for(
        self, requester: SlackUserId, channel: ChannelId, target: TargetKey
    ) -> Retrieval | None:
        """Give an unsettled retrieval of the same person for the same target and channel.

        Where there are several, the oldest: the same one for all of them that ask.
        """
        query = (
            select(retrievals.c.id)
            .where(
                retrievals.c.target_key == target,
                retrievals.c.requester == requester,
                retrievals.c.channel == channel,
                retrievals.c.state.in_(_UNSETTLED),
            )
            .order_by(retrievals.c.requested_at, retrievals.c.id)
            .limit(1)
        )
        async with self._database.read() as connection:
            found = await connection.scalar(query)
            return None if found is None else await self._folded(connection, RetrievalId(found))

    @whole
    async def followers(self, packaging: PackagingId) -> Sequence[RetrievalId]:
        """Give the unsettled retrievals that follow a packaging, oldest first."""
        query = (
            select(retrievals.c.id)
            .where(retrievals.c.packaging == packaging, retrievals.c.state.in_(_UNSETTLED))
            .order_by(retrievals.c.requested_at, retrievals.c.id)
        )
        async with self._database.read() as connection:
            return [RetrievalId(one) for one in await connection.scalars(query)]

    @whole
    async def response_url(self, retrieval: RetrievalId, now: datetime) -> SecretStr | None:
        """Give the response_url while it can be used."""
        query = select(response_urls.c.url).where(
            response_urls.c.retrieval == retrieval,
            response_urls.c.stored_at > now - RESPONSE_URL_LIFETIME,
        )
        async with self._database.read() as connection:
            url = await connection.scalar(query)
        return None if url is None else SecretStr(url)

    @whole
    async def wipe_response_urls(self, now: datetime) -> int:
        """Remove every response_url that is of no more use, from the file too; give how many.

        Call it every minute or so, also when nothing is due: the log of an earlier wiping may
        have been in use.
        """
        old = delete(response_urls).where(response_urls.c.stored_at <= now - RESPONSE_URL_LIFETIME)
        async with self._database.write() as connection:
            wiped = (await connection.execute(old)).rowcount
        await self._database.forget_overwritten()
        return wiped

    @whole
    async def count_by_state(self) -> dict[RetrievalState, int]:
        """Count retrievals, for the metrics. Every state is there, if only with 0."""
        query = select(retrievals.c.state, func.count().label("number")).group_by(
            retrievals.c.state
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            counted = {row.state: row.number for row in rows}
        return {state: counted.get(state, 0) for state in RetrievalState}

    async def _folded(
        self, connection: AsyncConnection, retrieval: RetrievalId, *, lock: bool = False
    ) -> Retrieval | None:
        query = select(retrievals.c.request, retrievals.c.version).where(
            retrievals.c.id == retrieval
        )
        row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        fold = self._folds.up_to(retrieval, row.version)
        if fold is None:
            fold = Retrieval(request=Request.model_validate_json(row.request))
        if fold.version < row.version:
            fold = await _brought_forward(connection, fold)
        return fold


async def _brought_forward(connection: AsyncConnection, fold: Retrieval) -> Retrieval:
    since = (
        select(events.c.body)
        .where(events.c.retrieval == fold.id, events.c.seq > fold.version)
        .order_by(events.c.seq)
    )
    for body in await connection.scalars(since):
        fold = fold.apply(EVENTS.validate_json(body))
    return fold


def _unknown(retrieval: RetrievalId) -> LookupError:
    return LookupError(f"There is no retrieval {retrieval}.")


def _event_row(after: Retrieval, key: str, event: AnyEvent) -> dict[str, object]:
    return {
        "retrieval": after.id,
        "key": key,
        "seq": after.version,
        "at": event.at,
        "body": event.model_dump_json(),
    }


async def _tell(connection: AsyncConnection, retrieval: Retrieval) -> None:
    target = retrieval.target
    await connection.execute(
        update(retrievals)
        .where(retrievals.c.id == retrieval.id)
        .values(
            state=retrieval.state,
            version=retrieval.version,
            target_key=target.key if target else None,
            packaging=retrieval.packaging,
            settled_at=retrieval.changed_at if retrieval.state.is_settled else None,
        )
    )
