"""One bot, both products: it finds out where, asks where it cannot know, and needs only one."""

from __future__ import annotations

import pytest

from tests.acceptance.reading import WITHIN, buttons_of, text_of


@pytest.fixture
def products():
    return ["lifetime", "odc"]


@pytest.fixture
async def both(world):
    """Give LifeTime and ODC, each with an application that the other has not."""
    lifetime, odc = world.platforms
    lifetime.add("Payroll", "Testing", "3.0.0")
    odc.add("Supplier Portal", "Testing", "2.0.0")
    await world.start_bot()
    return lifetime, odc


async def test_what_exists_on_one_is_found_without_saying_where(world, both, ada, bruno):
    lifetime, odc = both
    await ada.types("Payroll Testing", "releases")
    await bruno.types("Supplier Portal Testing", "core-team")
    await world.thread("releases").shows("Ready", "LifeTime", "3.0.0")
    await world.thread("core-team").shows("Ready", "ODC", "2.0.0")
    assert len(lifetime.calls.named("start")) == len(odc.calls.named("start")) == 1


@pytest.mark.usefixtures("both")
async def test_what_exists_on_both_is_a_question_with_buttons(world, ada):
    await ada.types("EmployeeBackoffice Testing")
    told = await ada.is_told("--on")
    assert list(buttons_of(told)) == [
        "EmployeeBackoffice in Testing on LifeTime",
        "EmployeeBackoffice in Testing on ODC",
    ]
    assert world.slack.messages("releases") == []
    await ada.clicks("EmployeeBackoffice in Testing on ODC", told)
    await world.thread().shows("Ready", "ODC")


@pytest.mark.usefixtures("both")
async def test_the_answer_can_be_given_beforehand(world, ada, bruno):
    await ada.types("EmployeeBackoffice Testing --on odc", "releases")
    await bruno.types("--on=LifeTime EmployeeBackoffice Testing", "core-team")
    await world.thread("releases").shows("Ready", "ODC")
    await world.thread("core-team").shows("Ready", "LifeTime")
    await ada.types("EmployeeBackoffice Testing --on Mars")
    told = await ada.is_told("No platform")
    assert "LifeTime" in text_of(told)
    assert "ODC" in text_of(told)


@pytest.mark.usefixtures("both")
async def test_a_revision_is_looked_for_where_there_are_any(world, ada):
    await ada.types("EmployeeBackoffice Testing --revision 9")
    await world.thread().shows("Ready", "ODC", "revision 9")


@pytest.mark.parametrize("away", [0, 1], ids=["LifeTime", "ODC"])
async def test_one_that_is_away_stops_no_other_and_is_named(world, both, ada, away):
    there = both[1 - away]
    both[away].break_down("answer", status=503, text="Maintenance", times=None)
    name = "Supplier Portal" if there.name == "ODC" else "Payroll"
    await ada.types(f"{name} Testing")
    card = await world.thread().shows("Ready", there.name)
    assert f"{both[away].name} could not be searched" in text_of(card)

    await ada.types("Nowhere Testing", "core-team")
    told = await ada.is_told("could not be searched")
    assert "Maintenance" in text_of(told)
    assert text_of(told).index("It may be there. Try again") < text_of(told).index("Nothing is")
    await ada.types(f"Nowhere Testing --on {there.name}", "core-team")
    await ada.is_told("Nothing is called")


@pytest.mark.parametrize("away", [0, 1], ids=["LifeTime", "ODC"])
async def test_a_guess_and_a_choice_are_offered_although_one_is_away(world, both, ada, away):
    there = both[1 - away]
    both[away].break_down("answer", status=503, text="Maintenance", times=None)
    name = "Supplier Portal" if there.name == "ODC" else "Payroll"
    await ada.types(f"{name[:-1]} Testin")
    told = await ada.is_told("Did you mean")
    assert f"{both[away].name} could not be searched" in text_of(told)
    await ada.clicks(f"{name} in Testing", told)
    card = await world.thread().shows("Ready", there.name)
    assert "could not be searched" not in text_of(card)  # the button said where


async def test_a_question_stays_one_although_a_platform_goes_away(world, both, ada):
    await ada.types("EmployeeBackoffice Testing")
    await ada.is_told("--on")
    both[1].break_down("answer", status=503, text="Maintenance", times=None)
    world.clock.skip(60)
    before = len(world.slack.ephemerals("ada"))
    await ada.types("EmployeeBackoffice Testing")
    await world.slack.wait_until(
        lambda: [m for m in world.slack.ephemerals("ada")[before:] if buttons_of(m)], within=WITHIN
    )
    assert world.slack.messages("releases") == []


async def test_one_that_hangs_holds_up_no_other(world, both, ada):
    both[1].break_down("hang", call="environments", times=None)
    await ada.types("Payroll Testing")
    card = await world.thread().shows("Ready", "LifeTime")
    assert "ODC could not be searched" in text_of(card)


@pytest.mark.usefixtures("both")
async def test_what_is_on_another_platform_than_was_named_is_offered_there(world, ada):
    await ada.types("Payroll Testing --on ODC")
    told = await ada.is_told("Payroll in Testing is not on ODC, but on LifeTime")
    await ada.clicks("Payroll in Testing", told)
    await world.thread().shows("Ready", "LifeTime")


async def test_a_revision_is_not_denied_while_those_who_may_have_it_are_away(both, ada):
    both[1].break_down("answer", status=503, text="Maintenance", times=None)
    await ada.types("Payroll --revision 3")
    told = await ada.is_told("could not be looked up")
    assert "Maintenance" in text_of(told)
    assert "no revisions" not in text_of(told)
