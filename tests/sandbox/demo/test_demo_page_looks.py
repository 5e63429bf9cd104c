from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

WEAK_TEXTS = Path(__file__).with_name("weak_texts.js").read_text(encoding="utf-8")
SIDEWAYS = Path(__file__).with_name("sideways.js").read_text(encoding="utf-8")
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*EmployeeBackoffice in Testing*"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": label},
                "action_id": label,
                "style": style,
            }
            for label, style in (("Again", "primary"), ("Cancel", "danger"))
        ],
    },
]


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(stage, bot, visit, scheme):
    ts = await bot.post("Packaging", [*CARD, section(f"<@{bot.slack.user('ada').id}> `code`")])
    await bot.post("It has begun.", thread_ts=ts)
    channel, ada = bot.slack.channel("releases").id, bot.slack.user("ada").id
    await bot.client.chat_postEphemeral(channel=channel, user=ada, text="for your eyes")
    page = await visit(color_scheme=scheme)
    await page.locator(".summary").click()
    await page.get_by_role("button", name="Packaging fails").click()
    await expect(page.get_by_role("status")).to_have_text("LifeTime: Packaging fails")
    for url in (f"{stage.lifetime.url}/x", f"{stage.odc.url}/x"):
        async with aiohttp.ClientSession() as session, session.get(url):
            pass
    for company in ("lifetime", "odc", "slack"):
        await expect(page.locator(f".company-tag.{company}").first).to_be_attached()
    await page.locator("#composer").fill("/s")
    await expect(page.get_by_role("listbox", name="Commands")).to_be_visible()
    assert await page.evaluate(WEAK_TEXTS) == []


async def test_a_phone_shows_one_thing_at_a_time_and_nothing_sideways(bot, visit):
    ts = await bot.post("Packaging", CARD)
    await bot.post("x" * 500, thread_ts=ts)
    page = await visit(viewport={"width": 360, "height": 740}, has_touch=True)
    await expect(page.locator("#thread")).to_be_hidden()
    await expect(page.locator("#backstage-body")).to_be_hidden()
    await page.get_by_role("button", name="1 reply").tap()
    await expect(page.get_by_role("button", name="Again")).to_have_count(2)
    assert await page.evaluate(SIDEWAYS) == []
    await page.get_by_role("button", name="Close the thread").tap()
    await page.get_by_role("button", name="Channels").tap()
    await page.get_by_role("link", name="general").tap()
    await expect(page.get_by_role("heading", name="general", level=2)).to_be_visible()
    await expect(page.locator("#channels")).to_be_hidden()
    await page.get_by_role("button", name="Behind the scenes").tap()
    await expect(page.get_by_role("button", name="Packaging fails")).to_be_visible()
    await page.locator(".companies label").filter(has_text="ODC").tap()
    await expect(page.get_by_role("button", name="Packaging times out")).to_be_visible()
    assert await page.evaluate(SIDEWAYS) == []
    await page.locator("#composer").fill("/")
    await expect(page.get_by_role("option")).to_have_count(7)
    await expect(page.get_by_role("listbox", name="Commands")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("option").first).to_be_in_viewport(ratio=1)
    assert await page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("height", [860, 640])
async def test_a_newcomer_reads_the_welcome_first_and_then_what_comes(bot, visit, height):
    page = await visit(viewport={"width": 1360, "height": height})
    await expect(page.get_by_text("Welcome. Source code for SAST")).to_be_in_viewport(ratio=1)
    async with page.expect_response("**/act/write"):
        await page.keyboard.press("Enter")
    await bot.post("Packaging", CARD)
    card = page.locator("#messages").get_by_role("button", name="Cancel")
    await expect(card).to_be_in_viewport()
