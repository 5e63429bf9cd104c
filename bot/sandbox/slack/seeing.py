"""The workspace as one person sees it, as JSON, for a page that draws it."""

from __future__ import annotations

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.json_views import channel_json, file_json, user_json
from bot.sandbox.slack.records import BOT_USER_ID, TEAM_NAME, Channel, JsonObject, Message, User


def state_for(backend: Backend, user: User) -> JsonObject:
    """Give channels, messages (those only this person sees too), users and files."""
    world = backend.world
    mine = [channel for channel in world.channels.values() if user.id in channel.members]
    by_channel: dict[str, list[JsonObject]] = {channel.id: [] for channel in mine}
    for message in world.posted:
        if message.channel in by_channel and _sees(user, message):
            by_channel[message.channel].append(_message(message, user))
    files = [
        file_json(file)
        for file in world.files.values()
        if file.completed and set(file.shares) & set(by_channel)
    ]
    return {
        "team": TEAM_NAME,
        "user": user_json(user),
        "bot": BOT_USER_ID,
        "now": backend.clock.now().timestamp(),
        "users": [user_json(person) for person in world.users.values()],
        "channels": [_channel(channel, by_channel[channel.id]) for channel in mine],
        "files": files,
    }


def _sees(user: User, message: Message) -> bool:
    return not message.deleted and message.ephemeral_to in {None, user.id}


def _channel(channel: Channel, messages: list[JsonObject]) -> JsonObject:
    return channel_json(channel) | {
        "name": channel.name,
        "kind": channel.kind,
        "bot_member": channel.bot_member,
        "read_only": channel.read_only,
        "members": sorted(channel.members),
        "messages": messages,
    }


def _message(message: Message, user: User) -> JsonObject:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "is_reply": message.is_reply,
        "broadcast": message.broadcast,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "updates": message.updates,
        "ephemeral": message.ephemeral_to is not None,
        "notifies_me": user.id in message.notifies,
        "files": [file_json(file) for file in message.files],
    }
