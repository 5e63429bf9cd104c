"""The `chat.*` methods."""

from __future__ import annotations

import json

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.blocks import read_blocks
from bot.sandbox.slack.json_views import message_json
from bot.sandbox.slack.records import BOT_USER_ID, TEAM_DOMAIN, Channel, Draft, JsonObject, Message
from bot.sandbox.slack.refusals import RefusedError
from bot.sandbox.slack.visibility import visible_channel, writable_channel

POST_TEXT = 40_000
UPDATE_TEXT = 4_000
# Slack publishes no figure for its `metadata_too_large`.
METADATA_BYTES = 8_000


def read_draft(arguments: Arguments) -> Draft:
    """Read what is to be shown; refuses an empty message and malformed parts."""
    value = arguments.structure("blocks", "invalid_blocks_format")
    blocks = read_blocks(value) if value else []
    text = arguments.string("text")
    if not text and not blocks:
        raise RefusedError("no_text")
    return Draft(
        text=text,
        blocks=blocks,
        metadata=_metadata(arguments),
        thread_ts=arguments.string("thread_ts") or None,
        broadcast=bool(arguments.flag("reply_broadcast")),
        unfurl_links=arguments.flag("unfurl_links"),
        unfurl_media=arguments.flag("unfurl_media"),
    )


def _metadata(arguments: Arguments) -> JsonObject | None:
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or {"event_type", "event_payload"} - set(metadata):
        raise RefusedError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise RefusedError("metadata_too_large")
    return metadata


def check_thread(backend: Backend, channel: Channel, thread_ts: str | None) -> None:
    """Refuse a reply to what is not there."""
    world = backend.world
    if thread_ts is None or world.message(channel, thread_ts) is not None:
        return
    # A deleted parent stands as a tombstone for as long as it has replies.
    if not world.replies(channel, thread_ts):
        raise RefusedError("thread_not_found")


def post_message(backend: Backend, arguments: Arguments) -> JsonObject:
    """Post into a channel, a thread, or the direct conversation with a user id."""
    channel = writable_channel(backend, arguments.needed("channel"))
    draft = read_draft(arguments)
    draft.text = draft.text[:POST_TEXT]
    check_thread(backend, channel, draft.thread_ts)
    message = backend.world.post(channel, BOT_USER_ID, draft)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message)}


def update(backend: Backend, arguments: Arguments) -> JsonObject:
    """Rewrite a message of the bot; text without blocks removes the blocks."""
    message = _own_message(backend, arguments, "cant_update_message")
    if backend.world.channel(message.channel).is_archived:
        raise RefusedError("is_inactive")
    draft = read_draft(arguments)
    if len(draft.text) > UPDATE_TEXT:
        raise RefusedError("msg_too_long")
    backend.world.rewrite(message, draft)
    written = message_json(message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": written}


def delete(backend: Backend, arguments: Arguments) -> JsonObject:
    """Delete a message of the bot."""
    message = _own_message(backend, arguments, "cant_delete_message")
    backend.world.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _own_message(backend: Backend, arguments: Arguments, refusal: str) -> Message:
    # chat.update and chat.delete know no `not_in_channel`: what the bot posted stays its own.
    # https://docs.slack.dev/reference/methods/chat.update
    channel = visible_channel(backend, arguments.needed("channel"))
    message = backend.world.message(channel, arguments.needed("ts"))
    if message is None:
        raise RefusedError("message_not_found")
    if message.user != BOT_USER_ID:
        raise RefusedError(refusal)
    return message


def post_ephemeral(backend: Backend, arguments: Arguments) -> JsonObject:
    """Show a message to one member of a channel."""
    channel = writable_channel(backend, arguments.needed("channel"))
    user = arguments.needed("user")
    if user not in channel.members:
        raise RefusedError("user_not_in_channel")
    message = backend.world.post(channel, BOT_USER_ID, read_draft(arguments), ephemeral_to=user)
    return {"message_ts": message.ts}


def permalink(backend: Backend, arguments: Arguments) -> JsonObject:
    """Give the address of a message."""
    # chat.update and chat.delete know no `not_in_channel`: what the bot posted stays its own.
    # https://docs.slack.dev/reference/methods/chat.update
    channel = visible_channel(backend, arguments.needed("channel"))
    message = backend.world.message(channel, arguments.needed("message_ts"))
    if message is None:
        raise RefusedError("message_not_found")
    address = (
        f"https://{TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    )
    if message.is_reply:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}
