"""The tokens, as they are looked at before the bot starts."""

from __future__ import annotations

import logging

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.sandbox.slack import Fault
from bot.settings import Secret, SlackSettings
from bot.slack.bolt import bolt_app, check_app_token, check_token


@pytest.fixture
def client(slack, session):
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


async def test_tokens_that_slack_knows_are_accepted(slack, client):
    await check_token(client)
    await check_app_token(client, Secret(value=slack.app_token))


@pytest.mark.parametrize(
    ("token", "code"),
    [("xapp-wrong", "invalid_auth"), ("xoxb-sandbox", "not_allowed_token_type")],
)
async def test_a_wrong_app_token_is_named(client, token, code):
    with pytest.raises(SettingsError, match=rf"^SLACK_APP_TOKEN .*\({code}\)"):
        await check_app_token(client, Secret(value=token))


@pytest.mark.parametrize("code", ["not_authed", "token_revoked", "missing_scope"])
async def test_an_app_token_that_was_good_once_is_named(slack, client, code):
    slack.inject(Fault("apps.connections.open", "error", error=code))

    with pytest.raises(SettingsError, match=rf"^SLACK_APP_TOKEN .*\({code}\).*connections:write"):
        await check_app_token(client, Secret(value=slack.app_token))


async def test_a_wrong_bot_token_is_named(client):
    client.token = "xoxb-wrong"

    with pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN .*\(invalid_auth\)"):
        await check_token(client)


@pytest.mark.parametrize("kind", ["drop_before", "http_500", "error", "ratelimited"])
async def test_a_slack_that_does_not_answer_is_no_reason_not_to_start(slack, client, kind):
    slack.inject(Fault("*", kind, times=None))

    await check_token(client)
    await check_app_token(client, Secret(value=slack.app_token))


async def test_without_an_app_token_slack_is_asked_nothing(slack, client):
    await check_app_token(client, None)

    assert slack.calls == []


async def test_a_token_in_the_environment_causes_no_warning(slack, client, monkeypatch, caplog):
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)

    with caplog.at_level(logging.WARNING):
        bolt_app(SlackSettings(bot_token=Secret(value=slack.bot_token)), client)

    assert caplog.messages == []
