"""The demo's page in a headless browser, with a bot that does what a test tells it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.demo import DemoPage, Stage
from bot.sandbox.server import LoopbackServer

CHROMIUM = os.environ.get("SAST_SOURCE_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class ScriptedBot:
    """Takes what Slack delivers, answers commands with `on_command`, and posts as the bot."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.slack = stage.slack
        self.client = AsyncWebClient(token=stage.slack.bot_token, base_url=stage.slack.api_url)
        self.clicks = []
        self.commands = []
        self.on_command = None

    async def deliver(self, request):
        form = await request.post()
        if "payload" in form:
            payload = json.loads(form["payload"])
            self.clicks.append((payload["user"]["name"], payload["actions"][0]["action_id"]))
        else:
            self.commands.append((form["user_name"], form["text"]))
            if self.on_command is not None:
                await self.on_command(form)
        return web.Response()

    async def post(self, text="", blocks=None, channel="releases", **more):
        """Post a message and give its ts."""
        posted = await self.client.chat_postMessage(
            channel=self.slack.channel(channel).id, text=text, blocks=blocks or [], **more
        )
        return posted["ts"]


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    made.slack.knobs.enforce_rate_limits = False
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def demo_page(stage) -> AsyncIterator[DemoPage]:
    page = DemoPage(stage)
    await page.start()
    yield page
    await page.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def bot(stage) -> AsyncIterator[ScriptedBot]:
    scripted = ScriptedBot(stage)
    application = web.Application()
    application.router.add_post("/slack/events", scripted.deliver)
    server = LoopbackServer(application)
    stage.slack.connect_http(f"{await server.start()}/slack/events")
    yield scripted
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; SAST_SOURCE_CHROMIUM may name one")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser, demo_page):
    """Open the page as somebody, and fail the test for any error that the page meets."""
    errors = []
    contexts = []

    async def open_page(place="#ada/releases", **context) -> Page:
        opened = await browser.new_context(**context)
        contexts.append(opened)
        page = await opened.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        await page.goto(demo_page.url + place)
        await page.locator(".entry[aria-current]").wait_for(state="attached")
        return page

    yield open_page
    for opened in contexts:
        await opened.close()
    assert errors == []
