"""The `conversations.*` methods, with their scopes and pages."""

from __future__ import annotations

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.json_views import channel_json, message_json, parent_json
from bot.sandbox.slack.records import JsonObject, Message
from bot.sandbox.slack.refusals import RefusedError
from bot.sandbox.slack.scopes import require_for_channel
from bot.sandbox.slack.visibility import readable_channel, visible_channel

HISTORY_LIMIT = 100
REPLIES_LIMIT = 1000
MOST = 999


def history(backend: Backend, arguments: Arguments) -> JsonObject:
    """List what the channel shows, newest first."""
    channel = visible_channel(backend, arguments.needed("channel"))
    require_for_channel(backend.granted(), channel, "history")
    readable_channel(backend, channel.id)
    shown = [m for m in backend.world.messages(channel) if _within(m, arguments)]
    page, extra = _page(list(reversed(shown)), arguments, HISTORY_LIMIT)
    metadata = bool(arguments.flag("include_all_metadata"))
    world = backend.world
    written = [parent_json(m, world.replies(channel, m.ts), metadata=metadata) for m in page]
    return {"messages": written, "pin_count": 0, **extra}


def replies(backend: Backend, arguments: Arguments) -> JsonObject:
    """List a thread, its parent first."""
    channel = visible_channel(backend, arguments.needed("channel"))
    require_for_channel(backend.granted(), channel, "history")
    readable_channel(backend, channel.id)
    world = backend.world
    asked = world.message(channel, arguments.needed("ts"))
    if asked is None:
        raise RefusedError("thread_not_found")
    parent = world.message(channel, asked.thread_ts or asked.ts) or asked
    below = world.replies(channel, parent.ts)
    metadata = bool(arguments.flag("include_all_metadata"))
    inside = [m for m in below if _within(m, arguments)]
    page, extra = _page([parent, *inside], arguments, REPLIES_LIMIT)
    written = [message_json(m, metadata=metadata) for m in page if m is not parent]
    if parent in page:
        written.insert(0, parent_json(parent, below, metadata=metadata))
    return {"messages": written, **extra}


def _within(message: Message, arguments: Arguments) -> bool:
    ts = float(message.ts)
    oldest = _moment(arguments, "oldest", "0")
    latest = _moment(arguments, "latest", "inf")
    if arguments.flag("inclusive"):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _moment(arguments: Arguments, name: str, default: str) -> float:
    try:
        return float(arguments.string(name) or default)
    except ValueError as error:
        raise RefusedError(f"invalid_ts_{name}") from error


def _page(
    messages: list[Message], arguments: Arguments, default: int
) -> tuple[list[Message], JsonObject]:
    limit = min(arguments.number("limit", default), MOST)
    start = arguments.number("cursor", 0)
    rest = messages[start + limit :]
    extra: JsonObject = {"has_more": bool(rest)}
    if rest:
        extra["response_metadata"] = {"next_cursor": str(start + limit)}
    return messages[start : start + limit], extra


def info(backend: Backend, arguments: Arguments) -> JsonObject:
    """Describe a channel."""
    channel = visible_channel(backend, arguments.needed("channel"))
    require_for_channel(backend.granted(), channel, "read")
    return {"channel": channel_json(channel)}


def open_direct(backend: Backend, arguments: Arguments) -> JsonObject:
    """Open the direct conversation with one user."""
    user = backend.world.users.get(arguments.needed("users"))
    if user is None or user.is_bot:
        raise RefusedError("user_not_found")
    channel = backend.world.direct(user)
    return {"channel": {"id": channel.id}}
