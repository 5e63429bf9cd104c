"""Wait for a turn, then ask the platform to package."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.domain.events import EffectRepeated, FailureReason
from bot.domain.packaging import PackagingReport, PackagingState
from bot.domain.retrieval import Failure
from bot.domain.value import PackagingId, PlatformName
from bot.errors import PlatformBusy, PlatformError, PlatformUnreachable
from bot.ports import Journal, Packaging, Packagings, PlatformGateway, Turns
from bot.workflows.bells import Bells, followers_of
from bot.workflows.drain import Drain
from bot.workflows.patience import BETWEEN_TRIES, PATIENCE
from bot.workflows.watching import Hold, QueueTold, RateWatcher

_PASSING = (PlatformUnreachable, PlatformBusy)


class Starting:
    """The part of a packaging before it can be polled."""

    def __init__(
        self,
        *,
        packagings: Packagings,
        journal: Journal,
        gateways: Mapping[PlatformName, PlatformGateway],
        turns: Mapping[PlatformName, Turns],
        bells: Bells,
        drain: Drain,
        clock: Clock,
    ) -> None:
        self._packagings = packagings
        self._journal = journal
        self._gateways = gateways
        self._turns = turns
        self._bells = bells
        self._drain = drain
        self._clock = clock

    @asynccontextmanager
    async def turn(self, packaging: PackagingId) -> AsyncIterator[None]:
        """Hold one of the platform's turns; one that runs there already goes first.

        A packaging that nobody wants any more leaves the queue, and goes on without a turn.
        """
        known = await self._packagings.loaded(packaging)
        told = QueueTold()

        async def tell(ahead: int) -> None:
            if told.is_news(ahead):
                await self._change(packaging, ahead=ahead)

        turns = self._turns.get(known.target.platform)
        if turns is None:
            await self._forsake(known)
            yield
            return
        runs_there = known.package is not None
        async with AsyncExitStack() as held:
            place = turns.take(packaging, tell, is_under_way=runs_there)
            taking = asyncio.ensure_future(held.enter_async_context(place))
            with self._bells.listen(followers_of(packaging)) as listener:
                is_taken = await listener.waits_for(
                    taking, unless=partial(self._is_unwanted, packaging)
                )
            if is_taken and not runs_there:
                await self._change(packaging, ahead=0, rate_ahead=None)
            yield

    async def _forsake(self, packaging: Packaging) -> None:
        platform = packaging.target.platform
        text = f"The platform {platform} is not configured any more."
        failure = Failure(reason=FailureReason.PLATFORM, text=text)
        await self._change(packaging.id, state=PackagingState.FAILED, failure=failure)

    async def _is_unwanted(self, packaging: PackagingId) -> bool:
        if await self._journal.followers(packaging):
            return False
        await self._change(packaging, state=PackagingState.CANCELLED)
        return True

    async def _may_stop(self, packaging: PackagingId, watcher: RateWatcher) -> bool:
        """Whether to give it up: what the platform may have begun is not stopped."""
        return not watcher.sent and await self._is_unwanted(packaging)

    async def start(self, packaging: PackagingId) -> str:
        """Send the packaging request, unless nobody wants it any more.

        A platform that cannot be reached is tried for a while, not counting what its rate limit
        takes; any other failure is its answer.
        """
        tried = timedelta(0)
        with self._bells.listen(followers_of(packaging)) as listener:
            while True:
                known = await self._packagings.loaded(packaging)
                if known.state is not PackagingState.WAITING:
                    return known.state
                if await self._is_unwanted(packaging):
                    return PackagingState.CANCELLED
                acting, began = AsyncExitStack(), self._clock.now()
                watcher = self._watcher(known, acting)
                try:
                    async with acting:
                        work = asyncio.ensure_future(self._start(known, watcher))
                        unless = partial(self._may_stop, packaging, watcher)
                        await listener.waits_for(work, unless=unless)
                except PlatformError as error:
                    if tried >= PATIENCE or not _may_pass(error, watcher):
                        return await self._fail(packaging, error)
                    await self._change(packaging, trouble=error.message)
                    await listener.heard_within(self._clock, BETWEEN_TRIES)
                tried += self._clock.now() - began - timedelta(seconds=watcher.held_seconds)

    def _watcher(self, known: Packaging, acting: AsyncExitStack) -> RateWatcher:
        """Give what shows waits, and notes when a request was sent that may have been heard.

        While one is out, a stop waits for `acting` to end.
        """
        sent_at = [known.asked_at]

        async def show(hold: Hold) -> None:
            await self._change(known.id, rate_ahead=hold.ahead)

        async def sent(is_repeat: bool) -> None:  # noqa: FBT001 - what the watcher passes on
            await acting.enter_async_context(self._drain.effect())
            sent_at.append(self._clock.now())
            await self._change(known.id, asked_at=sent_at[-1])
            if is_repeat:
                await self._journal_a_repetition(known.id)

        async def turned_away() -> None:
            sent_at.pop()
            await self._change(known.id, asked_at=sent_at[-1])
            await acting.aclose()
            self._bells.ring(followers_of(known.id))  # who stopped meanwhile was not heeded

        return RateWatcher(show=show, sent=sent, turned_away=turned_away, clock=self._clock)

    async def _start(self, packaging: Packaging, watcher: RateWatcher) -> None:
        gateway = self._gateways[packaging.target.platform]
        # Anew: what was chosen when the names were looked up may be gone by now.
        target = await gateway.describe(packaging.target, watcher)
        report = await gateway.start_packaging(
            target, asked_before=packaging.asked_at, watcher=watcher
        )
        state = _running_unless_settled(report)
        changed = {"target": target, "state": state, "package": report.package, "ahead": 0}
        now = self._clock.now()
        await self._change(packaging.id, **changed, asked_at=now, rate_ahead=None, trouble="")

    async def _fail(self, packaging: PackagingId, error: PlatformError) -> str:
        failure = Failure(reason=FailureReason.PLATFORM, text=error.message)
        await self._change(packaging, state=PackagingState.FAILED, failure=failure)
        return PackagingState.FAILED

    async def _journal_a_repetition(self, packaging: PackagingId) -> None:
        """Say in the journals that the request is sent again, and may be acted on twice."""
        repeated = EffectRepeated(at=self._clock.now(), effect="packaging")
        key = f"repeated:{packaging}:{uuid.uuid4().hex[:8]}"
        for follower in await self._journal.followers(packaging):
            await self._journal.append(follower, key, repeated)

    async def _change(self, packaging: PackagingId, **fields: object) -> None:
        known = await self._packagings.loaded(packaging)
        await self._packagings.save(known.model_copy(update=fields), ())
        self._bells.ring(packaging)


def _may_pass(error: PlatformError, watcher: RateWatcher) -> bool:
    """Whether to try again: a platform that has answered the request itself has answered."""
    return isinstance(error, _PASSING) or (error.is_transient and not watcher.sent)


def _running_unless_settled(report: PackagingReport) -> PackagingState:
    """Leave the judgement of anything but success to the poll, which looks twice."""
    if report.state is PackagingState.READY and not report.messages:
        return PackagingState.READY
    return PackagingState.RUNNING
