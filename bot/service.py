"""What people can ask for. Each method stores what was asked and answers in words, at once.

Nothing here waits for a platform or for Slack: the workflows do, after the acknowledgement.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime

from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.answers import Answer, AnswerKind
from bot.domain.events import CancelAsked, FailureReason, LinkAsked
from bot.domain.link import LinkOrder
from bot.domain.policy import Policy
from bot.domain.retrieval import Request, Retrieval
from bot.domain.target import ExactTarget, RevisionWish
from bot.domain.value import ChannelId, LinkId, RetrievalId, SlackUserId, Value
from bot.errors import RequestRefused
from bot.ports import Audit, Engine, Journal, Minter, Run


class Asker(Value):
    """Who asks, where, and how to answer privately."""

    user: SlackUserId
    team: str
    channel: ChannelId
    trigger: str
    response_url: SecretStr | None = None


class TakenLink(Value):
    """A link that is shown to one person."""

    url: SecretStr
    file_name: str
    expires_at: datetime


class Service:
    """The questions that handlers ask."""

    def __init__(
        self,
        *,
        journal: Journal,
        audit: Audit,
        engine: Engine,
        minter: Minter | None,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._audit = audit
        self._engine = engine
        self._minter = minter
        self._policy = policy
        self._clock = clock
        self._asking = asyncio.Lock()

    async def request(
        self,
        asker: Asker,
        *,
        words: tuple[str, ...] = (),
        platform: str = "",
        wish: RevisionWish | None = None,
        exact: ExactTarget | None = None,
    ) -> Answer:
        """Store a request for source code. Raises RequestRefused where the policy says no."""
        self._check(asker)
        now = self._clock.now()
        request = Request(
            id=RetrievalId(uuid.uuid4().hex),
            at=now,
            requester=asker.user,
            team=asker.team,
            channel=asker.channel,
            trigger=asker.trigger,
            words=words,
            platform=platform,
            wish=wish,
            exact=exact,
        )
        if await self._journal.accept(request, asker.response_url):
            await self._engine.begin(Run(id=request.id, workflow="retrieve", subject=request.id))
        return Answer(kind=AnswerKind.INFO, text=_acknowledgement(request))

    async def cancel(self, asker: Asker, retrieval: RetrievalId) -> Answer:
        """Ask a running retrieval to stop. Raises RequestRefused when it is not theirs to stop."""
        self._check(asker)
        state = await self._known(retrieval)
        if state.state.is_settled:
            return Answer(text="It had already ended; there is nothing to cancel.")
        if not self._policy.may_cancel(asker.user, state):
            raise RequestRefused(
                f"Only <@{state.request.requester}>, who asked for it, can cancel this retrieval."
            )
        now = self._clock.now()
        await self._journal.append(retrieval, "cancel", CancelAsked(at=now, by=asker.user))
        await self._audit.record(now, asker.user, "cancelled", retrieval)
        return Answer(text="Cancelling it.")

    async def retry(self, asker: Asker, retrieval: RetrievalId) -> Answer:
        """Ask for the same target again, as a new retrieval of whoever presses."""
        state = await self._known(retrieval)
        asked = state.request
        return await self.request(
            asker,
            words=asked.words,
            platform=asked.platform,
            wish=asked.wish,
            exact=state.target.exact if state.target else asked.exact,
        )

    async def new_link(self, asker: Asker, retrieval: RetrievalId) -> Answer:
        """Ask for a new link to what was retrieved, after checking again who asks."""
        state = await self._allowed_link(asker, retrieval)
        if state.package is None:
            raise RequestRefused(
                "There is no package to give a link to. Press Retry for a new one."
            )
        if state.denial and state.denial.reason is FailureReason.PACKAGE_GONE:
            return await self.retry(asker, retrieval)
        async with self._asking:  # two clicks in one moment must not both pass
            if await self._has_asked(asker, retrieval):
                return Answer(text="Your new link is on its way already.")
            await self._ask(asker, retrieval)
        return Answer(text="Getting a new link. It comes in a message that mentions you.")

    async def _has_asked(self, asker: Asker, retrieval: RetrievalId) -> bool:
        """Whether this person waits for a link to it already."""
        state = await self._known(retrieval)
        pending = [await self._journal.find(retrieval, f"asked:{ask}") for ask in state.asks]
        return any(isinstance(one, LinkAsked) and one.by == asker.user for one in pending)

    async def _ask(self, asker: Asker, retrieval: RetrievalId) -> None:
        ask = uuid.uuid5(uuid.NAMESPACE_OID, asker.trigger).hex[:12]
        now = self._clock.now()
        event = LinkAsked(at=now, ask=ask, by=asker.user)
        run = Run(id=f"{retrieval}:{ask}", workflow="renew", subject=retrieval)
        if await self._journal.append_with_run(retrieval, f"asked:{ask}", event, run):
            await self._audit.record(now, asker.user, "link_asked", retrieval, ask)
            await self._engine.begin(run)

    async def take_link(self, asker: Asker, retrieval: RetrievalId, link: LinkId) -> TakenLink:
        """Give a link privately, for the visibility `requester`. It ends when the offer ends."""
        state = await self._allowed_link(asker, retrieval)
        now = self._clock.now()
        offer = next((one for one in state.links if one.id == link), None)
        if offer is None and not state.state.is_settled:
            raise RequestRefused("This link is only just being made. Press again in a moment.")
        if offer is None or offer.is_expired or offer.expires_at <= now or self._minter is None:
            raise RequestRefused("This link has expired. Press New link for another.")
        if state.target is None or state.package is None:
            raise RequestRefused("There is no package to give a link to.")
        order = LinkOrder(
            retrieval=retrieval,
            target=state.target,
            package=state.package,
            recipient=asker.user,
            effect=f"take:{asker.trigger}",
            decided=(offer.expires_at, offer.rule),
        )
        row, url = await self._minter.mint(order)
        await self._audit.record(now, asker.user, "link_taken", retrieval, row.id)
        return TakenLink(url=url, file_name=row.file_name, expires_at=row.expires_at)

    def _check(self, asker: Asker) -> None:
        if not self._policy.may_request(asker.user):
            raise RequestRefused(
                "You are not on the list of people who may retrieve source code here. "
                "Ask the administrator of this bot."
            )

    async def _allowed_link(self, asker: Asker, retrieval: RetrievalId) -> Retrieval:
        state = await self._known(retrieval)
        if not self._policy.may_take_link(asker.user, state):
            raise RequestRefused(
                f"Only <@{state.request.requester}> may take links of this retrieval. "
                "Type `/sast-source` for one of your own."
            )
        return state

    async def _known(self, retrieval: RetrievalId) -> Retrieval:
        state = await self._journal.load(retrieval)
        if state is None:
            raise RequestRefused(
                "This retrieval is no longer kept. Type `/sast-source` for a new one."
            )
        return state


def _acknowledgement(request: Request) -> str:
    if not request.words:
        return "Got it."
    said = " ".join(request.words)
    said += f", {request.wish}" if request.wish else ""
    said += f", on {request.platform}" if request.platform else ""
    return f"Got it: {said}. A message of its own will show how it goes."
