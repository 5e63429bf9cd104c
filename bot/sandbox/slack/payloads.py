"""The payloads that Slack sends for commands, clicks and events."""

from __future__ import annotations

from bot.sandbox.slack.json_views import message_json
from bot.sandbox.slack.records import (
    APP_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    JsonObject,
    Message,
    User,
)

VERIFICATION_TOKEN = "sandbox-verification-token"
_SHOWN_NAME = {"private": "privategroup", "im": "directmessage", "mpim": "mpdm"}


def shown_name(channel: Channel) -> str:
    """Give the channel name as payloads have it: hidden where the channel is not public."""
    return _SHOWN_NAME.get(channel.kind, channel.name)


def command_payload(
    user: User, channel: Channel, command: str, text: str, answers: tuple[str, str]
) -> dict[str, str]:
    """Write a slash command; `answers` are its trigger id and `response_url`."""
    trigger_id, response_url = answers
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": shown_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def click_payload(
    user: User,
    channel: Channel,
    message: Message,
    action: JsonObject,
    answers: tuple[str, str],
) -> JsonObject:
    """Write a block action; the message is left out when only one person sees it, as in Slack."""
    trigger_id, response_url = answers
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    payload: JsonObject = {
        "type": "block_actions",
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "container": container,
        "trigger_id": trigger_id,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": shown_name(channel)},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    if message.ephemeral_to is None:
        payload["message"] = message_json(message)
    return payload


def event_payload(event: JsonObject, event_id: str, event_time: int) -> JsonObject:
    """Write an event as the Events API does."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [{"team_id": TEAM_ID, "is_bot": True, "is_enterprise_install": False}],
    }
