"""Messages, channels, users and files as the Web API writes them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.slack.records import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    OTHER_TEAM_ID,
    TEAM_ID,
    Channel,
    JsonObject,
    Message,
    SlackFile,
    User,
)


def message_json(message: Message, *, metadata: bool = True) -> JsonObject:
    """Write a message; its metadata only where it was asked for."""
    written: JsonObject = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": TEAM_ID,
    }
    if message.user == BOT_USER_ID:
        written |= {"bot_id": BOT_ID, "app_id": APP_ID}
    optional = {
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if metadata else None,
        "files": [file_json(file) for file in message.files],
        "edited": {"user": message.user, "ts": message.ts} if message.edited else None,
        "subtype": "thread_broadcast" if message.broadcast else None,
    }
    return written | {key: value for key, value in optional.items() if value}


def parent_json(message: Message, replies: list[Message], *, metadata: bool) -> JsonObject:
    """Write a message that may have a thread below it."""
    written = message_json(message, metadata=metadata)
    if replies:
        written |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": sorted({reply.user for reply in replies}),
            "latest_reply": replies[-1].ts,
        }
    return written


def channel_json(channel: Channel) -> JsonObject:
    """Write a channel as `conversations.info` does."""
    written: JsonObject = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": TEAM_ID,
    }
    if channel.is_ext_shared:
        written["shared_team_ids"] = [TEAM_ID, OTHER_TEAM_ID]
    if channel.kind == "im":
        others = sorted(channel.members - {BOT_USER_ID})
        return written | {"user": others[0]}
    return written | {"name": channel.name, "is_member": channel.bot_member}


def user_json(user: User) -> JsonObject:
    """Write a user as `users.info` does."""
    zone = ZoneInfo(user.tz)
    offset = datetime.now(zone).utcoffset()
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "is_bot": user.is_bot,
        "is_stranger": user.team_id != TEAM_ID,
        "profile": {"real_name": user.real_name, "display_name": user.name, "team": user.team_id},
    }


def file_json(file: SlackFile) -> JsonObject:
    """Write a file; a deleted one is a tombstone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": file.size,
        "created": file.created,
        "user": BOT_USER_ID,
        "mode": "hosted",
        "shares": {
            "public": {c: s for c, s in file.shares.items() if c in file.public_in},
            "private": {c: s for c, s in file.shares.items() if c not in file.public_in},
        },
        "channels": sorted(file.shares),
    }
