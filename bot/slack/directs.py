"""The direct conversations of the bot with people."""

from __future__ import annotations

from bot.domain.value import ChannelId, SlackUserId
from bot.slack.calls import Calls
from bot.slack.methods import OPEN

_MOST = 5000


class Directs:
    """Knows which conversation belongs to which person; asks Slack once for each."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._known: dict[str, ChannelId] = {}

    def known(self, place: str) -> str:
        """Give the conversation of a user id where it is known; any other id as it is."""
        return self._known.get(place, place)

    def remember(self, place: str, channel: ChannelId) -> None:
        """Note that what was posted to `place` arrived in `channel`."""
        if place != channel:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[place] = channel

    async def open(self, user: SlackUserId) -> ChannelId:
        """Give the conversation with a person; raises CannotSpeak where there can be none."""
        if user not in self._known:
            answer = await self._calls.call(OPEN, {"users": user})
            self.remember(user, ChannelId(answer["channel"]["id"]))
        return self._known[user]
