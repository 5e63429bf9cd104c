"""The state of the pretend workspace, and the only place that changes it."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter, defaultdict
from typing import Literal

from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack.changes import Changes
from bot.sandbox.slack.records import (
    BOT_USER_ID,
    OTHER_TEAM_ID,
    SLACKBOT_ID,
    TEAM_ID,
    Call,
    Change,
    Channel,
    ChannelKind,
    Draft,
    Message,
    SlackFile,
    User,
)

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


class World:
    """People, channels, messages, files, and the journal of what the bot called."""

    def __init__(self, clock: ScaledClock, changes: Changes) -> None:
        self.clock = clock
        self.changes = changes
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.posted: list[Message] = []
        self.files: dict[str, SlackFile] = {}
        self.calls: list[Call] = []
        self._by_ts: dict[tuple[str, str], Message] = {}
        self._by_channel: dict[str, list[Message]] = defaultdict(list)
        self._by_thread: dict[tuple[str, str], list[Message]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self._add(User(BOT_USER_ID, "sast-source", "sast-source", is_bot=True))
        self._add(User(SLACKBOT_ID, "slackbot", "Slackbot", is_bot=True))

    def _add(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def new_id(self, prefix: str) -> str:
        """Give an id that looks like Slack's: a letter and ten characters."""
        return f"{prefix}0{next(self._numbers):09d}"

    def add_user(self, name: str, real_name: str = "", tz: str = "Europe/Lisbon") -> User:
        """Add a person of this workspace, a member of no channel yet."""
        return self._add(User(self.new_id("U"), name, real_name or name.capitalize(), tz))

    def add_stranger(self, name: str, real_name: str = "", tz: str = "America/New_York") -> User:
        """Add a person of another organisation."""
        user = self.add_user(name, real_name, tz)
        user.team_id = OTHER_TEAM_ID
        return user

    def add_channel(
        self,
        name: str,
        kind: ChannelKind = "public",
        members: list[str] | None = None,
        *,
        bot_member: bool = True,
    ) -> Channel:
        """Add a channel; without `members` (names or ids) everybody of this workspace is in it."""
        people = [u.id for u in self.users.values() if not u.is_bot and u.team_id == TEAM_ID]
        ids = {self.user(member).id for member in members} if members is not None else set(people)
        prefix = "D" if kind == "im" else "C"
        if bot_member:
            ids.add(BOT_USER_ID)
        channel = Channel(self.new_id(prefix), name, kind, ids)
        self.channels[channel.id] = channel
        self.changes.publish(Change("channel_added", channel.id))
        return channel

    def user(self, ref: str | User) -> User:
        """Find a person by id or name; raises KeyError."""
        if isinstance(ref, User):
            return ref
        if ref in self.users:
            return self.users[ref]
        return {user.name: user for user in self.users.values()}[ref]

    def channel(self, ref: str | Channel) -> Channel:
        """Find a channel by id or name, with or without `#`; raises KeyError."""
        if isinstance(ref, Channel):
            return ref
        if ref in self.channels:
            return self.channels[ref]
        return {channel.name: channel for channel in self.channels.values()}[ref.removeprefix("#")]

    def direct(self, user: str | User) -> Channel:
        """Give the direct conversation of a person and the bot, opened when there is none."""
        person = self.user(user)
        return self.open_direct(person) or self.add_channel(f"dm-{person.name}", "im", [person.id])

    def open_direct(self, user: User) -> Channel | None:
        """Find the direct conversation of a person and the bot, if there is one already."""
        both = {user.id, BOT_USER_ID}
        channels = self.channels.values()
        return next((c for c in channels if c.kind == "im" and c.members == both), None)

    def next_ts(self) -> str:
        """Give a `ts` that no message has, larger than all before."""
        micros = max(int(self.clock.now().timestamp() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def post(
        self,
        channel: Channel,
        author: str,
        draft: Draft,
        files: list[SlackFile] | None = None,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Add a message, and note whom it notifies."""
        message = Message(
            channel=channel.id,
            ts=self.next_ts(),
            user=author,
            text=draft.text,
            blocks=self._with_block_ids(draft.blocks),
            metadata=draft.metadata,
            thread_ts=draft.thread_ts,
            broadcast=draft.broadcast,
            unfurl_links=draft.unfurl_links,
            unfurl_media=draft.unfurl_media,
            files=files or [],
            ephemeral_to=ephemeral_to,
        )
        message.mentions = frozenset(_MENTION.findall(draft.text + json.dumps(draft.blocks)))
        if ephemeral_to is None:
            message.notifies = self._notified_by(message, channel)
        self._keep(message)
        kind = "ephemeral_posted" if ephemeral_to else "message_posted"
        self.changes.publish(Change(kind, channel.id, message))
        return message

    def _keep(self, message: Message) -> None:
        self.posted.append(message)
        self._by_ts[message.channel, message.ts] = message
        self._by_channel[message.channel].append(message)
        if message.is_reply and message.thread_ts is not None:
            self._by_thread[message.channel, message.thread_ts].append(message)

    def _with_block_ids(self, blocks: list[dict[str, object]]) -> list[dict[str, object]]:
        # Slack gives every block an id, and every interactive element an action_id.
        return [{"block_id": f"b{next(self._numbers):04x}", **block} for block in blocks]

    def _notified_by(self, message: Message, channel: Channel) -> frozenset[str]:
        people = message.mentions & channel.members
        if message.thread_ts is not None:
            people |= self._following(channel, message.thread_ts)
        elif channel.kind == "im":
            people |= channel.members
        return frozenset(people - {message.user, BOT_USER_ID})

    def _following(self, channel: Channel, thread_ts: str) -> set[str]:
        # Slack's rule: who began the thread, wrote in it, or was mentioned in it.
        thread = [self.message(channel, thread_ts), *self.replies(channel, thread_ts)]
        people: set[str] = set()
        for message in thread:
            if message is not None:
                people |= {message.user, *message.mentions}
        return people & channel.members

    def rewrite(self, message: Message, draft: Draft) -> None:
        """Show other text and blocks; text without blocks removes the blocks and marks `edited`."""
        message.text = draft.text
        message.blocks = self._with_block_ids(draft.blocks)
        message.edited = message.edited or not draft.blocks
        message.updates += 1
        if draft.metadata is not None:
            message.metadata = draft.metadata
        kind = "ephemeral_changed" if message.ephemeral_to else "message_changed"
        self.changes.publish(Change(kind, message.channel, message))

    def remove(self, message: Message) -> None:
        """Delete the message; its replies stay, as in Slack."""
        message.deleted = True
        kind = "ephemeral_deleted" if message.ephemeral_to else "message_deleted"
        self.changes.publish(Change(kind, message.channel, message))

    def message(self, channel: str | Channel, ts: str) -> Message | None:
        """Find a message that exists and is not ephemeral."""
        found = self._by_ts.get((self.channel(channel).id, ts))
        return None if found is None or found.deleted or found.ephemeral_to else found

    def any_message(self, channel: str, ts: str) -> Message | None:
        """Find a message, be it ephemeral or deleted."""
        return self._by_ts.get((channel, ts))

    def messages(self, channel: str | Channel, *, threads: bool = False) -> list[Message]:
        """List what the channel shows, oldest first; with the replies too if `threads`."""
        wanted = self.channel(channel).id
        return [
            m
            for m in self._by_channel[wanted]
            if not (m.deleted or m.ephemeral_to) and (threads or m.broadcast or not m.is_reply)
        ]

    def replies(self, channel: str | Channel, ts: str) -> list[Message]:
        """List the replies below a message, oldest first."""
        thread = self._by_thread[self.channel(channel).id, ts]
        return [m for m in thread if not (m.deleted or m.ephemeral_to)]

    def ephemerals(self, user: str | User) -> list[Message]:
        """List what only this person sees, in every channel, oldest first."""
        wanted = self.user(user).id
        return [m for m in self.posted if m.ephemeral_to == wanted and not m.deleted]

    def notified(self, user: str | User) -> list[Message]:
        """List the messages for which Slack notified this person (an edit never notifies)."""
        wanted = self.user(user).id
        return [m for m in self.posted if wanted in m.notifies]

    def doubled(self, by: Literal["metadata", "text"]) -> dict[tuple[str, str, str], int]:
        """Count double posts of the bot, by (channel, thread, metadata payload or text)."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for message in self.posted:
            if message.user != BOT_USER_ID or message.ephemeral_to:
                continue
            payload = json.dumps(message.event_payload, sort_keys=True)
            key = payload if by == "metadata" else message.text
            if by == "text" or message.event_payload:
                counts[message.channel, message.thread_ts or "", key] += 1
        return {key: count for key, count in counts.items() if count > 1}

    def record(self, call: Call) -> None:
        """Write one call into the journal."""
        self.calls.append(call)
        self.changes.publish(Change("call", call.channel, call=call))
