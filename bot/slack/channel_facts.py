"""What matters about a conversation, asked of Slack and remembered for a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.domain.value import ChannelId
from bot.errors import CannotLook, CannotSpeak
from bot.ports import ChannelFacts
from bot.slack.calls import Calls
from bot.slack.methods import INFO

_log = structlog.get_logger(__name__)

_FRESH = timedelta(minutes=1)
_MOST = 5000


class FactsReader:
    """Asks conversations.info."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._known: dict[str, tuple[datetime, ChannelFacts]] = {}

    async def facts(self, channel: ChannelId) -> ChannelFacts:
        """Give what matters about a conversation; raises CannotSpeak where it is not visible."""
        now = self._clock.now()
        read_at, known = self._known.get(channel, (now - _FRESH, ChannelFacts()))
        if now - read_at < _FRESH:
            return known
        known = await self._read(channel)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[channel] = (now, known)
        return known

    async def _read(self, channel: ChannelId) -> ChannelFacts:
        try:
            answer = await self._calls.call(INFO, {"channel": channel})
        except CannotLook as error:
            if error.code != "missing_scope":
                raise CannotSpeak(error.message, method=error.method, code=error.code) from error
            return self._careful(channel)
        info = answer["channel"]
        return ChannelFacts(
            is_external=bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared")),
            is_direct=bool(info.get("is_im")),
        )

    def _careful(self, channel: ChannelId) -> ChannelFacts:
        """Take a conversation that we may not ask about for one that others can read."""
        _log.warning("slack.facts_missing_scope", channel=channel)
        is_direct = channel.startswith("D")
        return ChannelFacts(is_external=not is_direct, is_direct=is_direct)
