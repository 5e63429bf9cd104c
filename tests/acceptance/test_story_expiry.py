"""What becomes of a link when its time is over, and how one gets another."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from bot.domain.policy import Policy
from tests.acceptance.reading import buttons_of, links_in, text_of

ADDRESS = "/download/"


async def test_an_expired_link_is_gone_from_its_message_and_a_button_gives_another(
    world, ada, bruno, browser
):
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    link = await thread.gives_link()
    [delivered] = [one for one in thread.replies if links_in(one)]
    world.clock.skip(3600)

    await world.slack.wait_until(lambda: "expired" in text_of(delivered), within=20)
    card = await thread.shows("Expired")
    assert links_in(delivered) == []
    assert list(buttons_of(delivered)) == ["New link"]
    assert list(buttons_of(card)) == ["New link"]
    never_a_link = f"{world.public_url}/download/{'A' * 43}"
    async with browser.get(link) as dead, browser.get(never_a_link) as unknown:
        assert (dead.status, await dead.read()) == (unknown.status, await unknown.read())
        assert dead.status == 404

    await bruno.clicks("New link", delivered)
    second = await thread.gives_link()
    assert second != link
    [renewed] = [one for one in thread.replies if links_in(one)]
    assert bruno.mention in text_of(renewed)
    assert (renewed.unfurl_links, renewed.unfurl_media) == (False, False)
    assert world.calls("start") == 1
    await bruno.is_told("new link")


async def test_a_package_that_the_platform_no_longer_has_is_packaged_again(world, ada, bruno):
    world.policy = Policy(link_lifetime=timedelta(minutes=10))
    world.platform.break_down("kept", seconds=900)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.gives_link()
    world.clock.skip(1000)
    card = await thread.shows("Expired")

    await ada.clicks("New link", card)
    denied = await thread.says("could not be made")
    assert "New packaging" in text_of(denied)
    await world.slack.wait_until(lambda: list(buttons_of(thread.card)) == ["New packaging"])

    await bruno.clicks("New packaging", thread.card)
    again = world.thread(number=1)
    await again.gives_link()
    card = await again.shows("Ready")
    assert bruno.mention in text_of(card)
    assert world.calls("start") == 2


async def test_a_link_never_outlives_the_platforms_own_and_never_the_policy(world, ada, browser):
    world.platform.knobs.link_seconds = 300
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    link = await thread.gives_link()
    delivered = thread.replies[-1]
    assert "platform's own link ends then" in text_of(delivered)
    world.clock.skip(300)
    await thread.shows("Expired")
    async with browser.get(link) as answer:
        assert answer.status == 404

    world.platform.knobs.link_seconds = 3600
    await ada.clicks("New link", thread.card)
    before = world.clock.now()
    await thread.gives_link()
    row = max(await ended_links(world), key=lambda one: one.minted_at)
    assert row.expires_at - before <= timedelta(hours=1, seconds=30)
    assert row.expires_at - before > timedelta(minutes=59)


def links_made(world):
    with sqlite3.connect(world.folder / "bot.sqlite3") as database:
        return database.execute("select count(*) from links").fetchone()[0]


async def ended_links(world):
    in_a_day = world.clock.now() + timedelta(days=1)
    return await world.bot.store.links.due(in_a_day)


async def test_who_may_not_ask_gets_no_new_link(world, ada, bruno):
    allowed = frozenset({world.slack.user("ada").id})
    world.policy = Policy(allowed_users=allowed)
    await world.start_bot()
    refused = await bruno.types("EmployeeBackoffice Testing")
    assert "not on the list" in refused.text
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.gives_link()
    world.clock.skip(3600)
    card = await thread.shows("Expired")

    await bruno.clicks("New link", card)
    told = await bruno.is_told("not on the list")
    assert ADDRESS not in text_of(told)
    await ada.clicks("New link", card)
    await thread.gives_link()
    assert links_made(world) == 2


@pytest.mark.parametrize("product", ["odc"], indirect=True)
async def test_what_the_storage_has_lost_is_offered_as_a_new_packaging(world, ada, browser):
    world.policy = Policy(link_lifetime=timedelta(minutes=10))
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    link = await world.thread().gives_link()
    world.platform.break_down("xml_error", status=404, text="NoSuchKey", times=2)
    async with browser.get(link) as answer:
        assert "it offers to package the code again" in await answer.text()
    world.clock.skip(700)
    card = await world.thread().shows("Expired")
    await ada.clicks("New link", card)
    await world.thread().says("could not be made")
    card = world.thread().card
    await world.slack.wait_until(lambda: list(buttons_of(card)) == ["New packaging"])
    await ada.clicks("New packaging", card)
    link = await world.thread(number=1).gives_link()
    async with browser.get(link) as answer:
        assert answer.status == 200
        assert (await answer.read()).startswith(b"PK")
    assert world.calls("start") == 2


async def test_a_button_that_is_pressed_twice_gives_one_link(world, ada, bruno):
    world.policy = Policy(link_lifetime=timedelta(minutes=10))
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.gives_link()
    await thread.shows("Ready")
    world.clock.skip(700)
    card = await thread.shows("Expired")
    await asyncio.gather(*(ada.clicks("New link", card) for _ in range(3)))
    await bruno.clicks("New link", card)
    await ada.is_told("is on its way already")
    await thread.shows("Ready")
    await thread.gives_link(1)
    mentions = [text_of(one) for one in thread.replies if links_in(one)]
    assert sum(ada.mention in one for one in mentions) == 1
    assert sum(bruno.mention in one for one in mentions) == 1
