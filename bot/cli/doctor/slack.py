"""Whether Slack takes our tokens, and what it lets us do."""

from __future__ import annotations

from bot.cli.doctor.clocks import clock_finding
from bot.cli.doctor.finding import Finding, blocked, ok
from bot.cli.doctor.scopes import scope_findings
from bot.cli.doctor.slack_api import SlackApi
from bot.errors import SlackRefused
from bot.settings import Settings


async def check_bot_token(settings: Settings, slack: SlackApi) -> list[Finding]:
    """Look at the bot token, its scopes, and Slack's clock."""
    subject = "Slack bot token"
    try:
        answer = await slack.ask("auth.test", settings.slack.bot_token.read().get_secret_value())
    except SlackRefused as refusal:
        remedy = (
            "Copy the Bot User OAuth Token (xoxb-…) from the app's page, under OAuth & "
            "Permissions, into SLACK_BOT_TOKEN; if the network is at fault, let this machine "
            "reach slack.com by HTTPS."
        )
        return [blocked(subject, refusal.message, remedy)]
    who, where = answer.body.get("user", "?"), answer.body.get("team", "?")
    return [
        ok(subject, f"Slack knows the bot as @{who} in the workspace {where}."),
        *scope_findings(answer.scopes, is_uploading=settings.public_url is None),
        clock_finding("Slack", answer.ahead),
    ]


async def check_receiving(settings: Settings, slack: SlackApi) -> list[Finding]:
    """Look at what lets us hear from Slack: the app-level token, or the signing secret."""
    if settings.slack.app_token is None:
        return [
            ok(
                "Slack signing secret",
                "HTTP mode: SLACK_SIGNING_SECRET is set. Only a request from Slack can prove that "
                "it is the right one: type `/sast-source help`.",
            )
        ]
    subject = "Slack app-level token"
    try:
        await slack.ask("apps.connections.open", settings.slack.app_token.read().get_secret_value())
    except SlackRefused as refusal:
        remedy = (
            "Generate an app-level token (xapp-…) with the scope connections:write on the app's "
            "page, under Basic Information, and set SLACK_APP_TOKEN to it; Socket Mode must be "
            "turned on there too."
        )
        return [blocked(subject, refusal.message, remedy)]
    return [ok(subject, "Socket Mode: Slack lets us open a connection.")]
