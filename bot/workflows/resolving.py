"""Find out what the words mean, and answer privately where they mean nothing to retrieve."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.domain import names
from bot.domain.answers import Answer, AnswerKind
from bot.domain.events import RequestAnswered, TargetResolved
from bot.domain.name_answers import answer_for, found_elsewhere, unknown_platform
from bot.domain.policy import Policy, production_refusal, warnings_for
from bot.domain.retrieval import Request, Retrieval
from bot.domain.target import Catalogue, Target
from bot.domain.value import PlatformName, RetrievalId
from bot.errors import PlatformBusy, PlatformError, PlatformNotFound, PlatformRejected
from bot.ports import Journal, Messenger, PlatformGateway
from bot.workflows.answering import Answering
from bot.workflows.patience import BETWEEN_TRIES, PATIENCE, is_done_within
from bot.workflows.searching import Gateways, Search

_CHECKED_WITHIN = 15.0  # seconds
_SOON = 10.0  # seconds
_TAKES_LONG = (
    "Still looking up the names: a platform is slow to answer, or its rate limit is used up. "
    "It goes on by itself."
)


@dataclass(frozen=True)
class Meant:
    """What a request means, and which platforms could not be searched for it."""

    target: Target
    unsearched: tuple[str, ...] = ()


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
        meaning = await self._meaning(state)
        if isinstance(meaning, Meant):
            return await self._settle_on(state, meaning)
        await self._answer(retrieval, meaning)
        return "answered"

    async def _settle_on(self, state: Retrieval, meant: Meant) -> str:
        target = meant.target
        if self._policy.refuses(target.environment):
            refusal = Answer(kind=AnswerKind.REFUSAL, text=production_refusal(target))
            await self._answer(state.id, refusal)
            return "answered"
        running = await self._running(state, meant)
        if running is None:
            return "resolved"
        await self._answer(state.id, await self._pointer(running, target))
        return "answered"

    async def _running(self, state: Retrieval, meant: Meant) -> Retrieval | None:
        """Give the same person's running retrieval of this, or journal that this is the one."""
        request, target = state.request, meant.target
        async with self._deciding:
            running = await self._journal.running_for(
                request.requester, request.channel, target.key
            )
            if running is not None and running.id != state.id:
                return running
            event = TargetResolved(
                at=self._clock.now(),
                target=target,
                warnings=warnings_for(target),
                unsearched=meant.unsearched,
            )
            await self._journal.append(state.id, "target", event)
            return None

    async def _pointer(self, running: Retrieval, target: Target) -> Answer:
        where = await self._messenger.permalink(running.card) if running.card else ""
        shown = f": {where}" if where else "."
        text = f"You already asked for {target}, and it is still running{shown}"
        return Answer(kind=AnswerKind.INFO, text=text)

    async def _meaning(self, state: Retrieval) -> Meant | Answer:
        gateways = self._asked_of(state.request)
        if isinstance(gateways, Answer):
            return gateways
        give_up_at = self._clock.now() + PATIENCE
        while True:
            search = Search(gateways, partial(_resolve, state.request), self._clock)
            meaning = await self._told_if_long(state.id, self._looked_up(state.request, search))
            busy = [one for one in search.troubles if isinstance(one, PlatformBusy)]
            pause = min((one.retry_after or BETWEEN_TRIES for one in busy), default=0.0)
            is_too_late = self._clock.now() + timedelta(seconds=pause) >= give_up_at
            if isinstance(meaning, Meant) or not busy or is_too_late:
                return meaning
            await self._say_that_it_waits(state.id, busy)
            await self._clock.sleep(pause)

    async def _told_if_long(
        self, retrieval: RetrievalId, looking_up: Coroutine[None, None, Meant | Answer]
    ) -> Meant | Answer:
        """Look the names up, and tell whoever asked where that takes long."""
        work = asyncio.ensure_future(looking_up)
        try:
            if not await is_done_within(work, self._clock, _SOON):
                await self._answering.answer(retrieval, "waits", Answer(text=_TAKES_LONG))
            return await work
        finally:
            work.cancel()

    async def _looked_up(self, request: Request, search: Search) -> Meant | Answer:
        await search.look()
        if not search.is_settled:
            key = names.platform_key(request.words) if request.wish is None else None
            build = await search.find_build(key) if key else None
            if build is not None:
                return await self._checked(Meant(build))
            await search.read_anew()
        resolution = search.resolution
        if isinstance(resolution, names.Found):
            unsearched = tuple(map(_unsearched, search.troubles))
            return await self._checked(Meant(resolution.target, unsearched))
        can_say_nothing = isinstance(resolution, names.NoRevisions) or not search.has_searched
        if can_say_nothing and search.troubles:
            return _platform_trouble(search.troubles)
        if search.troubles:
            return _with_troubles(answer_for(resolution), search.troubles)
        return await self._elsewhere(request) or answer_for(resolution)

    async def _elsewhere(self, request: Request) -> Answer | None:
        """Say where it is, as far as is known, when it is not on the platform that was named."""
        if not request.platform or request.exact is not None:
            return None
        named = names.platform_called(request.platform, self._gateways)
        others = {name: one for name, one in self._gateways.items() if name != named}
        search = Search(others, partial(_resolve, request), self._clock)
        await search.look()
        match search.resolution:
            case names.Found(target=target):
                return found_elsewhere(request.platform, [target])
            case names.Several(targets=targets):
                return found_elsewhere(request.platform, targets)
            case _:
                return None

    def _asked_of(self, request: Request) -> Gateways | Answer:
        """Give the gateways that are to be searched."""
        if request.exact is not None:
            name = request.exact.platform
            return {name: self._gateways[name]} if name in self._gateways else {}
        if not request.platform:
            return self._gateways
        called = names.platform_called(request.platform, self._gateways)
        if called is None:
            return unknown_platform(request.platform, tuple(self._gateways))
        return {called: self._gateways[called]}

    async def _say_that_it_waits(
        self, retrieval: RetrievalId, busy: Sequence[PlatformBusy]
    ) -> None:
        platforms = " and ".join(one.platform for one in busy)
        text = (
            f"Waiting for the rate limit of {platforms} before the names can be looked up. "
            "It goes on by itself."
        )
        await self._answering.answer(retrieval, "waits", Answer(text=text))

    async def _checked(self, meant: Meant) -> Meant | Answer:
        """Look whether what was wished for exists, before anything is posted about it.

        Where that takes long, the packaging finds out, and shows what it waits for.
        """
        if meant.target.wish is None:
            return meant
        gateway = self._gateways[meant.target.platform]
        describing = asyncio.ensure_future(gateway.describe(meant.target))
        try:
            is_done = await is_done_within(describing, self._clock, _CHECKED_WITHIN)
            return replace(meant, target=describing.result()) if is_done else meant
        except (PlatformNotFound, PlatformRejected) as error:
            return Answer(kind=AnswerKind.REFUSAL, text=error.message)
        except PlatformError:
            return meant  # the packaging asks again, and has more patience
        finally:
            describing.cancel()

    async def _answer(self, retrieval: RetrievalId, answer: Answer) -> None:
        try:
            await self._answering.answer(retrieval, "answer", answer)
        finally:
            event = RequestAnswered(at=self._clock.now(), summary=answer.text)
            await self._journal.append(retrieval, "answered", event)


def _resolve(request: Request, catalogues: Sequence[Catalogue]) -> names.Resolution:
    if request.exact is not None:
        return names.resolve_exact(request.exact, catalogues)
    return names.resolve(request.words, catalogues, request.wish)


def _unsearched(trouble: PlatformError) -> str:
    return f"{trouble.platform} could not be searched for it: {trouble.message}"


def _with_troubles(answer: Answer, troubles: Sequence[PlatformError]) -> Answer:
    """Say before an answer what could not be searched, since it may be there."""
    said = " ".join(map(_unsearched, troubles))
    text = f"{said} It may be there. {_what_to_do(troubles)} Elsewhere: {answer.text}"
    return answer.model_copy(update={"text": text})


def _platform_trouble(troubles: Sequence[PlatformError]) -> Answer:
    said = " ".join(one.message for one in troubles)
    text = f"The names could not be looked up. {said} {_what_to_do(troubles)}"
    return Answer(kind=AnswerKind.ERROR, text=text)


def _what_to_do(troubles: Sequence[PlatformError]) -> str:
    if any(one.is_transient for one in troubles):
        return "Try again in a few minutes."
    return "Whoever runs the bot can find out more with `sast-source doctor`."
