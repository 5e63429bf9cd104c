from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.domain.policy import LinkVisibility
from bot.sandbox.slack import SandboxSlack
from bot.settings import Secret, SlackSettings
from bot.slack.bolt import bolt_app
from bot.slack.budgets import Budgets
from bot.slack.calls import Calls
from bot.slack.publisher import Publisher
from bot.slack.socket_mode import SocketMode
from tests.slack.samples import request, retrieval
from tests.steady_clock import SteadyClock


class Breaks:
    """A service whose store is gone."""

    async def request(self, *_, **__):
        raise RuntimeError("the disk is full")

    async def cancel(self, *_):
        raise RuntimeError("the disk is full")


@pytest.fixture
async def slack():
    sandbox = SandboxSlack(SteadyClock(40.0))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def outcomes():
    """Queue what was observed of Slack, as (method, outcome)."""
    return asyncio.Queue()


@pytest.fixture
async def client(slack):
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


@pytest.fixture
def publisher(slack, client, outcomes):
    def observe(method, outcome, _):
        outcomes.put_nowait((method, outcome))

    calls = Calls(client, clock=slack.clock, budgets=Budgets(slack.clock), observe=observe)
    return Publisher(
        calls=calls,
        session=client.session,
        clock=slack.clock,
        observe=observe,
        visibility=LinkVisibility.THREAD,
    )


@pytest.fixture
async def serve(slack, client, publisher):
    """Connect the handlers, with the given service behind them, to the sandbox."""
    sockets = []

    async def serve(service):
        settings = SlackSettings(
            bot_token=Secret(value=slack.bot_token),
            app_token=Secret(value=slack.app_token),
            api_url=slack.api_url,
        )
        app = bolt_app(settings, client)
        handlers.register(app, service, publisher.say)
        sockets.append(SocketMode(app, slack.app_token))
        await sockets[-1].start()
        await slack.connected()

    yield serve
    for socket in sockets:
        await socket.stop()


@pytest.fixture
async def card(slack, publisher):
    """Post a card with a cancel button in #releases."""
    asked = request(at=slack.clock.now(), channel=slack.channel("releases").id)
    await publisher.post_card(
        retrieval(asked=asked).model_copy(update={"card": None}), "card", asked.channel
    )
    [message] = slack.messages("releases")
    return message


@pytest.fixture
def broken():
    return Breaks()
