"""Which version of each living message Slack shows, and which it should. As `ports.Livings` says.

A living message lags when something happened since that it shows. What each shows is known here,
since a redraw that changes nothing still costs one of Slack's few updates a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import events as e
from bot.domain.retrieval import Posted, Retrieval
from bot.domain.value import ChannelId, MessageTs, RetrievalId
from bot.ports import Living
from bot.store.database import Database, whole
from bot.store.insert import insert_new
from bot.store.tables import events, livings, retrievals

_ABOUT_LINKS = (e.LinkAsked, e.LinkPosted, e.LinkExpired, e.LinkDenied)
_ABOUT_MESSAGES = (e.PackagingMoved, e.PackagingEnded)
_SHOWN_NOWHERE = (e.CardPosted, e.ReplyPosted, e.EffectRepeated)


class Livings:
    """The messages in Slack that are kept true."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def add(self, living: Living) -> None:
        """Store a newly posted living message; one of the same part is replaced."""
        async with self._database.write() as connection:
            row = {
                **living.posted.model_dump(),
                "shown_version": living.shown_version,
                "wanted_version": await _wanted_version(connection, living),
                "turn": await connection.scalar(_next_turn()),
            }
            key = {"retrieval": living.retrieval, "part": living.part}
            if not await insert_new(connection, livings, {**key, **row}, ("retrieval", "part")):
                await connection.execute(update(livings).where(_is(living)).values(row))

    @whole
    async def lagging(self) -> Sequence[Living]:
        """Give those that show less than the journal knows.

        Those of settled retrievals come first, then those that were not redrawn for longest.
        """
        query = (
            select(livings)
            .join(retrievals, retrievals.c.id == livings.c.retrieval)
            .where(livings.c.shown_version < livings.c.wanted_version)
            .order_by(retrievals.c.settled_at.is_(None), livings.c.turn)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [_living(row) for row in rows.mappings()]

    @whole
    async def shown(self, living: Living) -> None:
        """Store the version that Slack shows now, unless it shows a newer one already.

        Says nothing about a message that was replaced by another in the meantime.
        """
        async with self._database.write() as connection:
            turn = await connection.scalar(_next_turn())
            await connection.execute(
                update(livings)
                .where(
                    _is(living),
                    livings.c.channel == living.posted.channel,
                    livings.c.ts == living.posted.ts,
                    livings.c.shown_version <= living.shown_version,
                )
                .values(shown_version=living.shown_version, turn=turn)
            )


def shows(part: str, event: e.AnyEvent) -> bool:
    """Whether that living message looks different after the event.

    The progress reply shows nothing but the platform's messages. A link's message is drawn when
    it is posted; what can change it is an end, or that somebody asks for a new link.
    """
    if isinstance(event, _SHOWN_NOWHERE):
        return False
    if part.startswith("link:"):
        is_own_posting = isinstance(event, e.LinkPosted) and part == f"link:{event.link}"
        return isinstance(event, _ABOUT_LINKS) and not is_own_posting
    return part != "progress" or isinstance(event, _ABOUT_MESSAGES)


async def want_redrawn(
    connection: AsyncConnection, retrieval: Retrieval, event: e.AnyEvent
) -> None:
    """Mark what must be redrawn after `event`, the last of that retrieval."""
    parts = await connection.scalars(
        select(livings.c.part).where(livings.c.retrieval == retrieval.id)
    )
    touched = [part for part in parts if shows(part, event)]
    if touched:
        await connection.execute(
            update(livings)
            .where(livings.c.retrieval == retrieval.id, livings.c.part.in_(touched))
            .values(wanted_version=retrieval.version)
        )


async def _wanted_version(connection: AsyncConnection, living: Living) -> int:
    query = (
        select(events.c.seq, events.c.body)
        .where(events.c.retrieval == living.retrieval, events.c.seq > living.shown_version)
        .order_by(events.c.seq)
    )
    wanted = living.shown_version
    for seq, body in await connection.execute(query):
        if shows(living.part, e.EVENTS.validate_json(body)):
            wanted = seq
    return wanted


def _next_turn() -> Select[tuple[int]]:
    return select(func.coalesce(func.max(livings.c.turn), 0) + 1)


def _is(living: Living) -> ColumnElement[bool]:
    return and_(livings.c.retrieval == living.retrieval, livings.c.part == living.part)


def _living(row: RowMapping) -> Living:
    return Living(
        retrieval=RetrievalId(row["retrieval"]),
        part=row["part"],
        posted=Posted(channel=ChannelId(row["channel"]), ts=MessageTs(row["ts"])),
        shown_version=row["shown_version"],
    )
