"""What is settled long enough goes, with all that belongs to it; nothing else does."""

from __future__ import annotations

import sqlite3

import pytest
from pydantic import SecretStr

from bot.domain import events as e
from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingState
from bot.ports import Run
from tests.store.examples import (
    DAY,
    NOON,
    failed,
    joined,
    link,
    living,
    request,
    target,
    token_hash,
)

LATER = NOON + 90 * DAY
OURS = ("retrievals", "events", "intents", "response_urls", "runs", "packagings")
REST = ("packaging_messages", "livings", "links")


async def a_whole_retrieval(store, name: str, packaging: str) -> None:
    await store.journal.accept(request(name), SecretStr(f"https://hooks.slack.test/{name}"))
    mine, _ = await store.packagings.join(target(name), packaging, NOON)
    await store.journal.append(name, "join", joined(packaging))
    await store.journal.intend(name, "card", "token")
    await store.livings.add(living(retrieval=name))
    await store.links.add(link(f"link of {name}", name), token_hash(name))
    message = PackagingMessage(level=MessageLevel.INFO, text="Building")
    ended = mine.model_copy(update={"state": PackagingState.READY})
    await store.packagings.save(ended, [message])
    await store.runs.finish(packaging)
    await store.journal.append(name, "end", failed())
    await store.runs.finish(name)


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
def forget(forgotten):
    async def note(runs) -> None:
        forgotten.extend(runs)

    return note


def rows_left(url: str) -> int:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    tables = (*OURS, *REST)
    left = sum(
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our names
        for table in tables
    )
    connection.close()
    return left


async def test_a_settled_retrieval_goes_with_everything_that_belongs_to_it(
    store, url, forget, forgotten
):
    await a_whole_retrieval(store, "r1", "p1")
    assert await store.retention.remove_settled(NOON, forget) == 0
    assert rows_left(url) > 9
    assert await store.retention.remove_settled(LATER, forget) == 1
    assert rows_left(url) == 0
    assert sorted(forgotten) == ["p1", "r1"]


async def test_many_go_in_batches(store, url, forget, forgotten):
    for n in range(60):
        await store.journal.accept(request(f"r{n}"), None)
        await store.journal.append(f"r{n}", "end", failed())
        await store.runs.finish(f"r{n}")
    assert await store.retention.remove_settled(LATER, forget) == 60
    assert len(forgotten) == 60
    assert rows_left(url) == 0


async def test_what_the_engine_could_not_forget_is_found_again(store, forgotten, forget):
    await a_whole_retrieval(store, "r1", "p1")

    async def break_down(_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await store.retention.remove_settled(LATER, break_down)
    assert await store.retention.remove_settled(LATER, forget) == 1
    assert "r1" in forgotten


async def test_a_retrieval_that_is_not_settled_or_settled_lately_stays(store, forget):
    await store.journal.accept(request("runs"), None)
    await store.journal.accept(request("lately"), None)
    await store.journal.append("lately", "end", failed(LATER))
    for name in ("runs", "lately"):
        await store.runs.finish(name)
    assert await store.retention.remove_settled(LATER, forget) == 0
    assert await store.journal.load("runs")
    assert await store.journal.load("lately")


async def test_a_new_link_keeps_an_old_retrieval(store, forget):
    await a_whole_retrieval(store, "r1", "p1")
    await store.journal.append("r1", "ask", e.LinkAsked(at=LATER, ask="a1", by="U1"))
    assert await store.retention.remove_settled(LATER, forget) == 0
    assert await store.retention.remove_settled(LATER + DAY, forget) == 1


async def test_a_link_that_has_not_ended_keeps_its_retrieval(store, forget):
    await a_whole_retrieval(store, "r1", "p1")
    lasting = link("lasting", "r1", expires_at=LATER + DAY, effect="lasting")
    await store.links.add(lasting, token_hash("lasting"))
    assert await store.retention.remove_settled(LATER, forget) == 0
    await store.links.revoke("r1", "lasting", LATER)
    assert await store.retention.remove_settled(LATER, forget) == 1


async def test_a_workflow_that_must_run_keeps_its_retrieval(store, forget):
    await a_whole_retrieval(store, "r1", "p1")
    await store.runs.add(Run(id="renew", workflow="renew", subject="r1"))
    assert await store.retention.remove_settled(LATER, forget) == 0
    await store.runs.finish("renew")
    assert await store.retention.remove_settled(LATER, forget) == 1


async def test_a_packaging_stays_while_a_retrieval_follows_it(store, forget):
    await a_whole_retrieval(store, "r1", "p1")
    await store.journal.accept(request("r2"), None)
    await store.journal.append("r2", "join", joined("p1"))
    assert await store.retention.remove_settled(LATER, forget) == 1
    assert await store.packagings.load("p1")
