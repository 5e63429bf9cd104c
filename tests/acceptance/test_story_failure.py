"""Retrievals that go wrong on the platform's side, in words, with a way on."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest

from tests.acceptance.reading import buttons_of, text_of


@pytest.mark.usefixtures("bot")
async def test_what_the_platform_refuses_is_shown_in_its_own_words_and_retry_asks_anew(
    world, ada, bruno
):
    said = "Couldn't request the app source code. Ask Joan of the platform team."
    world.platform.break_down("answer", call="start", status=403, text=said)
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    card = await thread.shows("Failed", "Ask Joan of the platform team")
    failed = await thread.says("could not be retrieved")
    assert "Ask Joan of the platform team" in text_of(failed)
    assert ada.mention in text_of(failed)
    assert list(buttons_of(card)) == ["Retry"]

    await bruno.clicks("Retry", card)
    again = world.thread(number=1)
    await again.gives_link()
    card = await again.shows("Ready")
    assert bruno.mention in text_of(card)
    assert "Failed" in text_of(thread.card)
    assert world.calls("start") == 2


@pytest.mark.usefixtures("bot")
async def test_a_packaging_that_fails_shows_the_status_and_the_messages(world, ada):
    outdated = "Module Gehälter is outdated."
    world.platform.break_down("fails", application="EmployeeBackoffice", text=outdated)
    world.platform.break_down(
        "status_value", application="Employee Portal", value="Exploded", times=None
    )
    world.platform.break_down(
        "answer", call="start", application="O'Brien Café", status=400, text=TOO_BIG
    )
    await ada.types("EmployeeBackoffice Testing", "releases")
    await ada.types("Employee Portal Testing", "core-team")
    world.slack.add_channel("audits")
    await ada.types("O'Brien Café Testing", "audits")

    await world.thread("releases").shows("Failed", outdated)
    await world.thread("releases").says(outdated)
    card = await world.thread("core-team").shows("Failed", "Exploded")
    assert list(buttons_of(card)) == ["Retry"]
    await world.thread("audits").shows("Failed", "150 Mb")
    statuses = world.calls("status", "Employee Portal")
    assert statuses >= 2  # an unknown status is believed at the second reading


@pytest.mark.parametrize("product", ["lifetime"], indirect=True)
@pytest.mark.usefixtures("bot")
async def test_a_success_with_an_error_among_its_messages_must_prove_itself(world, ada):
    world.platform.break_down("done_with_error", text="The zip could not be kept.")
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Failed", "The zip could not be kept.")
    assert world.calls("link") >= 1


TOO_BIG = (
    "The resulting source code package has 187 Mb. The maximum size allowed is 150 Mb. "
    "Please refer to documentation on how to overcome this error."
)


async def test_the_deadline_is_a_failure_that_says_so(world, ada):
    world.platform.poll(deadline=timedelta(minutes=1))
    world.platform.break_down("takes", seconds=100)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    card = await thread.shows("Failed", "1 minute")
    await thread.says("did not finish")
    await ada.clicks("Retry", card)
    await world.thread(number=1).gives_link()


@pytest.mark.usefixtures("bot")
async def test_a_platform_that_is_down_for_a_while_is_asked_again(world, ada):
    world.platform.knobs.packaging_seconds = 40
    maintenance = {"status": 503, "text": "Maintenance", "times": None, "lasts": 60}
    world.platform.break_down("answer", call="status", **maintenance)
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.shows("is asked again", "Maintenance")
    await thread.gives_link()
    card = await thread.shows("Ready")
    assert "Maintenance" not in text_of(card)


@pytest.mark.usefixtures("bot")
async def test_a_platform_that_fails_as_the_package_is_asked_for_or_done_is_asked_again(world, ada):
    link = world.platform.call_name("link")
    world.platform.break_down("drop_before", call="start", times=None, lasts=60)
    world.platform.break_down(
        "answer", call=link, status=503, text="Maintenance", times=None, lasts=60
    )
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("is asked again")
    await world.thread().gives_link()
    await world.thread().shows("Ready")
    assert world.platform.calls.packagings_started == 1


@pytest.mark.usefixtures("bot")
async def test_a_packaging_request_whose_answer_was_lost_is_looked_for_or_journalled(world, ada):
    world.platform.break_down("drop_after", call="start", times=1)
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().gives_link()

    repeated = [] if world.platform.looks_for_packagings else ["packaging"]
    assert world.platform.calls.packagings_started == 1 + len(repeated)
    with sqlite3.connect(world.folder / "bot.sqlite3") as database:
        bodies = database.execute("select body from events where key like 'repeated:%'")
        assert [json.loads(body)["effect"] for (body,) in bodies] == repeated


@pytest.mark.usefixtures("bot")
async def test_an_unknown_status_once_is_no_failure(world, ada):
    world.platform.break_down("status_value", value="Pondering", times=1)
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().gives_link()


@pytest.mark.parametrize("product", ["odc"], indirect=True)
@pytest.mark.parametrize("kind", ["finished_without_uri", "status_value"])
async def test_retry_asks_anew_for_what_came_to_nothing_that_anybody_can_use(world, ada, kind):
    odd = world.platform.break_down(kind, value="Odd", times=None)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    failed = await world.thread().shows("Failed")
    world.platform.knobs.faults.remove(odd)
    odd = world.platform.break_down(kind, value="Odd", times=1)
    await ada.clicks("Retry", failed)
    await world.thread(number=1).gives_link()
    assert world.calls("start") == 2


@pytest.mark.parametrize("slow", [0, 25])
async def test_a_platform_that_answers_slowly_has_no_more_time_for_it(world, ada, slow):
    world.platform.poll(deadline=timedelta(minutes=2))
    world.hold_packagings()
    await world.start_bot()
    world.platform.break_down("slow", call="status", seconds=slow, times=None)
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Packaging.")
    began = world.clock.now()
    await world.thread().shows("Failed", "2 minutes")
    assert world.clock.now() - began < timedelta(minutes=3)
