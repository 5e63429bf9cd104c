"""Where the bot cannot speak, or must not speak of everything."""

from __future__ import annotations

import pytest

from tests.acceptance.reading import WITHIN, buttons_of, links_in, text_of


@pytest.mark.usefixtures("bot")
async def test_where_the_bot_cannot_post_everything_happens_in_a_direct_message(world, ada, bruno):
    await ada.types("EmployeeBackoffice Testing", "war-room")  # private, without the bot
    await bruno.types("Employee Portal Testing", "ada-bruno")  # a DM between two people

    thread = world.direct_thread("ada")
    card = await thread.shows("Asked in", "where the bot cannot post")
    told = await ada.is_told("direct message")
    assert "/invite" in text_of(told)
    assert told.channel == world.slack.channel("war-room").id
    await thread.gives_link()
    card = await thread.shows("Ready")
    assert world.slack.channel("war-room").id in text_of(card)
    assert world.slack.messages("war-room") == []

    thread = world.direct_thread("bruno")
    await thread.gives_link()
    await thread.says("has begun to package")
    await bruno.is_told("direct message")
    assert world.slack.messages("ada-bruno") == []


@pytest.mark.usefixtures("bot")
async def test_a_channel_that_is_closed_to_the_bot_is_said_to_be(world, ada, bruno):
    await ada.types("EmployeeBackoffice Testing", "announcements")
    await ada.is_told("may not post in this channel")
    world.slack.knobs.missing_scopes.add("chat:write.public")
    await bruno.types("EmployeeBackoffice Testing", "general")  # public, without the bot
    await bruno.is_told("not a member")
    await world.direct_thread("ada").gives_link()
    await world.direct_thread("bruno").gives_link()
    assert world.slack.messages("general") == []


@pytest.mark.usefixtures("bot")
async def test_a_public_channel_needs_no_invitation(world, ada):
    await ada.types("EmployeeBackoffice Testing", "general")
    await world.thread("general").gives_link()
    await world.thread("general").shows("Ready")


@pytest.mark.usefixtures("bot")
async def test_a_channel_that_is_archived_in_the_meantime_does_not_lose_the_request(world, ada):
    world.slack.knobs.delays["conversations.info"] = 2
    await ada.types("EmployeeBackoffice Testing", "core-team")
    world.slack.channel("core-team").is_archived = True
    await world.direct_thread("ada").gives_link()
    await ada.is_told("archived")


@pytest.mark.usefixtures("bot")
async def test_a_bot_that_is_put_out_of_the_channel_goes_on_in_a_direct_message(world, ada, bruno):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing", "core-team")
    await world.thread("core-team").says("has begun to package")
    world.clock.skip(300)
    if world.platform.says_how_far:
        await world.thread("core-team").says("says while packaging")
    await bruno.types("EmployeeMobile Testing", "core-team")
    await world.thread("core-team", 1).says("has begun to package")
    channel = world.slack.channel("core-team")
    channel.members.discard(world.slack.bot_user_id)

    world.end_packagings()
    if world.platform.says_how_far:
        await bruno_goes_on(world)
    # Nothing was left to say but the link.
    [link] = await world.slack.wait_until(
        lambda: [one for one in direct(world, "ada") if links_in(one)], within=WITHIN
    )
    assert ada.mention in text_of(link)
    assert world.thread("core-team").links == []


async def bruno_goes_on(world):
    """His packaging had more to say: what is said in a thread now hangs under a card there."""
    thread = world.direct_thread("bruno")
    await thread.shows("Ready")
    await world.slack.wait_until(
        lambda: [one for one in direct(world, "bruno") if links_in(one)], within=WITHIN
    )
    await thread.says("says while packaging")


def direct(world, name):
    return world.slack.messages(world.slack.direct(name), threads=True)


@pytest.mark.usefixtures("bot")
async def test_a_retrieval_that_fails_after_the_bot_was_put_out_says_so_in_a_direct_message(
    world, ada
):
    world.platform.knobs.packaging_seconds_of["EmployeeBackoffice"] = 5000
    world.platform.be_silent()
    await ada.types("EmployeeBackoffice Testing", "core-team")
    card = await world.thread("core-team").shows("Packaging.")
    await world.thread("core-team").says("has begun to package")
    world.slack.channel("core-team").members.discard(world.slack.bot_user_id)
    await ada.clicks("Cancel", card)
    thread = world.direct_thread("ada")
    await thread.shows("Cancelled")
    await thread.says("cancelled")


@pytest.mark.usefixtures("bot")
async def test_in_a_channel_shared_with_others_the_link_goes_by_direct_message(world, ada, browser):
    await ada.types("EmployeeBackoffice Testing", "partner-acme")
    thread = world.thread("partner-acme")
    started = await thread.says("has begun to package")
    assert "direct message" in text_of(started)
    await thread.says("went to")
    await thread.shows("Ready", "by direct message")
    assert thread.links == []
    [delivered] = [one for one in direct(world, "ada") if links_in(one)]
    assert ada.mention in text_of(delivered)
    async with browser.get(links_in(delivered)[0]) as answer:
        assert answer.status == 200
        await answer.read()

    world.clock.skip(3600)
    await world.slack.wait_until(lambda: "New link" in buttons_of(delivered), within=WITHIN)
    await ada.clicks("New link", delivered)
    await world.slack.wait_until(
        lambda: [one for one in direct(world, "ada") if links_in(one)], within=WITHIN
    )
    assert thread.links == []


@pytest.mark.usefixtures("bot")
async def test_retry_in_a_direct_message_goes_on_there(world, ada):
    world.platform.break_down("answer", call="start", status=400, text="Not today.")
    await ada.types("EmployeeBackoffice Testing", "war-room")
    card = await world.direct_thread("ada").shows("Failed", "Not today.")
    await ada.clicks("Retry", card)
    again = world.direct_thread("ada", 1)
    await again.gives_link()
    await again.shows("Ready")
