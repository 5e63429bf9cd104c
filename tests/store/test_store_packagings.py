"""One unsettled packaging for each target, however many ask."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.events import FailureReason
from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingState
from bot.domain.retrieval import Failure
from bot.ports import Packaging, Packagings, Run
from bot.store import Store
from tests.store.examples import MINUTE, NOON, target


def said(*texts: str) -> list[PackagingMessage]:
    return [PackagingMessage(level=MessageLevel.WARNING, text=text) for text in texts]


async def test_the_first_to_ask_starts_a_packaging_and_the_next_joins_it(store):
    packagings: Packagings = store.packagings
    mine, is_new = await packagings.join(target(), "p1", NOON)
    assert is_new
    assert mine == Packaging(id="p1", target=target(), state=PackagingState.WAITING)
    theirs, is_new = await packagings.join(target(), "p2", NOON)
    assert not is_new
    assert theirs == mine
    assert await store.runs.unfinished() == [Run(id="p1", workflow="package", subject="p1")]
    assert await packagings.load("p2") is None


async def test_two_stores_that_ask_at_once_share_one_packaging(store, url):
    other = await Store.open(url)
    try:
        joins = [
            (store if n % 2 else other).packagings.join(target(), f"p{n}", NOON) for n in range(20)
        ]
        got = await asyncio.gather(*joins)
    finally:
        await other.close()
    assert len({packaging.id for packaging, _ in got}) == 1
    assert sum(is_new for _, is_new in got) == 1
    assert len(await store.runs.unfinished()) == 1


async def test_different_targets_are_packaged_apart(store):
    await store.packagings.join(target("one"), "p1", NOON)
    assert (await store.packagings.join(target("two"), "p2", NOON))[1]


async def test_a_settled_packaging_is_not_joined(store):
    mine, _ = await store.packagings.join(target(), "p1", NOON)
    await store.packagings.save(mine.model_copy(update={"state": PackagingState.READY}), [])
    assert (await store.packagings.join(target(), "p2", NOON))[1]


async def test_asking_again_with_the_same_id_gives_the_same_packaging(store):
    mine, _ = await store.packagings.join(target(), "p1", NOON)
    await store.packagings.save(mine.model_copy(update={"state": PackagingState.READY}), [])
    again, is_first = await store.packagings.join(target(), "p1", NOON)
    assert is_first
    assert (again.id, again.state) == ("p1", PackagingState.READY)


async def test_a_change_is_stored_whole_with_what_the_platform_said(store):
    mine, _ = await store.packagings.join(target(), "p1", NOON)
    running = mine.model_copy(
        update={
            "state": PackagingState.RUNNING,
            "package": "package-1",
            "asked_at": NOON + MINUTE,
            "ahead": 3,
            "trouble": "The platform does not answer.",
        }
    )
    await store.packagings.save(running, said("one", "two"))
    await store.packagings.save(running, said("three"))
    assert await store.packagings.messages("p1") == said("one", "two", "three")
    stored = await store.packagings.load("p1")
    assert stored == running.model_copy(update={"version": 2, "messages": 3})


async def test_a_settled_packaging_stays_as_it_is(store):
    mine, _ = await store.packagings.join(target(), "p1", NOON)
    failure = Failure(reason=FailureReason.DEADLINE, text="It took too long.")
    failed = {"state": PackagingState.FAILED, "failure": failure}
    await store.packagings.save(mine.model_copy(update=failed), [])
    await store.packagings.save(mine, said("late"))
    stored = await store.packagings.load("p1")
    assert (stored.state, stored.failure) == (PackagingState.FAILED, failure)
    assert await store.packagings.messages("p1") == []


async def test_an_unknown_packaging_cannot_be_changed(store):
    unknown = Packaging(id="p9", target=target(), state=PackagingState.RUNNING)
    with pytest.raises(LookupError, match="no packaging p9"):
        await store.packagings.save(unknown, [])
    with pytest.raises(LookupError, match="no packaging p9"):
        await store.packagings.loaded("p9")
