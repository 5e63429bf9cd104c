"""Find out what the words mean, and answer privately where they mean nothing to retrieve."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.clock import Clock
from bot.domain import names
from bot.domain.answers import Answer, AnswerKind
from bot.domain.events import RequestAnswered, TargetResolved
from bot.domain.name_answers import answer_for
from bot.domain.policy import Policy, production_refusal, warnings_for
from bot.domain.retrieval import Request, Retrieval
from bot.domain.target import Catalogue, Target
from bot.domain.value import PlatformName, RetrievalId
from bot.errors import PlatformError
from bot.ports import Journal, Messenger, PlatformGateway
from bot.workflows.answering import Answering


class Resolving:
    """The first step of a retrieval. Gives `resolved` or `answered`."""

    def __init__(
        self,
        *,
        journal: Journal,
        gateways: Mapping[PlatformName, PlatformGateway],
        messenger: Messenger,
        answering: Answering,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._gateways = gateways
        self._messenger = messenger
        self._answering = answering
        self._policy = policy
        self._clock = clock
        self._deciding = asyncio.Lock()  # the same line twice in one moment must not both pass

    async def resolve(self, retrieval: RetrievalId) -> str:
        """Journal what the request means, or answer it."""
        state = await self._journal.loaded(retrieval)
        if state.target is not None:
            return "resolved"
        if state.state.is_settled:
            return "answered"
        found = await self._meaning(state.request)
        if isinstance(found, Target):
            return await self._settle_on(state, found)
        await self._answer(retrieval, found)
        return "answered"

    async def _settle_on(self, state: Retrieval, found: Target) -> str:
        if self._policy.refuses(found.environment):
            text = production_refusal(found.environment, found.platform)
            await self._answer(state.id, Answer(kind=AnswerKind.REFUSAL, text=text))
            return "answered"
        running = await self._running(state, found)
        if running is None:
            return "resolved"
        await self._answer(state.id, await self._pointer(running, found))
        return "answered"

    async def _running(self, state: Retrieval, target: Target) -> Retrieval | None:
        """Give the same person's running retrieval of this, or journal that this is the one."""
        request = state.request
        async with self._deciding:
            running = await self._journal.running_for(
                request.requester, request.channel, target.key
            )
            if running is not None and running.id != state.id:
                return running
            now = self._clock.now()
            event = TargetResolved(at=now, target=target, warnings=warnings_for(target))
            await self._journal.append(state.id, "target", event)
            return None

    async def _pointer(self, running: Retrieval, target: Target) -> Answer:
        where = await self._messenger.permalink(running.card) if running.card else ""
        shown = f": {where}" if where else "."
        text = f"You already asked for {target}, and it is still running{shown}"
        return Answer(kind=AnswerKind.INFO, text=text)

    async def _meaning(self, request: Request) -> Target | Answer:
        catalogues, troubles = await self._catalogues(fresh=False)
        resolution = _resolve(request, catalogues)
        if not isinstance(resolution, names.Found):
            catalogues, troubles = await self._catalogues(fresh=True)
            resolution = _resolve(request, catalogues)
        if isinstance(resolution, names.Found):
            return resolution.target
        if troubles:
            return _platform_trouble(troubles)
        return answer_for(resolution)

    async def _catalogues(self, *, fresh: bool) -> tuple[list[Catalogue], list[PlatformError]]:
        asked = [gateway.catalogue(fresh=fresh) for gateway in self._gateways.values()]
        got = await asyncio.gather(*asked, return_exceptions=True)
        broken = [one for one in got if isinstance(one, BaseException)]
        for error in broken:
            if not isinstance(error, PlatformError):
                raise error
        catalogues = [one for one in got if isinstance(one, Catalogue)]
        return catalogues, [one for one in broken if isinstance(one, PlatformError)]

    async def _answer(self, retrieval: RetrievalId, answer: Answer) -> None:
        try:
            await self._answering.answer(retrieval, "answer", answer)
        finally:
            event = RequestAnswered(at=self._clock.now(), summary=answer.text)
            await self._journal.append(retrieval, "answered", event)


def _resolve(request: Request, catalogues: Sequence[Catalogue]) -> names.Resolution:
    if request.exact is not None:
        return names.resolve_exact(request.exact, catalogues)
    return names.resolve(request.words, catalogues)


def _platform_trouble(troubles: Sequence[PlatformError]) -> Answer:
    said = " ".join(f"{one.platform or 'The platform'}: {one.message}" for one in troubles)
    text = f"The names could not be looked up. {said} Try again in a few minutes."
    return Answer(kind=AnswerKind.ERROR, text=text)
