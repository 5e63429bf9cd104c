"""Which channels the bot can see and write in, and the error Slack gives where it cannot."""

from __future__ import annotations

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.records import Channel
from bot.sandbox.slack.refusals import RefusedError


def visible_channel(backend: Backend, ref: str) -> Channel:
    """Find a channel that exists for the bot: public, or with the bot in it."""
    channel = backend.world.channels.get(ref)
    if channel is None or {channel.id, channel.name} & backend.knobs.unavailable_channels:
        raise RefusedError("channel_not_found")
    if channel.kind != "public" and not channel.bot_member:
        raise RefusedError("channel_not_found")
    return channel


def readable_channel(backend: Backend, ref: str) -> Channel:
    """Find a channel whose messages the bot may read."""
    channel = visible_channel(backend, ref)
    if not channel.bot_member:
        raise RefusedError("not_in_channel")
    return channel


def writable_channel(backend: Backend, ref: str) -> Channel:
    """Find a channel to post in; a user id opens the direct conversation."""
    channel = visible_channel(backend, resolved(backend, ref))
    if channel.is_archived:
        raise RefusedError("is_archived")
    if not channel.bot_member and "chat:write.public" not in backend.granted():
        raise RefusedError("not_in_channel")
    if channel.read_only:
        raise RefusedError("restricted_action")
    return channel


def resolved(backend: Backend, ref: str) -> str:
    """Give the channel id that a channel or user id stands for."""
    user = backend.world.users.get(ref)
    return ref if user is None or user.is_bot else backend.world.direct(user).id
