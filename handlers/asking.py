"""Who asks, where, and how to answer: read out of Slack's payloads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import SecretStr

from bot.domain.value import ChannelId, SlackUserId
from bot.errors import RequestRefused
from bot.service import Asker
from bot.slack.message import Message

Payload = Mapping[str, Any]
#: Says something privately through a response_url, at most once.
Say = Callable[[SecretStr, Message], Awaitable[None]]


def from_command(body: Payload) -> Asker:
    """Read the payload of a slash command.

    https://docs.slack.dev/interactivity/implementing-slash-commands/
    """
    return Asker(
        user=SlackUserId(body["user_id"]),
        team=body.get("team_id", ""),
        channel=ChannelId(body["channel_id"]),
        trigger=body["trigger_id"],
        response_url=_secret(body.get("response_url")),
    )


def from_click(body: Payload) -> Asker:
    """Read the payload of a button. Raises RequestRefused for people of another organisation.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/
    """
    user, team = body["user"], body.get("team") or {}
    team_id = team.get("id", user.get("team_id", ""))
    if user.get("team_id", team_id) != team_id:
        raise RequestRefused("Only people of this workspace can use this button.")
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id", "")
    return Asker(
        user=SlackUserId(user["id"]),
        team=team_id,
        channel=ChannelId(channel),
        trigger=body["trigger_id"],
        response_url=_secret(body.get("response_url")),
    )


def _secret(url: str | None) -> SecretStr | None:
    return SecretStr(url) if url else None
