"""Join the packaging of a target, and follow it: what it does becomes the retrieval's events."""

from __future__ import annotations

from bot.clock import Clock
from bot.domain import events as e
from bot.domain.packaging import PackagingState
from bot.domain.policy import warnings_for
from bot.domain.retrieval import Retrieval
from bot.domain.value import PackagingId, RetrievalId
from bot.ports import Engine, Journal, Packaging, Packagings, Run
from bot.workflows.bells import Bells, followers_of

_LOOK_AGAIN = "look again"


class Following:
    """From `join` until the packaging or the retrieval ends."""

    def __init__(
        self,
        *,
        journal: Journal,
        packagings: Packagings,
        engine: Engine,
        bells: Bells,
        clock: Clock,
        at_once: dict[str, int],
    ) -> None:
        self._journal = journal
        self._packagings = packagings
        self._engine = engine
        self._bells = bells
        self._clock = clock
        self._at_once = at_once  # packagings at once, by platform

    async def join(self, retrieval: RetrievalId) -> str:
        """Follow the packaging that runs for the target, or begin one."""
        state = await self._journal.loaded(retrieval)
        if state.packaging is None:
            await self._join(state)
        return "joined"

    async def _join(self, state: Retrieval) -> None:
        if state.target is None:
            raise LookupError(f"retrieval {state.id} has no target to package")
        # The id is derived, so that a second execution finds its own packaging and not a new one.
        own = PackagingId(f"{state.packaging or state.id}-p")
        packaging, is_first = await self._packagings.join(state.target, own, self._clock.now())
        joined = e.PackagingJoined(at=self._clock.now(), packaging=packaging.id, is_first=is_first)
        await self._journal.append(state.id, f"joined:{packaging.id}", joined)
        if joined.is_first:
            run = Run(id=packaging.id, workflow="package", subject=packaging.id)
            await self._engine.begin(run)

    async def follow(self, retrieval: RetrievalId) -> str:
        """Wait until people must be told something: started, messages, ready, failed, cancelled."""
        while True:
            state = await self._journal.loaded(retrieval)
            if state.packaging is None:
                await self._join(state)
                continue
            change = await self._follow(retrieval, state.packaging)
            if change != "abandoned":
                return change
            # The packaging ended for want of followers just as this retrieval joined it.
            await self._join(await self._journal.loaded(retrieval))

    async def _follow(self, retrieval: RetrievalId, packaging: PackagingId) -> str:
        with self._bells.listen(retrieval, packaging) as listener:
            while True:
                state = await self._journal.loaded(retrieval)
                change = await self._catch_up(state, await self._packagings.loaded(packaging))
                if change == _LOOK_AGAIN:
                    continue
                if change:
                    return change
                await listener.heard()

    async def _catch_up(self, state: Retrieval, packaging: Packaging) -> str:
        if state.state.is_settled:
            return "failed" if state.failure else "cancelled"
        if state.is_being_cancelled:
            return await self._cancel(state, packaging)
        if packaging.state is PackagingState.CANCELLED:
            return "abandoned"
        if packaging.package is not None and state.package is None:
            return await self._started(state, packaging)
        if packaging.state is PackagingState.WAITING and packaging.ahead != state.ahead:
            await self._queued(state, packaging)
        if packaging.rate_ahead != state.rate_ahead:
            await self._rate_limited(state, packaging)
        return await self._ended(state, packaging) or await self._moved(state, packaging)

    async def _cancel(self, state: Retrieval, packaging: Packaging) -> str:
        assert state.cancel_asked_by is not None  # noqa: S101 - the caller looked
        event = e.RetrievalCancelled(at=self._clock.now(), by=state.cancel_asked_by)
        await self._journal.append(state.id, "cancelled", event)
        self._bells.ring(followers_of(packaging.id))
        return "cancelled"

    async def _queued(self, state: Retrieval, packaging: Packaging) -> None:
        platform = packaging.target.platform
        event = e.PackagingQueued(
            at=self._clock.now(), ahead=packaging.ahead, at_once=self._at_once.get(platform, 0)
        )
        await self._journal.append(state.id, f"queued:{packaging.id}:{packaging.version}", event)

    async def _rate_limited(self, state: Retrieval, packaging: Packaging) -> None:
        event = e.RateLimited(at=self._clock.now(), ahead=packaging.rate_ahead)
        await self._journal.append(state.id, f"rate:{packaging.id}:{packaging.version}", event)

    async def _started(self, state: Retrieval, packaging: Packaging) -> str:
        assert packaging.package is not None  # noqa: S101 - the caller looked
        event = e.PackagingStarted(
            at=self._clock.now(),
            package=packaging.package,
            target=packaging.target,
            warnings=warnings_for(packaging.target),
        )
        await self._journal.append(state.id, f"started:{packaging.id}", event)
        # A package that is there at once needs no "started": the link says it all.
        return "started" if packaging.state is PackagingState.RUNNING else _LOOK_AGAIN

    async def _moved(self, state: Retrieval, packaging: Packaging) -> str:
        news = (packaging.messages, packaging.trouble)
        if news == (state.messages, state.trouble):
            return ""
        event = e.PackagingMoved(
            at=self._clock.now(), messages=packaging.messages, trouble=packaging.trouble
        )
        await self._journal.append(state.id, f"moved:{packaging.version}", event)
        return "messages" if packaging.messages and state.reply("progress") is None else ""

    async def _ended(self, state: Retrieval, packaging: Packaging) -> str:
        if not packaging.state.is_settled:
            return ""
        ended = e.PackagingEnded(
            at=self._clock.now(), state=packaging.state, messages=packaging.messages
        )
        await self._journal.append(state.id, f"ended:{packaging.id}", ended)
        if packaging.failure is None:
            return "ready"
        failed = e.RetrievalFailed(
            at=self._clock.now(), reason=packaging.failure.reason, text=packaging.failure.text
        )
        await self._journal.append(state.id, "failed", failed)
        return "failed"
