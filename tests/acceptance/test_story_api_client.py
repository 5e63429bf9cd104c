"""The API client by which ODC lets the bot in: its tokens, and its end."""

from __future__ import annotations

import pytest

from tests.acceptance.reading import buttons_of, text_of


@pytest.fixture
def products():
    return ["odc"]


@pytest.mark.usefixtures("bot")
async def test_a_token_that_ends_in_the_middle_is_renewed_once_and_nobody_notices(world, ada):
    world.hold_packagings()
    channels = ["releases", "core-team", "partner-acme"]
    names = ["EmployeeBackoffice", "EmployeeMobile", "Employee Portal"]
    for name, channel in zip(names, channels, strict=True):
        await ada.types(f"{name} Testing", channel)
        await world.thread(channel).shows("Packaging.")
    before = world.platform.calls.tokens_given
    world.platform.sandbox.expire_tokens()
    world.end_packagings()
    for channel in channels:
        await world.thread(channel).shows("Ready")
    assert before == 1
    assert world.platform.calls.tokens_given == 2
    assert "is asked again" not in " ".join(text_of(one) for one in world.slack.world.posted)


@pytest.mark.usefixtures("bot")
async def test_a_suspended_client_is_said_in_words_with_where_to_look(world, ada):
    world.platform.sandbox.suspend_client()
    await ada.types("EmployeeBackoffice Testing")
    told = await ada.is_told("API client")
    assert "suspended" in text_of(told)
    assert world.slack.messages("releases") == []
    world.platform.sandbox.resume_client()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().gives_link()


@pytest.mark.usefixtures("bot")
async def test_what_the_platform_says_is_shown_with_its_code_and_trace_id_and_kept(world, ada):
    said = "Integration with SAST tools is not available in Personal Edition."
    world.platform.break_down("personal_edition", text=said)
    await ada.types("EmployeeBackoffice Testing")
    card = await world.thread().shows("Failed", said, "trace id", "OS-")
    assert list(buttons_of(card)) == ["Retry"]
    [problem] = [line for line in world.log if line["event"] == "platform_error"]
    assert problem["trace_id"] in text_of(card)
