"""The connection over Socket Mode: what brings it back, and how it ends."""

from __future__ import annotations

import logging

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Fault
from bot.settings import Secret, SlackSettings
from bot.slack.bolt import bolt_app
from bot.slack.socket_mode import SocketMode

OPEN = "apps.connections.open"


@pytest.fixture
def app(slack, session):
    slack.knobs.enforce_rate_limits = False
    settings = SlackSettings(
        bot_token=Secret(value=slack.bot_token),
        app_token=Secret(value=slack.app_token),
        api_url=slack.api_url,
    )
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    return bolt_app(settings, client)


@pytest.fixture
async def socket(slack, app):
    mode = SocketMode(app, slack.app_token, look_every=0.01)
    yield mode
    await mode.stop()


@pytest.mark.parametrize("kind", ["drop_before", "http_500", "error"])
async def test_a_slack_that_gives_no_connection_is_asked_until_it_does(slack, socket, kind):
    fault = slack.inject(Fault(OPEN, kind, times=None))
    await socket.start()
    await slack.wait_until(lambda: fault.hits >= 5)
    assert await socket.check() == "Socket Mode is not connected."

    slack.knobs.clear()
    await slack.connected()


async def test_stopping_without_a_slack_raises_nothing(slack, app):
    fault = slack.inject(Fault(OPEN, "error", times=None))
    socket = SocketMode(app, slack.app_token, look_every=0.01)
    await socket.start()
    await slack.wait_until(lambda: fault.hits >= 3)

    await socket.stop()

    assert await socket.check() == "Socket Mode is not connected."
    assert slack.sockets.open_connections() == []


async def test_stopping_while_it_reconnects_logs_no_error(slack, app, session, caplog):
    socket = SocketMode(app, slack.app_token)
    await socket.start()
    await slack.connected()
    fault = slack.inject(Fault(OPEN, "delay", seconds=8.0))
    await slack.disconnect_sockets()
    await slack.wait_until(lambda: fault.hits)

    with caplog.at_level(logging.WARNING):
        await socket.stop()
        await session.close()

    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []
    assert slack.sockets.open_connections() == []
