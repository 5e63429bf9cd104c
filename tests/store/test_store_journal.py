"""The journal keeps what happened, once."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from bot.domain import events as e
from bot.domain.retrieval import RetrievalState
from bot.ports import Journal, Run
from bot.store import Store
from tests.store.examples import (
    MINUTE,
    NOON,
    failed,
    joined,
    link_posted,
    request,
    resolved,
    target,
)


async def test_a_request_is_stored_with_its_run_and_response_url(store):
    journal: Journal = store.journal
    assert await journal.accept(request(), SecretStr("https://hooks.slack.test/1"))
    loaded = await journal.load("r1")
    assert loaded is not None
    assert loaded.request == request()
    assert loaded.state is RetrievalState.REQUESTED
    assert await store.runs.unfinished() == [Run(id="r1", workflow="retrieve", subject="r1")]
    url = await journal.response_url("r1", NOON)
    assert url is not None
    assert url.get_secret_value() == "https://hooks.slack.test/1"


async def test_a_trigger_that_comes_twice_is_stored_once(store):
    assert await store.journal.accept(request(), None)
    again = request("r2").model_copy(update={"trigger": request().trigger})
    assert not await store.journal.accept(again, SecretStr("https://hooks.slack.test/2"))
    assert await store.journal.load("r2") is None
    assert [run.id for run in await store.runs.unfinished()] == ["r1"]
    assert await store.journal.response_url("r2", NOON) is None


async def test_of_many_deliveries_at_once_one_is_accepted(store):
    deliveries = [request(f"r{n}").model_copy(update={"trigger": "the same"}) for n in range(20)]
    accepted = await asyncio.gather(*(store.journal.accept(one, None) for one in deliveries))
    assert sum(accepted) == 1
    assert len(await store.runs.unfinished()) == 1


async def test_a_request_that_cannot_be_stored_leaves_nothing(store):
    await store.journal.accept(request(), None)
    same_id = request().model_copy(update={"trigger": "another"})
    with pytest.raises(IntegrityError) as error:
        await store.journal.accept(same_id, SecretStr("https://hooks.slack.test/2"))
    assert "EmployeeBackoffice" not in str(error.value)  # what is stored is not for the log
    assert await store.journal.response_url("r1", NOON) is None
    assert await store.journal.accept(request("r2"), None)


async def test_an_unknown_retrieval_is_none(store):
    assert await store.journal.load("nobody's") is None


async def test_an_event_is_stored_once_under_its_key(store):
    await store.journal.accept(request(), None)
    assert await store.journal.append("r1", "resolve", resolved())
    assert not await store.journal.append("r1", "resolve", resolved("another"))
    assert await store.journal.find("r1", "resolve") == resolved()
    assert await store.journal.find("r1", "never") is None
    loaded = await store.journal.load("r1")
    assert (loaded.version, loaded.target) == (1, target())


async def test_an_event_of_an_unknown_retrieval_is_refused(store):
    with pytest.raises(LookupError, match="no retrieval r9"):
        await store.journal.append("r9", "resolve", resolved())
    with pytest.raises(LookupError, match="no retrieval r9"):
        await store.journal.loaded("r9")


async def test_events_that_come_at_once_all_count(store):
    await store.journal.accept(request(), None)
    moves = [e.PackagingMoved(at=NOON, messages=n) for n in range(30)]
    await asyncio.gather(
        *(store.journal.append("r1", f"move:{n}", move) for n, move in enumerate(moves))
    )
    assert (await store.journal.load("r1")).version == 30


async def test_an_event_and_the_run_it_asks_for_are_stored_together(store):
    await store.journal.accept(request(), None)
    asked = e.LinkAsked(at=NOON, ask="a1", by="U1")
    run = Run(id="r1-a1", workflow="renew", subject="r1")
    assert await store.journal.append_with_run("r1", "asked:a1", asked, run)
    again = Run(id="r1-a1-again", workflow="renew", subject="r1")
    assert not await store.journal.append_with_run("r1", "asked:a1", asked, again)
    assert [one.id for one in await store.runs.unfinished()] == ["r1", "r1-a1"]


async def test_who_listens_is_told_of_each_event_once_it_is_stored(store):
    heard = []
    await store.journal.accept(request(), None)
    store.journal.listen(heard.append)
    await store.journal.append("r1", "resolve", resolved())
    await store.journal.append("r1", "resolve", resolved())
    assert heard == ["r1"]


async def test_the_first_intent_stands(store):
    await store.journal.accept(request(), None)
    assert await store.journal.intend("r1", "card", "mine") == "mine"
    assert await store.journal.intend("r1", "card", "theirs") == "mine"
    assert await store.journal.intend("r1", "link", "theirs") == "theirs"


async def test_the_running_retrieval_of_the_same_person_target_and_channel_is_found(store):
    for name, who, where in (("r1", "U1", "C1"), ("r2", "U1", "C1"), ("r3", "U2", "C1")):
        at = NOON + MINUTE * int(name[1])
        await store.journal.accept(request(name, at=at, requester=who, channel=where), None)
        await store.journal.append(name, "resolve", resolved())
    key = target().key
    assert (await store.journal.running_for("U1", "C1", key)).id == "r1"
    assert await store.journal.running_for("U1", "C2", key) is None
    assert await store.journal.running_for("U1", "C1", target("other").key) is None
    await store.journal.append("r1", "end", failed())
    assert (await store.journal.running_for("U1", "C1", key)).id == "r2"
    await store.journal.append("r2", "link", link_posted())
    assert await store.journal.running_for("U1", "C1", key) is None


async def test_followers_are_the_unsettled_retrievals_of_a_packaging(store):
    for name in ("r1", "r2", "r3"):
        await store.journal.accept(request(name), None)
        await store.journal.append(name, "join", joined("p2" if name == "r3" else "p1"))
    assert await store.journal.followers("p1") == ["r1", "r2"]
    await store.journal.append("r1", "end", failed())
    assert await store.journal.followers("p1") == ["r2"]


async def test_retrievals_are_counted_by_state(store):
    for name in ("r1", "r2", "r3"):
        await store.journal.accept(request(name), None)
    await store.journal.append("r3", "end", failed())
    counted = await store.journal.count_by_state()
    assert set(counted) == set(RetrievalState)
    assert {state: n for state, n in counted.items() if n} == {
        RetrievalState.REQUESTED: 2,
        RetrievalState.FAILED: 1,
    }


async def test_a_long_retrieval_is_the_same_in_a_store_that_never_saw_it(store, url):
    await store.journal.accept(request(), None)
    for n in range(120):
        await store.journal.append("r1", f"m{n}", e.PackagingMoved(at=NOON, messages=n))
    other = await Store.open(url)
    try:
        assert await other.journal.load("r1") == await store.journal.load("r1")
        await other.journal.append("r1", "end", failed())
        assert (await store.journal.load("r1")).state is RetrievalState.FAILED
        await store.journal.append("r1", "late", e.PackagingMoved(at=NOON, messages=500))
        loaded = await other.journal.load("r1")
    finally:
        await other.close()
    assert (loaded.version, loaded.state, loaded.messages) == (122, RetrievalState.FAILED, 500)
