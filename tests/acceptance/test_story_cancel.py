"""Stopping a retrieval."""

from __future__ import annotations

import pytest

from bot.domain.packaging import PackagingState
from tests.acceptance.reading import buttons_of, text_of


@pytest.mark.usefixtures("bot")
async def test_the_requester_stops_it_nobody_else_and_the_platform_is_asked_no_more(
    world, ada, bruno
):
    world.platform.knobs.packaging_seconds_of["EmployeeBackoffice"] = 10_000
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    card = await thread.shows("Packaging.")

    await bruno.clicks("Cancel", card)
    refused = await bruno.is_told("can cancel this retrieval")
    assert ada.mention in text_of(refused)
    await ada.clicks("Cancel", card)
    card = await thread.shows("Cancelled")
    assert buttons_of(card) == {}
    cancelled = await thread.says("cancelled")
    assert ada.mention in text_of(cancelled)

    asked = world.calls("status", "EmployeeBackoffice")
    await bruno.types("Employee Portal Testing", "core-team")
    await world.thread("core-team").gives_link()
    assert world.calls("status", "EmployeeBackoffice") <= asked + 1
    assert thread.links == []

    await ada.types("EmployeeBackoffice Testing")
    await world.thread(number=1).shows("Packaging.")
    starts = 1 if world.platform.looks_for_packagings else 2
    assert world.calls("start", "EmployeeBackoffice") == starts


@pytest.mark.usefixtures("bot")
async def test_one_of_two_who_follow_stops_and_the_other_still_gets_the_link(world, ada, bruno):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").shows("Packaging.")
    await bruno.types("EmployeeBackoffice Testing", "core-team")
    card = await world.thread("core-team").shows("Packaging.")
    await ada.clicks("Cancel", world.thread("releases").card)
    await world.thread("releases").shows("Cancelled")
    world.end_packagings()
    await world.thread("core-team").gives_link()
    assert card is world.thread("core-team").card
    assert world.calls("start") == 1
    assert world.thread("releases").links == []


async def test_who_waits_for_a_turn_can_stop_waiting_and_those_behind_move_up(world, ada, bruno):
    world.platform.limit(packagings_at_once=1)
    world.platform.break_down("takes", application="EmployeeMobile", seconds=10_000)
    await world.start_bot()
    await bruno.types("EmployeeMobile Testing", "core-team")
    first = await world.thread("core-team").shows("Packaging.")
    await ada.types("EmployeeBackoffice Testing", "releases")
    card = await world.thread("releases").shows("Waiting", "1 packaging is ahead")
    await bruno.types("Employee Portal Testing", "partner-acme")
    await world.thread("partner-acme").shows("Waiting", "2 packagings are ahead")

    await ada.clicks("Cancel", card)
    await world.thread("releases").shows("Cancelled")
    await world.thread("partner-acme").shows("Waiting", "1 packaging is ahead")
    await bruno.clicks("Cancel", first)
    await world.thread("core-team").shows("Cancelled")
    await world.thread("partner-acme").shows("Ready")
    assert world.calls("start", "EmployeeBackoffice") == 0


@pytest.mark.usefixtures("bot")
async def test_what_has_ended_cannot_be_stopped(world, ada):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    card = await thread.shows("Packaging.", "Cancel")
    stale = buttons_of(card)["Cancel"]
    world.end_packagings()
    await thread.gives_link()
    await thread.shows("Ready")
    card.blocks.append({"type": "actions", "block_id": "stale", "elements": [stale]})
    await ada.clicks("Cancel", card)
    await ada.is_told("already ended")
    assert len(thread.links) == 1


async def test_who_joins_a_packaging_just_as_it_is_given_up_gets_another(world, ada):
    """It was given up for want of followers, and had begun by the time this one joined it."""
    world.hold_packagings()
    bot = await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().says("has begun")
    retrieval = world.thread().card.event_payload["retrieval"]
    state = await bot.store.journal.load(retrieval)
    given_up = await bot.store.packagings.loaded(state.packaging)
    given_up = given_up.model_copy(update={"state": PackagingState.CANCELLED})
    await bot.store.packagings.save(given_up, ())
    world.platform.knobs.packaging_seconds = 8
    await world.restart_bot()
    world.end_packagings()
    await world.thread().gives_link()
    assert sum("has begun" in one for one in world.thread().texts) == 1
