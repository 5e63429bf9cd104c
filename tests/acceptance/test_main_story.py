"""`/sast-source EmployeeBackoffice Testing`, from the line to the downloaded package."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest


def text_of(message) -> str:
    return f"{message.text} {json.dumps(message.blocks, ensure_ascii=False)}"


def link_in(message) -> str:
    return re.search(r"http://127\.0\.0\.1:\d+/download/[\w-]+", text_of(message))[0]


@pytest.mark.usefixtures("bot")
async def test_a_line_becomes_a_link_in_the_thread_that_downloads_the_package(world, browser):
    outcome = await world.slack.slash_command(
        "ada", "releases", "/sast-source", "EmployeeBackoffice Testing"
    )
    await world.slack.wait_until(
        lambda: any("/download/" in text_of(m) for m in _thread(world)), within=30
    )

    assert outcome.acknowledged
    [card] = world.slack.messages("releases")
    assert "EmployeeBackoffice" in text_of(card)
    link = next(m for m in _thread(world) if "/download/" in text_of(m))
    async with browser.get(link_in(link)) as answer:
        assert answer.status == 200
        assert "EmployeeBackoffice-Testing" in answer.headers["Content-Disposition"]
        body = await answer.read()
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    await world.slack.wait_until(lambda: "Ready" in text_of(world.slack.messages("releases")[0]))


def _thread(world):
    cards = world.slack.messages("releases")
    return world.slack.replies("releases", cards[0].ts)[1:] if cards else []
