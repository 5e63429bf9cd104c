"""Several people, or one several times, asking for the same."""

from __future__ import annotations

import asyncio

import pytest

from tests.acceptance.reading import links_in, text_of


@pytest.mark.usefixtures("bot")
async def test_two_people_share_one_packaging_and_each_has_a_thread_and_a_link(
    world, ada, bruno, browser
):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").shows("Packaging.")
    await bruno.types("employeebackoffice testing", "core-team")
    await bruno.types("EmployeeBackoffice Testing", "releases")
    await world.thread("core-team").shows("Packaging.", "both share one packaging")
    await world.thread("releases", 1).shows("Packaging.", "both share one packaging")
    world.end_packagings()

    links = [
        await world.thread("releases").gives_link(),
        await world.thread("releases", 1).gives_link(),
        await world.thread("core-team").gives_link(),
    ]
    assert len(set(links)) == 3
    assert world.calls("start") == 1
    for thread, who in (("releases", ada), ("core-team", bruno)):
        [delivered] = [one for one in world.thread(thread).replies if links_in(one)]
        assert who.mention in text_of(delivered)
        await world.thread(thread).says("has begun to package")
        if world.platform.says_how_far:
            await world.thread(thread).says("says while packaging")
    for link in links:
        async with browser.get(link) as answer:
            assert answer.status == 200
            await answer.read()


@pytest.mark.usefixtures("bot")
async def test_the_same_person_again_is_pointed_to_the_card_that_runs(world, ada):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing")
    card = await world.thread().shows("Packaging.")
    await ada.types("EmployeeBackoffice Testing")
    told = await ada.is_told("already asked")
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in text_of(told)
    await ada.types("EmployeeBackoffice Testing", "core-team")
    await world.thread("core-team").shows("Packaging.")
    world.end_packagings()
    await world.thread("core-team").gives_link()
    await world.thread().gives_link()
    assert world.thread(number=1).card is None


@pytest.mark.usefixtures("bot")
async def test_the_same_line_twice_in_the_same_moment_is_one_card(world, ada):
    world.hold_packagings()
    lines = [ada.types("EmployeeBackoffice Testing") for _ in range(3)]
    await asyncio.gather(*lines)
    await world.slack.wait_until(
        lambda: sum("already asked" in one for one in ada.private) == 2, within=20
    )
    await world.thread().shows("Packaging.")
    world.end_packagings()
    await world.thread().gives_link()
    assert world.thread(number=1).card is None


@pytest.mark.usefixtures("bot")
async def test_a_line_that_slack_delivers_twice_is_one_retrieval(world, ada):
    world.hold_packagings()
    world.slack.knobs.deliver_twice = True
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    card = await thread.shows("Cancel")
    await ada.clicks("Cancel", card)
    await thread.shows("Cancelled")
    await thread.says("cancelled")
    assert world.thread(number=1).card is None
    assert sum("cancelled" in one for one in thread.texts) == 1
