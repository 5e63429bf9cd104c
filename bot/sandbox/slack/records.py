"""What the pretend workspace is made of: people, channels, messages, files and the journal."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

JsonObject = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]

TEAM_ID = "T0SANDBOX1"
TEAM_NAME = "Sandbox"
TEAM_DOMAIN = "sandbox"
OTHER_TEAM_ID = "T0PARTNER1"
APP_ID = "A0SANDBOX1"
BOT_USER_ID = "U0SASTBOT1"
BOT_ID = "B0SASTBOT1"
SLACKBOT_ID = "USLACKBOT"


@dataclass
class User:
    """A person, the bot, or Slackbot."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/Lisbon"
    team_id: str = TEAM_ID
    is_bot: bool = False


@dataclass
class Channel:
    """A channel, a private channel, or a direct conversation (`im`)."""

    id: str
    name: str
    kind: ChannelKind = "public"
    members: set[str] = field(default_factory=set)
    is_ext_shared: bool = False
    is_archived: bool = False
    read_only: bool = False

    @property
    def bot_member(self) -> bool:
        """Tell whether the bot is in here."""
        return BOT_USER_ID in self.members


@dataclass
class Draft:
    """What somebody asks to be posted, before it has a `ts`."""

    text: str = ""
    blocks: list[JsonObject] = field(default_factory=list)
    metadata: JsonObject | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None


@dataclass
class SlackFile:
    """A file from the moment its upload URL was given out."""

    id: str
    name: str
    size: int
    upload_token: str
    created: int
    title: str = ""
    uploaded: bool = False
    completed: bool = False
    deleted: bool = False
    content: tempfile.SpooledTemporaryFile[bytes] | None = None
    shares: dict[str, list[JsonObject]] = field(default_factory=dict)
    public_in: set[str] = field(default_factory=set)


@dataclass
class Message:
    """One message as Slack shows it now; `ephemeral_to` names the only person who sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[JsonObject]
    metadata: JsonObject | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited: bool = False
    deleted: bool = False
    updates: int = 0
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    files: list[SlackFile] = field(default_factory=list)
    ephemeral_to: str | None = None
    mentions: frozenset[str] = frozenset()
    notifies: frozenset[str] = frozenset()

    @property
    def is_reply(self) -> bool:
        """Tell whether it stands in a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def event_payload(self) -> JsonObject:
        """Give the metadata's payload, empty without metadata."""
        return dict((self.metadata or {}).get("event_payload") or {})


@dataclass
class Call:
    """One call of the bot: a Web API method, `response_url`, or an `ack` that carried a body."""

    method: str
    arguments: JsonObject
    time: datetime
    channel: str | None = None
    ok: bool = False
    error: str | None = None
    dropped: Literal["", "before", "after"] = ""
    ts: str | None = None


@dataclass
class Change:
    """One thing that just happened, for those who watch."""

    kind: str
    channel: str | None = None
    message: Message | None = None
    call: Call | None = None


@dataclass
class CommandOutcome:
    """What the person who typed a command, or clicked, got at once.

    `status` is the HTTP status (200 for an acknowledgement over Socket Mode, 0 for none), `seconds`
    is wall time, and `error` is Slack's word when it failed, such as `operation_timeout`.
    """

    status: int
    seconds: float
    text: str = ""
    blocks: list[JsonObject] = field(default_factory=list)
    response_type: str = "ephemeral"
    trigger_id: str = ""
    response_url: str = ""
    error: str | None = None
    message: Message | None = None
    payload: JsonObject = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Tell whether the bot answered in time."""
        return self.error is None
