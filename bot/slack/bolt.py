"""Bolt's app, for Socket Mode and HTTP mode alike, and who we are in the workspace."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger import get_bolt_logger
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SettingsError
from bot.settings import Secret, SlackSettings

log = structlog.get_logger()

_NOT_OURS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "not_allowed_token_type",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "no_permission",
    }
)


def bolt_app(settings: SlackSettings, client: AsyncWebClient) -> AsyncApp:
    """Build Bolt's app. It verifies signatures in HTTP mode; Socket Mode needs none."""
    secret = settings.signing_secret.read().get_secret_value() if settings.signing_secret else ""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt's own asks Slack first, and nothing may stand before an acknowledgement.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    # Bolt reads SLACK_BOT_TOKEN from the environment, and warns that it will not be used.
    get_bolt_logger(AsyncApp).addFilter(_is_worth_logging)
    # Its own client has no token, so that Bolt does not look for one of its own beside ours.
    nameless = AsyncWebClient(base_url=client.base_url, session=client.session)
    return AsyncApp(
        name="sast-source",  # or Bolt reads every source file on the stack to find one
        client=nameless,
        signing_secret=secret,
        authorize=authorize,
        request_verification_enabled=settings.app_token is None,
        ignoring_self_events_enabled=False,
    )


async def check_token(client: AsyncWebClient) -> None:
    """Ask Slack whether it knows the bot token. Raises SettingsError where it says no.

    A Slack that does not answer is no reason not to start.
    """
    await _check(
        "SLACK_BOT_TOKEN",
        client.auth_test(),
        "Copy the Bot User OAuth Token from the app's page, under OAuth & Permissions.",
    )


async def check_app_token(client: AsyncWebClient, app_token: Secret | None) -> None:
    """Ask Slack for a connection with the app-level token; in HTTP mode there is none to ask with.

    Raises SettingsError where Slack says no, and where the token's file cannot be read.
    """
    if app_token is None:
        return
    token = app_token.read().get_secret_value()
    await _check(
        "SLACK_APP_TOKEN",
        client.apps_connections_open(app_token=token),
        "Copy an app-level token with the scope connections:write from the app's page, under "
        "Basic Information.",
    )


async def _check(name: str, asked: Awaitable[AsyncSlackResponse], way_on: str) -> None:
    try:
        await asked
    except SlackApiError as error:
        code = error.response.get("error", "")
        if code in _NOT_OURS:
            raise SettingsError(f"{name} is not accepted by Slack ({code}). {way_on}") from error
        log.warning("slack_token_not_checked", setting=name, reason=code)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("slack_token_not_checked", setting=name, reason=type(error).__name__)


def _is_worth_logging(record: logging.LogRecord) -> bool:
    return record.getMessage() != warning_client_prioritized_and_token_skipped()
