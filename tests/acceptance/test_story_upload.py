"""Without an address of our own: the package as a file of Slack's."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.domain.policy import LinkVisibility, Policy
from tests.acceptance.reading import WITHIN, buttons_of, links_in, text_of

pytestmark = pytest.mark.parametrize("product", ["lifetime"], indirect=True)


def shared_in(world, place):
    messages = world.slack.messages(place, threads=True)
    return [file for one in messages for file in one.files]


async def test_the_package_is_shared_in_the_thread_deleted_at_its_end_and_shared_again(
    world, ada, bruno
):
    world.public_url = None
    world.platform.knobs.package_bytes = 3_000_000
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    notice = await thread.says("is the file above")
    [file] = shared_in(world, "releases")
    body = world.slack.file_bytes(file.id)
    assert len(body) == file.size == 3_000_000
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    assert file.name == "EmployeeBackoffice-Testing-1.4.0.zip"
    assert "3.0 MB" in text_of(notice)
    assert ada.mention in text_of(notice)
    assert thread.links == []

    await thread.shows("Ready")
    world.clock.skip(3600)
    await thread.shows("Expired")
    assert file.deleted
    await world.slack.wait_until(lambda: list(buttons_of(notice)) == ["New link"])
    await bruno.clicks("New link", notice)
    await world.slack.wait_until(lambda: len(shared_in(world, "releases")) == 2, within=WITHIN)
    await thread.shows("Ready")
    again = shared_in(world, "releases")[1]
    assert world.slack.file_bytes(again.id) == body
    assert world.calls("start") == 1


async def test_where_only_the_requester_may_have_it_the_file_goes_by_direct_message(world, ada):
    world.public_url = None
    world.policy = Policy(link_visibility=LinkVisibility.REQUESTER)
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().shows("Ready", "by direct message")
    assert shared_in(world, "releases") == []
    assert len(shared_in(world, world.slack.direct("ada"))) == 1
    await world.thread().says("went to")
    messages = world.slack.messages(world.slack.direct("ada"), threads=True)
    assert not [one for one in messages if links_in(one)]
