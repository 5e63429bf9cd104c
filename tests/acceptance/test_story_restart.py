"""Stopping the bot anywhere and starting it again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import aiohttp
import pytest

from bot.app import running_bot
from bot.domain.policy import Policy
from bot.errors import EngineLocked
from bot.sandbox.slack import Fault as SlackFault
from tests.acceptance.reading import WITHIN, buttons_of, text_of


async def test_it_goes_on_wherever_it_was_stopped_and_doubles_nothing(world, ada, bruno):
    world.platform.limit(packagings_at_once=1)
    world.policy = Policy(link_lifetime=timedelta(minutes=50))
    knobs = world.platform.knobs
    world.hold_packagings()
    world.slack.knobs.delays["conversations.info"] = 30
    world.platform.break_down("slow", call="environments", seconds=60)
    await world.start_bot()

    await ada.types("EmployeeBackoffice Testing", "releases")
    await timed_stop(world)  # before its names were looked up
    assert world.calls("applications") <= 1
    await world.start_bot()
    await timed_stop(world)  # while the card is about to be posted
    world.slack.knobs.delays.clear()
    await world.start_bot()
    await world.thread("releases").shows("Packaging.")
    await bruno.types("EmployeeMobile Testing", "core-team")
    await world.thread("core-team").shows("Waiting")
    await timed_stop(world)  # while one packages and the other waits for its turn

    knobs.packaging_seconds = 8
    await world.start_bot()
    world.end_packagings()
    await world.thread("releases").gives_link()
    await world.thread("core-team").gives_link()
    await timed_stop(world)  # before the links end
    world.clock.skip(3000)
    await world.start_bot()
    await world.thread("releases").shows("Expired")
    await world.thread("core-team").shows("Expired")
    for channel in ("releases", "core-team"):
        thread = world.thread(channel)
        await thread.says("expired")
        assert list(buttons_of(thread.card)) == ["New link"]
        assert sum("has begun" in one for one in thread.texts) == 1
        assert sum("expired" in one for one in thread.texts) == 1
    assert world.calls("start") == 2
    assert len(world.slack.messages("releases")) == 1


async def timed_stop(world):
    began = asyncio.get_running_loop().time()
    await world.stop_bot()
    assert asyncio.get_running_loop().time() - began < 10


async def test_a_link_that_is_about_to_be_posted_is_posted_once_after_a_restart(world, ada):
    world.slack.inject(SlackFault("chat.postMessage", "drop_after", times=None, probability=0.4))
    world.slack.knobs.seed = 7
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    for posts in (1, 2, 3):
        await world.slack.wait_until(partial(posted, world, posts), within=WITHIN)
        await timed_stop(world)
        await world.start_bot()
    world.slack.knobs.clear()
    await world.thread().gives_link()
    await world.thread().shows("Ready")
    assert len(world.thread().links) == 1
    assert len(world.slack.messages("releases")) == 1


def posted(world, number):
    return len([one for one in world.slack.calls if one.method == "chat.postMessage"]) >= number


async def test_after_an_upgrade_what_was_running_starts_anew_from_the_journal(world, ada, bruno):
    world.hold_packagings()
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing", "releases")
    await bruno.types("EmployeeMobile Testing", "core-team")
    await world.thread("releases").says("has begun")
    if world.platform.says_how_far:
        world.clock.skip(300)
        await world.thread("releases").says("says while packaging")
    await world.thread("core-team").says("has begun")
    await world.restart_bot(engine_version=2)
    world.end_packagings()
    await world.thread("releases").gives_link()
    await world.thread("core-team").gives_link()
    await world.thread("releases").shows("Ready")
    await world.thread("core-team").shows("Ready")
    await world.restart_bot(engine_version=3)
    assert world.calls("start") == 2
    assert len(world.thread("releases").links) == 1
    replies = 3 if world.platform.says_how_far else 2
    assert len(world.thread("releases").replies) == replies
    async with asyncio.timeout(WITHIN):
        while await world.bot.store.runs.unfinished():
            pass
    assert len(world.thread("releases").replies) == replies


async def test_a_card_that_lags_is_redrawn_at_the_next_start(world, ada):
    world.platform.knobs.packaging_seconds = 20
    updates = world.slack.inject(SlackFault("chat.update", "drop_before", times=None))
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.gives_link()
    assert "Ready" not in text_of(thread.card)
    await timed_stop(world)
    assert updates.hits > 0
    world.slack.knobs.clear()
    await world.start_bot()
    await thread.shows("Ready")


async def test_a_download_that_runs_is_cut_off_at_a_stop_and_never_ended_as_if_whole(
    world, ada, browser
):
    world.platform.knobs.package_bytes = 20_000_000
    world.platform.knobs.pace_bytes_per_second = 10_000
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    link = await world.thread().gives_link()
    async with browser.get(link) as answer:
        assert answer.status == 200
        await answer.content.readany()
        await timed_stop(world)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    await world.start_bot()
    world.platform.knobs.pace_bytes_per_second = None
    async with browser.get(link) as answer:
        assert len(await answer.read()) == 20_000_000


async def test_a_second_bot_on_the_same_database_is_refused_in_words(world, ada):
    await world.start_bot()
    with pytest.raises(EngineLocked, match=r"already runs on .*bot\.sqlite3"):
        async with running_bot(world.settings(), clock=world.clock):
            pass
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().gives_link()
