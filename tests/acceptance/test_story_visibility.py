"""Links that only the requester may have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.events import ExpiryRule
from bot.domain.policy import LinkVisibility, Policy
from bot.links.checking import token_digest
from tests.acceptance.reading import buttons_of, links_in, text_of


async def test_the_button_gives_the_link_to_the_requester_and_to_nobody_else(
    world, ada, bruno, browser
):
    world.policy = Policy(
        link_visibility=LinkVisibility.REQUESTER, link_lifetime=timedelta(minutes=20)
    )
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    offer = await thread.says("is ready")
    assert list(buttons_of(offer)) == ["Get download link"]

    await thread.shows("Ready")
    await bruno.clicks("Get download link", offer)
    refused = await bruno.is_told("Only")
    assert ada.mention in text_of(refused)
    await ada.clicks("Get download link", offer)
    given = await ada.is_told("for you alone")
    [link] = links_in(given)
    async with browser.get(link) as answer:
        assert answer.status == 200
        await answer.read()
    assert thread.links == []
    assert not [one for one in world.slack.ephemerals("bruno") if links_in(one)]

    world.clock.skip(1200)
    await thread.shows("Expired")
    async with browser.get(link) as answer:
        assert answer.status == 404
    await bruno.clicks("New link", thread.card)
    await world.slack.wait_until(lambda: sum("Only" in one for one in bruno.private) == 2)
    await ada.clicks("New link", thread.card)
    await world.slack.wait_until(
        lambda: sum(list(buttons_of(one)) == ["Get download link"] for one in thread.replies) == 1
    )


@pytest.mark.parametrize("product", ["odc"], indirect=True)
async def test_a_link_that_is_taken_ends_by_the_rule_of_its_offer(world, ada):
    world.platform.knobs.link_style = "none"
    world.policy = Policy(link_visibility=LinkVisibility.REQUESTER)
    bot = await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    offer = await world.thread().says("is ready")
    await world.thread().shows("Ready")
    await ada.clicks("Get download link", offer)
    [link] = links_in(await ada.is_told("for you alone"))
    taken = await bot.store.links.by_token(token_digest(link.rpartition("/")[2]))
    assert taken.rule is ExpiryRule.UNSTATED
