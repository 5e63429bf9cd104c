"""The platform's rate limit is used up: people see that it waits, and nothing fails of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD
from tests.acceptance.reading import WITHIN, buttons_of, text_of

HELD = "Waiting for the platform's rate limit"


@pytest.fixture
def products():
    return ["odc"]


@pytest.fixture
async def slow_starts(world):
    """One packaging may be started in a minute."""
    world.platform.limit(starts_per_minute=1)
    world.platform.add_applications(3, "Extra")
    world.slack.add_channel("audits")
    await world.start_bot()


@pytest.mark.usefixtures("slow_starts")
async def test_who_waits_sees_the_place_in_the_queue_and_who_follows_too(world, ada, bruno):
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").shows("Packaging.")
    await ada.types("Extra0001 Testing", "core-team")
    await world.thread("core-team").shows(HELD, "next in line")
    await ada.types("Extra0002 Testing", "partner-acme")
    card = await world.thread("partner-acme").shows(HELD, "1 request is ahead of it")
    assert list(buttons_of(card)) == ["Cancel"]
    await bruno.types("Extra0002 Testing", "audits")
    await world.thread("audits").shows(HELD, "both share one packaging")

    for channel in ("releases", "core-team", "audits"):
        await world.thread(channel).gives_link()
    for channel in ("releases", "core-team", "partner-acme", "audits"):
        card = await world.thread(channel).shows("Ready")
        assert HELD not in text_of(card)
    assert world.platform.calls.refused_for_rate == 0


@pytest.mark.usefixtures("slow_starts")
async def test_who_stops_waiting_leaves_the_queue_and_nothing_is_packaged_for_nobody(
    world, ada, bruno
):
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").shows("Packaging.")
    await ada.types("Extra0001 Testing", "core-team")
    card = await world.thread("core-team").shows(HELD, "next in line")
    await bruno.types("Extra0002 Testing", "audits")
    await world.thread("audits").shows(HELD, "1 request is ahead of it")

    await ada.clicks("Cancel", card)
    await world.thread("core-team").shows("Cancelled")
    await world.thread("audits").shows(HELD, "next in line")
    await world.thread("audits").gives_link()
    assert world.calls("start", "Extra0001") == 0
    assert world.calls("start") == 2


async def test_a_wait_is_no_part_of_the_deadline_whatever_becomes_of_the_process(world, ada):
    world.platform.poll(deadline=timedelta(minutes=5))
    world.platform.knobs.packaging_seconds = 60
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().says("has begun")
    answer = {"status": 429, "retry_after": 1200, "times": 1}
    world.platform.break_down("answer", call="status", **answer)
    await world.thread().shows(HELD)
    world.clock.skip(1000)
    await world.restart_bot()
    card = await world.thread().shows("Ready")
    assert HELD not in text_of(card)


@pytest.mark.parametrize("retry_after", [None, 40], ids=["without", "with"])
async def test_a_429_with_and_without_retry_after_is_waited_for(world, ada, retry_after):
    world.platform.knobs.retry_after = retry_after
    await world.start_bot()
    answer = {"status": 429, "retry_after": retry_after, "times": 1}
    for call in ("start", "status"):
        world.platform.break_down("answer", call=call, **answer)
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows(HELD)
    await world.thread().gives_link()
    card = await world.thread().shows("Ready")
    assert "too busy" not in text_of(card)
    assert world.platform.calls.packagings_started == 1


@pytest.mark.parametrize(
    ("call", "line"),
    [("environments", "EmployeeBackoffice Testing"), ("build", EMPLOYEE_BACKOFFICE_BUILD)],
)
async def test_names_wait_too_and_whoever_asked_is_told_privately(world, ada, call, line):
    world.platform.break_down("answer", call=call, status=429, times=1)
    await world.start_bot()
    await ada.types(line)
    await ada.is_told("Waiting for the rate limit of ODC")
    await world.thread().shows("Ready")


async def test_names_that_wait_for_our_own_limit_are_told_of_too(world, ada):
    world.platform.limit(requests_per_minute=1)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await ada.is_told("Still looking up the names")
    assert world.thread().card is None


@pytest.mark.parametrize("products", [["lifetime"]])
async def test_a_link_waits_for_the_limit_too(world, ada):
    world.platform.break_down("answer", call="link", status=429, retry_after=60, times=1)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Packaged", HELD)
    await world.thread().gives_link()
    await world.thread().shows("Ready")


@pytest.mark.usefixtures("slow_starts")
async def test_a_stop_does_not_wait_for_the_limit_and_the_next_start_goes_on(world, ada):
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").shows("Packaging.")
    await ada.types("Extra0001 Testing", "core-team")
    await world.thread("core-team").shows(HELD)
    before = world.platform.calls.packagings_started
    await world.restart_bot()
    await world.thread("core-team").gives_link()
    card = await world.thread("core-team").shows("Ready")
    assert HELD not in text_of(card)
    assert (before, world.platform.calls.packagings_started) == (1, 2)


async def test_who_stops_waiting_for_a_refused_start_is_not_packaged_for_afterwards(world, ada):
    world.platform.limit(packagings_at_once=1)
    world.platform.break_down("answer", call="start", status=429, retry_after=120, times=1)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    card = await world.thread().shows(HELD)
    asked = world.calls("start")
    await ada.clicks("Cancel", card)
    await world.thread().shows("Cancelled")
    await ada.types("EmployeeMobile Testing", "core-team")
    await world.thread("core-team").gives_link()
    assert (asked, world.calls("start")) == (1, 2)
    assert world.platform.calls.packagings_started == 1


async def test_after_a_restart_a_retry_that_was_only_turned_away_asks_again(world, ada):
    world.platform.break_down("fails", text="Disk full", times=1)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    failed = await world.thread().shows("Failed", "Disk full")
    world.platform.break_down("answer", call="start", status=429, retry_after=1200, times=1)
    await ada.clicks("Retry", failed)
    await world.thread(number=1).shows(HELD)
    await world.restart_bot()
    await world.thread(number=1).gives_link()
    assert world.platform.calls.packagings_started == 2


@pytest.mark.parametrize("products", [["lifetime"]])
async def test_who_waits_for_a_link_can_stop_waiting(world, ada):
    world.platform.break_down("answer", call="link", status=429, retry_after=120, times=1)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    card = await world.thread().shows("Packaged", HELD)
    await ada.clicks("Cancel", card)
    await world.thread().shows("Cancelled")
    await world.restart_bot()
    await world.thread().shows("Cancelled")
    assert world.thread().links == []
    assert world.calls("link") == 1


@pytest.mark.parametrize("speed", [10.0])  # so that the restart takes only a part of the minute
async def test_what_was_asked_for_before_a_restart_counts_in_the_minute_after_it(world, ada):
    applications = [one.name for one in world.platform.add_applications(12, "Extra")]
    world.platform.knobs.packaging_seconds = 1
    await world.start_bot()
    for number, name in enumerate(applications):
        world.slack.add_channel(f"team-{number}", "public", ["ada"])
        await ada.types(f"{name} Testing", f"team-{number}")
    await world.slack.wait_until(lambda: world.calls("start") >= 9, within=WITHIN)
    await world.restart_bot()
    for number in range(len(applications)):
        await world.thread(f"team-{number}").gives_link()
    assert world.platform.calls.refused_for_rate == 0
