"""Putting a drawn message into Slack, and keeping it as drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.retrieval import Posted, Retrieval
from bot.domain.value import ChannelId, MessageTs
from bot.errors import SlackRefused
from bot.slack.calls import Calls
from bot.slack.codes import is_final
from bot.slack.directs import Directs
from bot.slack.message import Message
from bot.slack.methods import POST_MESSAGE, UPDATE
from bot.slack.probe import metadata

_log = structlog.get_logger(__name__)

_MOST_DIGESTS = 10_000


@dataclass(frozen=True)
class Place:
    """Where a message goes: a channel or a user id, and the thread there if any."""

    channel: str
    thread: MessageTs | None = None


class Poster:
    """Posts and updates messages; an update that would change nothing costs no call."""

    def __init__(self, calls: Calls, directs: Directs) -> None:
        self._calls = calls
        self._directs = directs
        self._shown: OrderedDict[Posted, bytes] = OrderedDict()

    async def post(self, retrieval: Retrieval, key: str, message: Message, place: Place) -> Posted:
        """Post a new message, marked as this effect of this retrieval.

        Raises:
            SlackUnavailable: it may or may not stand now.
            CannotSpeak, SlackRefused: it does not stand.
        """
        channel = self._directs.known(place.channel)
        arguments: Mapping[str, object] = {
            "channel": channel,
            "thread_ts": place.thread,
            "metadata": metadata(retrieval, key),
            # Slack's servers fetch every address in a message unless both are off.
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
            **message.body(),
        }
        answer = await self._calls.call(POST_MESSAGE, arguments, channel=channel)
        posted = Posted(channel=ChannelId(answer["channel"]), ts=MessageTs(answer["ts"]))
        self._directs.remember(place.channel, posted.channel)
        self._remember(posted, message.digest())
        return posted

    async def update(self, posted: Posted, message: Message) -> None:
        """Make a message show `message`. One that can never change again is left as it is."""
        digest = message.digest()
        if self._shown.get(posted) == digest:
            return
        self._shown.pop(posted, None)
        arguments = {"channel": posted.channel, "ts": posted.ts, "parse": "none", **message.body()}
        try:
            await self._calls.call(UPDATE, arguments)
        except SlackRefused as error:
            if not is_final(error):
                raise
            _log.info("slack.message_is_final", code=error.code, channel=posted.channel)
        self._remember(posted, digest)

    def _remember(self, posted: Posted, digest: bytes) -> None:
        self._shown[posted] = digest
        if len(self._shown) > _MOST_DIGESTS:
            self._shown.popitem(last=False)
