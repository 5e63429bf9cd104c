"""A download link is found by its token's hash, and its end is said once."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from bot.ports import Links
from bot.store import Store
from tests.store.examples import DAY, MINUTE, NOON, link, request, token_hash


@pytest.fixture
async def links(store: Store) -> Links:
    await store.journal.accept(request("r1"), None)
    await store.journal.accept(request("r2"), None)
    return store.links


async def test_a_link_comes_back_as_it_was_stored(links):
    stored = link(size_bytes=140_000_000_000)
    await links.add(stored, token_hash("secret"))
    assert await links.by_token(token_hash("secret")) == stored
    assert await links.by_token(token_hash("another")) is None


async def test_a_token_stands_for_one_link_only(links):
    await links.add(link("l1"), token_hash("secret"))
    with pytest.raises(IntegrityError):
        await links.add(link("l2"), token_hash("secret"))


async def test_only_what_the_effect_minted_is_revoked(links):
    for name, retrieval, effect in (
        ("l1", "r1", "link:1"),
        ("l2", "r1", "link:2"),
        ("l3", "r2", "link:1"),
    ):
        await links.add(link(name, retrieval, effect=effect), token_hash(name))
    await links.revoke("r1", "link:1", NOON)
    await links.revoke("r1", "link:1", NOON + MINUTE)
    revoked = {name: (await links.by_token(token_hash(name))).revoked_at for name in ("l1", "l2")}
    assert revoked == {"l1": NOON, "l2": None}
    assert (await links.by_token(token_hash("l3"))).revoked_at is None
    assert [one.id for one in await links.due(NOON + DAY)] == ["l2", "l3"]


async def test_a_link_is_due_from_its_end_until_that_was_said(links):
    await links.add(link("late", expires_at=NOON + 20 * MINUTE), token_hash("late"))
    await links.add(link("soon", expires_at=NOON + 10 * MINUTE), token_hash("soon"))
    assert await links.next_end() == NOON + 10 * MINUTE
    assert await links.due(NOON + 9 * MINUTE) == []
    assert [one.id for one in await links.due(NOON + 10 * MINUTE)] == ["soon"]
    assert [one.id for one in await links.due(NOON + DAY)] == ["soon", "late"]
    await links.end_shown("soon")
    assert [one.id for one in await links.due(NOON + DAY)] == ["late"]
    assert await links.next_end() == NOON + 20 * MINUTE
    await links.end_shown("late")
    assert await links.next_end() is None


async def test_the_last_link_of_an_effect_that_is_not_revoked_is_found(links):
    assert await links.minted_by("r1", "link:1") is None
    for minute, name in enumerate(("l1", "l3", "l2")):
        await links.add(link(name, minted_at=NOON + minute * MINUTE), token_hash(name))
    assert (await links.minted_by("r1", "link:1")).id == "l2"
    assert await links.minted_by("r1", "link:2") is None
    assert await links.minted_by("r2", "link:1") is None
    await links.revoke("r1", "link:1", NOON)
    assert await links.minted_by("r1", "link:1") is None


async def test_the_file_of_a_revoked_link_is_due_all_the_same(links):
    await links.add(link(), token_hash("l1"))
    await links.set_file("l1", "F123", 42)
    await links.revoke("r1", "link:1", NOON)
    assert await links.next_end() == NOON + 60 * MINUTE
    assert [one.slack_file for one in await links.due(NOON + DAY)] == ["F123"]
    await links.end_shown("l1")
    assert await links.due(NOON + DAY) == []


async def test_an_uploaded_file_is_remembered(links):
    await links.add(link(), token_hash("l1"))
    await links.set_file("l1", "F123", 42)
    stored = await links.by_token(token_hash("l1"))
    assert (stored.slack_file, stored.size_bytes) == ("F123", 42)


async def test_the_size_of_a_package_is_known_from_any_of_its_links(links):
    await links.add(link("l1"), token_hash("l1"))
    await links.add(link("l2", "r2"), token_hash("l2"))
    await links.add(link("l3", "r2", package="another"), token_hash("l3"))
    assert await links.known_size(link().package) is None
    await links.set_size("l1", 140_000_000_000)
    assert await links.known_size(link().package) == 140_000_000_000
    assert await links.known_size("another") is None
    assert (await links.by_token(token_hash("l1"))).size_bytes == 140_000_000_000
    assert (await links.by_token(token_hash("l2"))).size_bytes is None


async def test_the_size_of_the_newest_link_counts_since_a_package_may_be_made_anew(links):
    for number, size in enumerate((300, 100)):
        name = f"l{number}"
        minted = link(name, minted_at=NOON + number * MINUTE, size_bytes=size)
        await links.add(minted, token_hash(name))
    assert await links.known_size(link().package) == 100


async def test_dead_links_are_removed_and_living_ones_are_not(store, links):
    for name in ("ended", "revoked", "unsaid", "lives"):
        ends = NOON + DAY if name == "lives" else NOON + MINUTE
        await links.add(link(name, effect=name, expires_at=ends), token_hash(name))
    await links.end_shown("ended")
    await links.revoke("r1", "revoked", NOON)
    assert await store.retention.remove_dead_links(NOON + 2 * MINUTE) == 2
    left = [await links.by_token(token_hash(name)) for name in ("ended", "revoked")]
    assert left == [None, None]
    left = [await links.by_token(token_hash(name)) for name in ("unsaid", "lives")]
    assert [one.id for one in left] == ["unsaid", "lives"]
