"""`response_url`: answers without a token, five times within thirty minutes.

They reach channels that the bot is not in. A person's command line cannot be replaced, so an
answer to a command is always a new message.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.chat import check_thread, read_draft
from bot.sandbox.slack.records import BOT_USER_ID, TEAM_ID, Channel, Message
from bot.sandbox.slack.refusals import RefusedError

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass
class ResponseUrl:
    """What one `response_url` may still do."""

    channel: Channel
    user: str
    source: Message | None
    issued: datetime
    uses: int = 0


class ResponseUrls:
    """Issues `response_url`s and carries out what is posted to them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, kind: str, channel: Channel, user: str, source: Message | None = None) -> str:
        """Give the URL for one command (`commands`) or interaction (`actions`)."""
        secret = secrets.token_urlsafe(24)
        now = self._backend.clock.now()
        self._issued[secret] = ResponseUrl(channel, user, source, now)
        return f"{self._backend.base_url}/{kind}/{TEAM_ID}/{secret}"

    def known(self, secret: str) -> ResponseUrl | None:
        """Find what a URL stands for."""
        return self._issued.get(secret)

    def use(self, secret: str, arguments: Arguments) -> Message | None:
        """Carry out one answer, and give the message it made or changed.

        Raises:
            RefusedError: `used_url`, `expired_url`, or what is wrong with the message.
        """
        found = self._issued.get(secret)
        if found is None:
            raise RefusedError("invalid_url")
        if self._backend.clock.now() - found.issued > LIFETIME:
            raise RefusedError("expired_url")
        if found.channel.id in self._backend.knobs.unavailable_channels:
            raise RefusedError("channel_not_found")
        if found.uses >= USES:
            raise RefusedError("used_url")
        found.uses += 1
        return self._act(found, arguments)

    def _act(self, found: ResponseUrl, arguments: Arguments) -> Message | None:
        world, source = self._backend.world, found.source
        if arguments.flag("delete_original"):
            if source is not None:
                world.remove(source)
            return source
        draft = read_draft(arguments)
        if arguments.flag("replace_original") and source is not None:
            world.rewrite(source, draft)
            return source
        in_channel = arguments.string("response_type") == "in_channel"
        if in_channel:
            check_thread(self._backend, found.channel, draft.thread_ts)
        only = None if in_channel else found.user
        return world.post(found.channel, BOT_USER_ID, draft, ephemeral_to=only)
