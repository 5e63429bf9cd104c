"""ODC's links are pre-signed: what that means for people, and for our token."""

from __future__ import annotations

import io
import logging
import zipfile
from datetime import timedelta

import pytest

from bot.domain.policy import LinkVisibility, Policy
from tests.acceptance.reading import WITHIN, buttons_of, text_of


@pytest.fixture
def products():
    return ["odc"]


def address(message):
    """Give where the Download button of a message leads."""
    return buttons_of(message)["Download"]["url"]


async def zip_from(browser, url):
    async with browser.get(url) as answer:
        assert answer.status == 200, await answer.text()
        return zipfile.ZipFile(io.BytesIO(await answer.read()))


async def test_without_an_address_of_ours_the_platforms_own_link_is_posted(
    world, ada, bruno, browser
):
    world.public_url = None
    world.policy = Policy(link_lifetime=timedelta(minutes=30))
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    delivered = await world.thread().says("the platform's own link")
    first = address(delivered)
    assert first.startswith(world.platform.sandbox.storage_url)
    assert "cannot be revoked" in text_of(delivered)
    assert (delivered.unfurl_links, delivered.unfurl_media) == (False, False)
    assert first not in delivered.text
    assert (await zip_from(browser, first)).testzip() is None

    await world.thread().shows("Ready")
    world.clock.skip(1800)
    await world.thread().shows("Expired")
    await world.slack.wait_until(lambda: list(buttons_of(delivered)) == ["New link"])
    await bruno.clicks("New link", delivered)
    await world.slack.wait_until(
        lambda: [one for one in world.thread().replies if "Download" in buttons_of(one)],
        within=WITHIN,
    )
    [renewed] = [one for one in world.thread().replies if "Download" in buttons_of(one)]
    assert address(renewed) != first
    assert bruno.mention in text_of(renewed)
    assert world.calls("start") == 1
    assert first not in world.log_stream.getvalue()


async def test_where_only_the_requester_may_have_it_it_goes_by_direct_message(world, ada):
    world.public_url = None
    world.policy = Policy(link_visibility=LinkVisibility.REQUESTER)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Ready", "by direct message")
    assert all("Download" not in buttons_of(one) for one in world.thread().replies)
    direct = world.slack.messages(world.slack.direct("ada"), threads=True)
    assert [one for one in direct if "Download" in buttons_of(one)]


async def test_in_a_channel_shared_with_others_it_goes_by_direct_message(world, ada):
    world.public_url = None
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing", "partner-acme")
    await world.thread("partner-acme").shows("Ready", "by direct message")
    assert all("Download" not in buttons_of(one) for one in world.thread("partner-acme").replies)


async def test_the_link_is_in_its_message_and_nowhere_else(world, ada):
    logging.getLogger().setLevel(logging.DEBUG)
    world.public_url = None
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().says("the platform's own link")
    await world.thread().shows("Ready")
    files = [one.read_bytes() for one in world.folder.iterdir() if "sqlite3" in one.name]
    secrets = [*world.platform.link_secrets, *world.platform.secrets]
    assert len(secrets) > 2
    for secret in secrets:
        assert secret not in world.log_stream.getvalue()
        assert not any(secret.encode() in one for one in files)


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("aws", "The platform's own link ends then"),
        ("azure", "The platform's own link ends then"),
        ("expires", "The platform's own link ends then"),
        ("none", "The platform names no end for its own link"),
    ],
)
async def test_the_message_says_which_rule_ends_the_link(world, ada, style, said):
    world.platform.knobs.link_style = style
    world.platform.knobs.link_seconds = 600
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().gives_link()
    await world.thread().says(said)
    if style != "none":
        world.clock.skip(600)
        await world.thread().shows("Expired")


async def test_a_link_that_storage_refuses_is_asked_for_anew_once(world, ada, browser):
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    link = await world.thread().gives_link()
    for kind in ("dead_link", "xml_error"):
        fault = world.platform.break_down(kind, times=1)
        assert (await zip_from(browser, link)).testzip() is None
        assert fault.bites == 1
    assert world.platform.calls.tokens_sent_to_storage == 0


@pytest.mark.usefixtures("bot")
async def test_a_package_without_an_address_is_waited_for_and_then_a_failure(world, ada):
    world.platform.break_down("finished_without_uri", times=1)
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").gives_link()
    world.platform.break_down("finished_without_uri", times=None)
    await ada.types("EmployeeMobile Testing", "core-team")
    card = await world.thread("core-team").shows("Failed", "Finished")
    assert list(buttons_of(card)) == ["Retry"]
