"""What Slack makes of a command's text when the manifest says `should_escape`."""

from __future__ import annotations

import re

from bot.sandbox.slack.records import Channel, User
from bot.sandbox.slack.world import World

_TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<domain>\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev)\b(?:/[^\s<>]*)?)"
    r"|@(?P<user>[\w.-]*\w)"
    r"|#(?P<channel>[\w-]+)"
    r"|(?P<special>[&<>])"
)
_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINKS = {"url": "<{0}>", "email": "<mailto:{0}|{0}>", "domain": "<http://{0}|{0}>"}
_BROADCASTS = frozenset({"here", "channel", "everyone"})


def escaped(world: World, text: str) -> str:
    """Replace mentions, addresses and `& < >`, and trim the text."""
    return _TOKEN.sub(lambda match: _replaced(world, match), text.strip())


def _replaced(world: World, match: re.Match[str]) -> str:
    whole = match.group()
    kind = match.lastgroup or ""
    if kind == "special":
        return _SPECIAL[whole]
    if kind in _LINKS:
        address = whole.replace("&", "&amp;")
        return _LINKS[kind].format(address)
    return _mention(world, match) or whole


def _mention(world: World, match: re.Match[str]) -> str | None:
    if (name := match["user"]) is not None:
        if name in _BROADCASTS:
            return f"<!{name}>"
        users = {user.name: user for user in world.users.values()}
        return _user(users.get(name))
    channels = {channel.name: channel for channel in world.channels.values()}
    return _channel(channels.get(match["channel"]))


def _user(user: User | None) -> str | None:
    return None if user is None else f"<@{user.id}|{user.name}>"


def _channel(channel: Channel | None) -> str | None:
    if channel is None or channel.kind not in {"public", "private"}:
        return None
    return f"<#{channel.id}|{channel.name if channel.kind == 'public' else ''}>"
