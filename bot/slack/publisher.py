"""The one publisher: everything that the bot says in Slack goes through here.

It implements `bot.ports.Messenger`: the views draw, `Poster` posts within the budgets. It decides
nothing about a retrieval; all that it remembers is what saves calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import aiohttp
from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.answers import Answer
from bot.domain.events import LinkKind
from bot.domain.link import LinkRow
from bot.domain.packaging import PackagingMessage
from bot.domain.policy import LinkVisibility
from bot.domain.retrieval import Posted, Retrieval
from bot.domain.value import ChannelId, LinkId
from bot.errors import CannotLook, SlackError, SlackRefused, SlackUnavailable
from bot.ports import ChannelFacts, Living, PackageBody
from bot.slack.answering import Answering
from bot.slack.calls import Calls, Observe
from bot.slack.card_view import card_message
from bot.slack.channel_facts import FactsReader
from bot.slack.directs import Directs
from bot.slack.link_view import (
    expired_link_message,
    guarded_link_message,
    link_message,
    upload_message,
)
from bot.slack.message import Message
from bot.slack.methods import GET_PERMALINK
from bot.slack.poster import Place, Poster
from bot.slack.probe import Probe
from bot.slack.progress_view import progress_message
from bot.slack.replies_view import reply_message
from bot.slack.uploads import Uploads

_NOTICE_ATTEMPTS = 3


class Publisher:
    """Says things in Slack. See `bot.ports.Messenger` for what the methods promise."""

    def __init__(
        self,
        *,
        calls: Calls,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
        visibility: LinkVisibility,
    ) -> None:
        self._calls = calls
        self._visibility = visibility
        self._directs = Directs(calls)
        self._poster = Poster(calls, self._directs)
        self._facts = FactsReader(calls, clock)
        self._probe = Probe(calls, self._directs, visibility)
        self._uploads = Uploads(calls, session, clock, observe)
        self._answering = Answering(session, observe, calls.proxy)

    async def facts(self, channel: ChannelId) -> ChannelFacts:
        """Give what matters about a conversation; CannotSpeak where it is not visible."""
        return await self._facts.facts(channel)

    async def post_card(self, retrieval: Retrieval, key: str, channel: str) -> Posted:
        """Post the card in a channel, or in a DM when `channel` is a user id."""
        message = card_message(retrieval, asked_elsewhere=channel != retrieval.request.channel)
        return await self._poster.post(retrieval, key, message, Place(channel))

    async def post_reply(
        self,
        retrieval: Retrieval,
        key: str,
        reply: str,
        messages: Sequence[PackagingMessage] = (),
    ) -> Posted:
        """Post the thread reply of that name.

        Names: started, progress, failed, cancelled, denied, and direct (that the link went by DM).
        """
        if reply == "progress":
            message = progress_message(retrieval, messages)
        else:
            message = reply_message(retrieval, reply)
        return await self._poster.post(retrieval, key, message, _thread(retrieval))

    async def post_link(
        self,
        retrieval: Retrieval,
        key: str,
        link: LinkRow,
        url: SecretStr,
        *,
        direct: bool,
    ) -> Posted:
        """Post a link in a new message that mentions its recipient; `direct` posts it by DM.

        In a thread, where the policy is `requester`, a button stands for a link of ours. One of
        the platform's own is not ours to give later, and is shown wherever it is posted.
        """
        place = Place(link.recipient) if direct else _thread(retrieval)
        is_ours = link.leads_to is LinkKind.OURS
        if self._visibility is LinkVisibility.REQUESTER and is_ours and not direct:
            message = guarded_link_message(retrieval, link)
        else:
            message = link_message(retrieval, link, url)
        return await self._poster.post(retrieval, key, message, place)

    async def upload(
        self,
        retrieval: Retrieval,
        key: str,
        link: LinkRow,
        body: PackageBody,
        *,
        direct: bool,
        on_file: Callable[[str, int], Awaitable[None]],
    ) -> Posted:
        """Share a package as a file of Slack's, and a notice below it, which is given back.

        Slack takes no metadata with a file, so the notice is what `find` finds and what is kept
        true. It goes by DM where `direct`.
        `on_file` is told the file's id and size in bytes before anybody can see the file.
        """
        place = _thread(retrieval)
        if direct:
            place = Place(await self._directs.open(link.recipient))
        file, size_bytes = await self._uploads.stage(link.file_name, body)
        await on_file(file, size_bytes)
        await self._uploads.share(file, link.file_name, ChannelId(place.channel), place.thread)
        message = upload_message(retrieval, link.model_copy(update={"size_bytes": size_bytes}))
        try:
            return await self._post_notice(retrieval, key, message, place)
        except SlackError:
            await self._uploads.delete(file)
            raise

    async def _post_notice(
        self, retrieval: Retrieval, key: str, message: Message, place: Place
    ) -> Posted:
        """Post the notice below a file, looking for it where its posting was uncertain."""
        attempts = 1
        while True:
            try:
                return await self._poster.post(retrieval, key, message, place)
            except SlackUnavailable:
                found = await self._found_notice(retrieval, key, place)
                if found is not None:
                    return found
                if attempts == _NOTICE_ATTEMPTS:
                    raise
                attempts += 1

    async def _found_notice(self, retrieval: Retrieval, key: str, place: Place) -> Posted | None:
        try:
            return await self.find(
                retrieval, key, channel="" if place.thread is not None else place.channel
            )
        except CannotLook:
            return None

    async def delete_file(self, file: str) -> None:
        """Delete an uploaded file; one that is gone already is no error."""
        await self._uploads.delete(file)

    async def find(self, retrieval: Retrieval, key: str, *, channel: str = "") -> Posted | None:
        """Look for the message of an effect; CannotLook where scope or membership is missing.

        `channel` says where it was to be posted, a user id for a DM. Without it, it is looked for
        wherever it is likely to stand, and CannotLook is raised where one such place is closed.
        """
        return await self._probe.find(retrieval, key, channel)

    async def answer(self, url: SecretStr, answer: Answer) -> None:
        """Answer privately through a response_url, at most once; a failure is only logged."""
        await self._answering.answer(url, answer)

    async def say(self, url: SecretStr, message: Message) -> None:
        """Say something drawn already through a response_url; otherwise as `answer`."""
        await self._answering.say(url, message)

    async def permalink(self, posted: Posted) -> str:
        """Give the address of a message; empty where Slack gives none."""
        arguments = {"channel": posted.channel, "message_ts": posted.ts}
        try:
            answer = await self._calls.call(GET_PERMALINK, arguments)
        except SlackError:
            return ""
        return str(answer["permalink"])

    async def redraw(
        self, living: Living, retrieval: Retrieval, messages: Sequence[PackagingMessage]
    ) -> None:
        """Make a living message show the retrieval as it is now."""
        message = _drawing(living, retrieval, messages)
        if message is not None:
            await self._poster.update(living.posted, message)


def _thread(retrieval: Retrieval) -> Place:
    if retrieval.card is None:
        raise SlackRefused("There is no card to reply to.")
    return Place(retrieval.card.channel, retrieval.card.ts)


def _drawing(
    living: Living, retrieval: Retrieval, messages: Sequence[PackagingMessage]
) -> Message | None:
    """Draw a living message; None where it is true as it stands."""
    part, _, link_id = living.part.partition(":")
    if part == "card":
        is_elsewhere = living.posted.channel != retrieval.request.channel
        return card_message(retrieval, asked_elsewhere=is_elsewhere)
    if part == "progress":
        return progress_message(retrieval, messages)
    link = next((one for one in retrieval.links if one.id == LinkId(link_id)), None)
    # A link that works is never drawn again: its address is nowhere but in its message.
    if link is None or not link.is_expired:
        return None
    return expired_link_message(retrieval, link)
