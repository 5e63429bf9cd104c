"""Whatever happens in whatever order, the stored state is the fold of the stored events."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from bot.domain import events as e
from bot.domain.retrieval import Retrieval
from bot.store import Store
from bot.store.tables import retrievals
from tests.store.examples import request, target

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.builds(
    lambda at, zone: at.replace(tzinfo=UTC).astimezone(zone),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - a zone is added
    ZONES,
)
TARGETS = st.builds(target, st.sampled_from(["one", "another"]))
LINKS = st.sampled_from(["l1", "l2", "l3"])
OWN = {"link": LINKS, "target": TARGETS, "expires_at": INSTANTS}
EVENTS = st.one_of(
    *(
        st.builds(
            kind,
            at=INSTANTS,
            **{name: OWN[name] for name in kind.model_fields if name in OWN},
        )
        for kind in e.Event.__subclasses__()
    )
)
STORIES = st.lists(st.tuples(st.sampled_from("abcdefgh"), EVENTS), max_size=14)


async def _tell(folder: str, story: list[tuple[str, e.AnyEvent]]) -> list[Retrieval | None]:
    store = await Store.open(f"sqlite:///{folder}/told.sqlite3")
    other = await Store.open(f"sqlite:///{folder}/told.sqlite3")
    try:
        await store.journal.accept(request(), None)
        for turn, (key, event) in enumerate(story):
            await (store if turn % 3 else other).journal.append("r1", key, event)
        return [await one.journal.load("r1") for one in (store, other)]
    finally:
        await store.close()
        await other.close()


def _row(folder: str) -> tuple[object, ...]:
    engine = create_engine(f"sqlite:///{folder}/told.sqlite3")
    columns = ("state", "version", "target_key", "packaging", "settled_at")
    with engine.connect() as connection:
        row = connection.execute(select(*(retrievals.c[name] for name in columns))).one()
    engine.dispose()
    return tuple(row)


@settings(max_examples=25, deadline=None)
@given(STORIES)
def test_the_stored_state_is_the_fold_of_the_first_event_of_each_key(story):
    first: dict[str, e.AnyEvent] = {}
    for key, event in story:
        first.setdefault(key, event)
    expected = Retrieval.fold(request(), first.values())
    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(_tell(folder, story)) == [expected, expected]
        assert _row(folder) == (
            expected.state,
            len(first),
            expected.target.key if expected.target else None,
            expected.packaging,
            expected.changed_at if expected.state.is_settled else None,
        )
