"""What Slack shows is compared with what happened, message by message."""

from __future__ import annotations

import pytest

from bot.domain import events as e
from bot.ports import Livings
from tests.store.examples import NOON, failed, joined, link_posted, living, request, resolved

MOVED = e.PackagingMoved(at=NOON, messages=3)
ENDED = e.PackagingEnded(at=NOON, state="ready", messages=3)
REPLY = e.ReplyPosted(at=NOON, reply="started", channel="C1", ts="2.2")
CARD = e.CardPosted(at=NOON, channel="C1", ts="1.1")
REPEATED = e.EffectRepeated(at=NOON, effect="card")
EXPIRED = e.LinkExpired(at=NOON, link="l1")
ASKED = e.LinkAsked(at=NOON, ask="a1", by="U1")
EVERYTHING = ("card", "progress", "link:l1", "link:l2")


@pytest.fixture
async def livings(store) -> Livings:
    for name in ("r1", "r2", "r3"):
        await store.journal.accept(request(name), None)
    return store.livings


async def lagging_parts(livings) -> set[str]:
    return {one.part for one in await livings.lagging()}


@pytest.mark.parametrize(
    ("event", "lagging"),
    [
        (resolved(), {"card"}),
        (joined(), {"card"}),
        (MOVED, {"card", "progress"}),
        (ENDED, {"card", "progress"}),
        (failed(), {"card"}),
        (ASKED, {"card", "link:l1", "link:l2"}),
        (EXPIRED, {"card", "link:l1", "link:l2"}),
        (link_posted("l2"), {"card", "link:l1"}),
        (CARD, set()),
        (REPLY, set()),
        (REPEATED, set()),
    ],
    ids=lambda value: value.kind if isinstance(value, e.Event) else "",
)
@pytest.mark.parametrize("is_posted_before", [True, False], ids=["before", "after"])
async def test_what_shows_an_event_lags_until_it_is_redrawn(
    store, livings, event, lagging, is_posted_before
):
    """Also when the message was posted before the event and stored after it."""
    if not is_posted_before:
        await store.journal.append("r1", "event", event)
    for part in EVERYTHING:
        await livings.add(living(part))
    if is_posted_before:
        assert await livings.lagging() == []
        await store.journal.append("r1", "event", event)
    assert await lagging_parts(livings) == lagging
    for one in await livings.lagging():
        await livings.shown(one.model_copy(update={"shown_version": 1}))
    assert await livings.lagging() == []


async def test_settled_retrievals_come_first_and_then_what_waits_longest(store, livings):
    for name in ("r1", "r2", "r3"):
        await livings.add(living(retrieval=name))
        await store.journal.append(name, "move", MOVED)
    await livings.shown(living(retrieval="r1", shown=1))
    await store.journal.append("r1", "more", MOVED)
    assert [one.retrieval for one in await livings.lagging()] == ["r2", "r3", "r1"]
    await store.journal.append("r3", "end", failed())
    assert [one.retrieval for one in await livings.lagging()] == ["r3", "r2", "r1"]


async def test_an_older_redraw_that_ends_later_changes_nothing(store, livings):
    await livings.add(living())
    for n in range(3):
        await store.journal.append("r1", f"m{n}", MOVED)
    await livings.shown(living(shown=3))
    await livings.shown(living(shown=1))
    assert await livings.lagging() == []


async def test_a_message_that_replaced_another_is_not_taken_for_it(store, livings):
    await livings.add(living(ts="1.1"))
    await store.journal.append("r1", "move", MOVED)
    await livings.add(living(ts="9.9"))
    await livings.shown(living(ts="1.1", shown=1))
    assert await livings.lagging() == [living(ts="9.9")]
