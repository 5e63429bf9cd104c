"""What cannot be delivered, or can no longer be done, ends in words and never in silence."""

from __future__ import annotations

import pytest

from bot.sandbox.slack import Fault as SlackFault
from tests.acceptance.reading import buttons_of


@pytest.mark.parametrize("product", ["lifetime"], indirect=True)
async def test_uploads_that_slack_turned_off_are_said_with_what_to_do(world, ada):
    world.public_url = None
    refused = SlackFault("files.getUploadURLExternal", "error", error="file_uploads_disabled")
    world.slack.inject(refused)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")

    card = await world.thread().shows("Failed", "uploads", "PUBLIC_URL")
    assert list(buttons_of(card)) == ["Retry"]
    assert refused.hits == 1


async def test_a_platform_that_is_no_longer_configured_ends_its_retrievals_in_words(world, ada):
    world.hold_packagings()
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Packaging.")
    await world.stop_bot()
    world.platform_name = "Another"
    await world.start_bot()

    await world.thread().shows("Failed", f"{world.platform.name} is not configured any more")


@pytest.mark.usefixtures("bot")
async def test_a_permalink_that_slack_does_not_give_holds_nobody_up(world, ada, bruno):
    world.hold_packagings()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Packaging.")
    world.slack.inject(SlackFault("chat.getPermalink", "http_500", times=None))
    await ada.types("EmployeeBackoffice Testing")
    await bruno.types("EmployeeMobile Testing", "core-team")

    await world.thread("core-team").shows("Packaging.")
