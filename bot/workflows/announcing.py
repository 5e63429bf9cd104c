"""Put the card and the thread's replies into Slack, each once."""

from __future__ import annotations

import structlog

from bot.clock import Clock
from bot.domain.answers import Answer, AnswerKind
from bot.domain.events import (
    CardPosted,
    FailureReason,
    ReplyPosted,
    RetrievalFailed,
)
from bot.domain.packaging import PackagingMessage
from bot.domain.retrieval import Posted, Retrieval, RetrievalState
from bot.domain.value import RetrievalId
from bot.errors import CannotSpeak, SlackError
from bot.ports import Journal, Living, Livings, Messenger, Packagings
from bot.workflows.answering import Answering
from bot.workflows.effects import Effects

log = structlog.get_logger()

CARD = "card"
CARD_IN_DM = "card-in-dm"
PROGRESS = "progress"
DIRECT = "direct"


class Announcing:
    """What is said in the channel and in the thread, apart from links."""

    def __init__(
        self,
        *,
        journal: Journal,
        livings: Livings,
        packagings: Packagings,
        messenger: Messenger,
        effects: Effects,
        answering: Answering,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._livings = livings
        self._packagings = packagings
        self._messenger = messenger
        self._effects = effects
        self._answering = answering
        self._clock = clock

    async def post_card(self, retrieval: RetrievalId) -> str:
        """Post the card where it was asked for, or in a DM where the bot cannot speak."""
        state = await self._journal.loaded(retrieval)
        if state.card is None:
            try:
                await self._post_card_in_channel(state)
            except CannotSpeak as refusal:
                await self._post_card_in_dm(state, refusal)
            state = await self._journal.loaded(retrieval)
        if state.card is not None:
            await self._keep_true(state, CARD, state.card)
        return "posted"

    async def _post_card_in_channel(self, state: Retrieval) -> None:
        channel = state.request.channel

        async def act() -> CardPosted:
            facts = await self._messenger.facts(channel)
            posted = await self._messenger.post_card(state, CARD, channel)
            return self._card_posted(posted, is_external=facts.is_external)

        async def probe() -> CardPosted | None:
            facts = await self._messenger.facts(channel)
            found = await self._messenger.find(state, CARD, channel=channel)
            if found is None:
                return None
            return self._card_posted(found, is_external=facts.is_external)

        await self._effects.once(state.id, CARD, act=act, probe=probe)

    async def _post_card_in_dm(self, state: Retrieval, refusal: CannotSpeak) -> None:
        requester = state.request.requester

        async def act() -> CardPosted:
            posted = await self._messenger.post_card(state, CARD_IN_DM, requester)
            return self._card_posted(posted, is_direct=True)

        async def probe() -> CardPosted | None:
            found = await self._messenger.find(state, CARD_IN_DM, channel=requester)
            return self._card_posted(found, is_direct=True) if found else None

        await self._effects.once(state.id, CARD_IN_DM, act=act, probe=probe)
        text = f"{refusal.message} So this goes on in a direct message to you."
        await self._answering.answer(state.id, "moved", Answer(kind=AnswerKind.INFO, text=text))

    def _card_posted(
        self, posted: Posted, *, is_direct: bool = False, is_external: bool = False
    ) -> CardPosted:
        return CardPosted(
            at=self._clock.now(),
            channel=posted.channel,
            ts=posted.ts,
            is_direct=is_direct,
            is_external=is_external,
        )

    async def tell(self, retrieval: RetrievalId) -> str:
        """Post every thread reply that is due and does not stand yet."""
        state = await self._journal.loaded(retrieval)
        for reply in _due(state):
            await self._reply(retrieval, f"reply:{reply}", reply)
        return "told"

    async def tell_denied(self, retrieval: RetrievalId, ask: str) -> str:
        """Say in the thread why a new link could not be had."""
        await self._reply(retrieval, f"reply:denied:{ask}", "denied")
        return "told"

    async def _reply(self, retrieval: RetrievalId, key: str, reply: str) -> None:
        """Reply in the thread; where that is not possible any more, in a DM with a new card.

        What cannot be said anywhere is logged: no reply is worth ending a retrieval for.
        """
        state = await self._journal.loaded(retrieval)
        try:
            try:
                await self._reply_in_thread(state, key, reply)
            except CannotSpeak as refusal:
                if state.is_direct or reply == DIRECT:
                    raise
                moved = await self._move(state, refusal)
                await self._reply_in_thread(moved, f"{key}-in-dm", reply)
        except SlackError as error:
            log.warning("reply_lost", retrieval=retrieval, reply=reply, reason=error.message)

    async def _move(self, state: Retrieval, refusal: CannotSpeak) -> Retrieval:
        """Go on in a DM: the bot was put out of the channel, or the thread is gone."""
        await self._post_card_in_dm(state, refusal)
        moved = await self._journal.loaded(state.id)
        if moved.card is not None:
            await self._keep_true(moved, CARD, moved.card)
        return moved

    async def _reply_in_thread(self, state: Retrieval, key: str, reply: str) -> None:
        messages = await self._messages(state) if reply == PROGRESS else []

        async def act() -> ReplyPosted:
            posted = await self._messenger.post_reply(state, key, reply, messages)
            return self._reply_posted(reply, posted)

        async def probe() -> ReplyPosted | None:
            found = await self._messenger.find(state, key)
            return self._reply_posted(reply, found) if found else None

        event = await self._effects.once(state.id, key, act=act, probe=probe)
        if reply == PROGRESS and isinstance(event, ReplyPosted):
            await self._keep_true(state, PROGRESS, Posted(channel=event.channel, ts=event.ts))

    def _reply_posted(self, reply: str, posted: Posted) -> ReplyPosted:
        now = self._clock.now()
        return ReplyPosted(at=now, reply=reply, channel=posted.channel, ts=posted.ts)

    async def _messages(self, state: Retrieval) -> list[PackagingMessage]:
        if state.packaging is None:
            return []
        return list(await self._packagings.messages(state.packaging))

    async def _keep_true(self, state: Retrieval, part: str, posted: Posted) -> None:
        # Version 0: what was posted may be older than the journal, and the keeper will look.
        living = Living(retrieval=state.id, part=part, posted=posted, shown_version=0)
        await self._livings.add(living)

    async def give_up(self, retrieval: RetrievalId, reference: str) -> str:
        """End a retrieval that broke for a reason of ours, and say so wherever possible."""
        text = (
            "Something broke on our side. Try again; if it happens again, give the reference "
            f"{reference} to whoever runs this bot."
        )
        event = RetrievalFailed(
            at=self._clock.now(), reason=FailureReason.INTERNAL, text=text, reference=reference
        )
        await self._journal.append(retrieval, "failed", event)
        state = await self._journal.loaded(retrieval)
        if state.card is not None:
            return await self.tell(retrieval)
        answer = Answer(kind=AnswerKind.ERROR, text=text, reference=reference, retrieval=retrieval)
        await self._answering.answer(state.id, "gave-up", answer)
        return "told"


def _due(state: Retrieval) -> list[str]:
    if state.card is None:
        return []
    replies = []
    if state.state in {RetrievalState.PACKAGING, RetrievalState.PACKAGED}:
        replies.append("started")
    if state.state is RetrievalState.FAILED:
        replies.append("failed")
    if state.state is RetrievalState.CANCELLED:
        replies.append("cancelled")
    if state.messages:
        replies.append(PROGRESS)
    if any(link.channel != state.card.channel for link in state.links):
        replies.append(DIRECT)
    return [reply for reply in replies if state.reply(reply) is None]
