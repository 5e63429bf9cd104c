"""What people type, and what they are told when it is not quite right."""

from __future__ import annotations

import pytest

from bot.domain.policy import Policy
from tests.acceptance.reading import buttons_of, text_of


@pytest.mark.usefixtures("bot")
async def test_what_is_not_a_request_is_answered_at_once_and_privately(world, ada):
    usage = await ada.types("")
    assert "/sast-source EmployeeBackoffice Testing" in usage.text
    help_ = await ada.types("help")
    assert "APPLICATION ENVIRONMENT" in help_.text
    unreadable = await ada.types('"EmployeeBackoffice Testing')
    assert "quotation mark" in unreadable.text
    assert {usage.response_type, help_.response_type, unreadable.response_type} == {"ephemeral"}
    assert world.slack.messages("releases") == []
    assert world.platform.calls == []


@pytest.mark.usefixtures("bot")
async def test_a_guess_is_offered_and_its_button_runs_it(world, ada):
    await ada.types("EmployeBackofice Testin")
    told = await ada.is_told("Did you mean")
    assert world.slack.messages("releases") == []
    await ada.clicks("EmployeeBackoffice in Testing", told)
    await world.thread().gives_link()
    card = await world.thread().shows("Ready", "EmployeeBackoffice in Testing")
    assert ada.mention in text_of(card)


@pytest.mark.usefixtures("bot")
async def test_an_application_that_is_not_there_says_where_it_is(world, ada):
    await ada.types("O'Brien Café User Acceptance")
    told = await ada.is_told("does not run in User Acceptance")
    assert "Development and Testing" in text_of(told)
    await ada.clicks("O'Brien Café in Testing", told)
    await world.thread().gives_link()


@pytest.mark.usefixtures("bot")
async def test_production_is_refused_in_words_that_name_the_setting(world, ada):
    await ada.types("EmployeeBackoffice Production")
    told = await ada.is_told("ALLOW_PRODUCTION")
    assert "Production" in text_of(told)
    assert world.calls("start") == 0
    assert world.slack.messages("releases") == []


async def test_production_is_retrieved_where_the_policy_allows_it(world, ada):
    world.policy = Policy(allow_production=True)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Production")
    await world.thread().gives_link()
    await world.thread().shows("EmployeeBackoffice in Production")
    assert world.calls("start") == 1


@pytest.mark.usefixtures("bot")
async def test_quotes_apostrophes_keys_case_and_spaces_all_name_the_same(world, ada, bruno):
    application = world.platform.application("EmployeeBackoffice")
    environment = world.platform.environment("Testing")
    await ada.types(f"{application.key} {environment.key}", "releases")
    await ada.types("o\u2019brien cafe testing", "core-team")
    await bruno.types("\u201cEmployee Portal\u201d \u201cUser Acceptance\u201d", "partner-acme")
    world.slack.add_channel("audits")
    await bruno.types("Employee Portal User Acceptance", "audits")

    await world.thread("releases").shows("EmployeeBackoffice in Testing")
    await world.thread("core-team").shows("O'Brien Café in Testing")
    await world.thread("partner-acme").shows("Employee Portal in User Acceptance")
    await world.thread("audits").shows("Employee Portal in User Acceptance")


TWIN = "7a1d3f52-0c3e-4d0f-9a75-1b6a6f1d2c33"


@pytest.mark.usefixtures("bot")
async def test_two_of_the_same_name_are_a_question(world, ada):
    twin = world.platform.add("EmployeeBackoffice", "Testing", "9.0.0", key=TWIN)
    await ada.types("EmployeeBackoffice Testing")
    told = await ada.is_told("Choose which one")
    labels = list(buttons_of(told))
    assert len(labels) == 2
    await ada.clicks(next(label for label in labels if twin.key[:4] in label), told)
    await world.thread().shows("9.0.0")


@pytest.mark.usefixtures("bot")
async def test_an_application_that_is_new_since_the_last_look_is_found(world, ada):
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("EmployeeBackoffice")
    world.platform.add("Brand New", "Testing", "0.1.0")
    world.clock.skip(30)
    await ada.types("Brand New Testing")
    await world.thread(number=1).shows("Brand New in Testing")


@pytest.mark.usefixtures("bot")
async def test_a_platform_that_is_down_when_names_are_looked_up_is_said_to_be(world, ada):
    world.platform.break_down("answer", status=503, text="Maintenance until noon", times=None)
    outcome = await ada.types("EmployeeBackoffice Testing")
    assert outcome.seconds < 3
    told = await ada.is_told("Maintenance until noon")
    assert "Try again" in text_of(told)
    assert world.slack.messages("releases") == []
