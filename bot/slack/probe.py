"""Looking for a message whose posting had an uncertain outcome, by its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.domain.policy import LinkVisibility
from bot.domain.retrieval import Posted, Retrieval
from bot.domain.value import ChannelId, MessageTs, SlackUserId
from bot.errors import CannotLook, CannotSpeak
from bot.slack.calls import Calls
from bot.slack.directs import Directs
from bot.slack.methods import HISTORY, REPLIES, Method

EVENT_TYPE = "sast_source"

_PAGE = 200
_MOST_PAGES = 5
_USER_PREFIXES = frozenset("UW")
# Slack's clock and ours may differ.
_MARGIN = timedelta(minutes=10)


def metadata(retrieval: Retrieval, key: str) -> dict[str, object]:
    """Give the mark that a message carries: which effect of which retrieval it is."""
    return {
        "event_type": EVENT_TYPE,
        "event_payload": {"retrieval": retrieval.id, "effect": key},
    }


class Probe:
    """Reads conversations back."""

    def __init__(self, calls: Calls, directs: Directs, visibility: LinkVisibility) -> None:
        self._calls = calls
        self._directs = directs
        self._visibility = visibility

    async def find(self, retrieval: Retrieval, key: str, channel: str = "") -> Posted | None:
        """Look for the message of an effect, in `channel` (or a user id's DM) where it is given.

        Otherwise wherever it can stand: the card in the channel of the request or in the
        requester's DM; anything else in the thread, and a link in that DM where links go there.

        Raises:
            CannotLook: it was not found, and not everywhere could be looked at.
        """
        blind: CannotLook | None = None
        for place, thread in self._places(retrieval, channel):
            try:
                found = await self._look(retrieval, key, place, thread)
            except CannotLook as error:
                blind = error
                continue
            if found is not None:
                return found
        if blind is not None:
            raise blind
        return None

    def _places(self, retrieval: Retrieval, channel: str) -> list[tuple[str, Posted | None]]:
        requester = retrieval.request.requester
        if channel:
            return [(channel, None)]
        if retrieval.card is None:
            return [(retrieval.request.channel, None), (requester, None)]
        thread: list[tuple[str, Posted | None]] = [(retrieval.card.channel, retrieval.card)]
        is_private = retrieval.is_external or self._visibility is LinkVisibility.REQUESTER
        if is_private and not retrieval.is_direct:
            thread.append((requester, None))
        return thread

    async def _look(
        self, retrieval: Retrieval, key: str, place: str, thread: Posted | None
    ) -> Posted | None:
        channel = await self._channel(place)
        arguments: dict[str, object] = {
            "channel": channel,
            "oldest": f"{(retrieval.request.at - _MARGIN).timestamp():.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        method = HISTORY
        if thread is not None:
            method, arguments["ts"] = REPLIES, thread.ts
        ts = await self._search(method, arguments, metadata(retrieval, key))
        return None if ts is None else Posted(channel=channel, ts=ts)

    async def _channel(self, place: str) -> ChannelId:
        if place[:1] not in _USER_PREFIXES:
            return ChannelId(place)
        try:
            return await self._directs.open(SlackUserId(place))
        except CannotSpeak as error:
            raise CannotLook(error.message, method=error.method, code=error.code) from error

    async def _search(
        self, method: Method, arguments: dict[str, object], mark: Mapping[str, object]
    ) -> MessageTs | None:
        for _ in range(_MOST_PAGES):
            answer = await self._calls.call(method, arguments)
            ts = _marked(answer, mark)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if ts is not None or not cursor:
                return ts
            arguments = {**arguments, "cursor": cursor}
        raise CannotLook(
            "More has been said since then than the bot reads back.",
            method=method.name,
            code="too_far_back",
        )


def _marked(answer: Mapping[str, Any], mark: Mapping[str, object]) -> MessageTs | None:
    for message in answer.get("messages") or ():
        found = message.get("metadata") or {}
        if all(found.get(field) == wanted for field, wanted in mark.items()):
            return MessageTs(message["ts"])
    return None
