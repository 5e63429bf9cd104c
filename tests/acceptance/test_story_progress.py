"""The card and the thread while a retrieval goes well."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.acceptance.reading import buttons_of, links_in, text_of


@pytest.mark.usefixtures("bot")
async def test_the_thread_tells_each_change_once_and_the_link_mentions_who_asked(
    world, ada, browser
):
    world.hold_packagings()
    outcome = await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()

    card = await thread.shows(
        "Packaging", "EmployeeBackoffice", "Testing", world.platform.name, "1.4.0"
    )
    assert outcome.acknowledged
    assert outcome.response_type == "ephemeral"
    assert ada.mention in text_of(card)
    assert "<!date^" in text_of(card)
    assert list(buttons_of(card)) == ["Cancel"]
    started = await thread.says("has begun to package")
    world.clock.skip(300)
    progress = []
    if world.platform.says_how_far:
        progress.append(await thread.says("says while packaging"))
    first = [text_of(one) for one in progress]

    world.end_packagings()
    link = await thread.gives_link()
    card = await thread.shows("Ready")
    assert "Cancel" not in buttons_of(card)
    for one, before in zip(progress, first, strict=True):
        await world.slack.wait_until(lambda one=one: "5 messages" in text_of(one))
        assert text_of(one) != before
        assert one.updates >= 1
    [delivered] = [one for one in thread.replies if links_in(one)]
    assert [started, *progress, delivered] == thread.replies
    assert delivered.updates == 0
    assert ada.mention in text_of(delivered)
    assert "EmployeeBackoffice-Testing-1.4.0.zip" in text_of(delivered)
    assert "<!date^" in text_of(delivered)
    assert delivered in world.slack.notified("ada")
    assert (delivered.unfurl_links, delivered.unfurl_media) == (False, False)
    assert link not in delivered.text

    async with browser.get(link) as answer:
        assert answer.status == 200
        assert "EmployeeBackoffice-Testing-1.4.0.zip" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert zipfile.ZipFile(io.BytesIO(await answer.read())).testzip() is None


@pytest.mark.parametrize("product", ["lifetime"], indirect=True)
@pytest.mark.usefixtures("bot")
async def test_the_card_warns_of_an_old_platform_and_of_a_modified_application(world, ada):
    await ada.types("EmployeeMobile User Acceptance", "releases")
    await ada.types("Employee Portal Testing", "core-team")

    card = await world.thread("releases").shows("Ready", "Warning")
    assert "11.26.1" in text_of(card)
    assert "11.27.0" in text_of(card)
    card = await world.thread("core-team").shows("Ready", "Warning")
    assert "2.0.3" in text_of(card)
    assert "changed" in text_of(card)


@pytest.mark.usefixtures("bot")
async def test_a_package_that_is_there_at_once_needs_no_word_of_packaging(world, ada):
    world.platform.knobs.packaging_seconds = 0
    world.platform.be_silent()
    await ada.types("EmployeeBackoffice Testing")

    await world.thread().gives_link()
    card = await world.thread().shows("Ready")
    assert "thread" in text_of(card)
    assert len(world.thread().links) == 1
