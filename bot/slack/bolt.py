"""Bolt's app, for Socket Mode and HTTP mode alike, and who we are in the workspace."""

from __future__ import annotations

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.settings import SlackSettings

log = structlog.get_logger()

_NOT_OURS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)


def bolt_app(settings: SlackSettings, client: AsyncWebClient) -> AsyncApp:
    """Build Bolt's app. It verifies signatures in HTTP mode; Socket Mode needs none."""
    secret = settings.signing_secret.read().get_secret_value() if settings.signing_secret else ""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt's own asks Slack first, and nothing may stand before an acknowledgement.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    # Its own client has no token, so that Bolt does not look for one of its own beside ours.
    nameless = AsyncWebClient(base_url=client.base_url, session=client.session)
    return AsyncApp(
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
    try:
        await client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error", "")
        if code in _NOT_OURS:
            raise SettingsError(
                f"SLACK_BOT_TOKEN is not accepted by Slack ({code}). Copy the Bot User OAuth "
                "Token from the app's page, under OAuth & Permissions."
            ) from error
        log.warning("slack_token_not_checked", reason=code)
    except (OSError, TimeoutError) as error:
        log.warning("slack_token_not_checked", reason=type(error).__name__)
