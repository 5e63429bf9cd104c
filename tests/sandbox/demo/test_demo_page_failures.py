"""What fails is chosen on the demo's page, and shown there."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_fails_is_chosen_and_the_calls_are_shown(stage, visit):
    page = await visit()
    await page.get_by_role("button", name="Token refused").click()
    await expect(page.get_by_role("status")).to_have_text("LifeTime: Token refused")
    url = f"{stage.lifetime.url}/lifetimeapi/rest/v2/environments/"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 403
    row = page.get_by_role("row").filter(has_text="GET environments")
    await expect(row).to_contain_text("403")
    await page.get_by_role("button", name="20 times as fast").click()
    await expect(page.get_by_role("button", name="20 times as fast")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert stage.clock.speed == 20


async def test_failures_are_chosen_company_by_company_with_the_keyboard(stage, visit):
    page = await visit()
    failures = page.locator("#failures")
    await expect(failures.get_by_role("button", name="Package too large")).to_be_visible()
    await page.get_by_role("radio", name="LifeTime").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="ODC")).to_be_checked()
    await expect(failures.get_by_role("button", name="Package too large")).to_have_count(0)
    await page.keyboard.press("Tab")
    await expect(failures.get_by_role("button", name="All well")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("ODC: Packaging is slow")
    await expect(failures.get_by_role("button", name="Packaging is slow")).to_be_focused()
    assert [fault.kind for fault in stage.odc.knobs.faults] == ["takes"]
    assert stage.lifetime.knobs.faults == []


async def test_a_failure_that_somebody_else_chose_is_shown_where_it_stands(stage, visit):
    page = await visit()
    await stage.fail("Slack is down")
    await expect(page.get_by_role("radio", name="Slack")).to_be_checked()
    chosen = page.locator("#failures").get_by_role("button", name="Slack is down")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("radio", name="ODC").check()
    await expect(page.get_by_role("status")).to_have_text("Slack is down")
    await page.locator("#failures").get_by_role("button", name="All well").click()
    await expect(page.get_by_role("radio", name="ODC")).to_be_checked()


async def test_when_the_demo_ends_the_page_says_so(browser, demo_page):
    page = await (await browser.new_context()).new_page()
    await page.goto(demo_page.url)
    await page.locator(".entry[aria-current]").wait_for()
    await demo_page.stop()
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
