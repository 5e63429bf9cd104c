"""Wait for a turn, then ask the platform to package."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bot.clock import Clock
from bot.domain.events import EffectRepeated, FailureReason
from bot.domain.packaging import PackagingReport, PackagingState
from bot.domain.retrieval import Failure
from bot.domain.value import PackagingId, PlatformName, RetrievalId
from bot.errors import PlatformBusy, PlatformError, PlatformUnreachable
from bot.ports import Journal, Packaging, Packagings, PlatformGateway, Turns
from bot.workflows.bells import Bells, followers_of
from bot.workflows.drain import Drain
from bot.workflows.patience import BETWEEN_TRIES, PATIENCE

_PASSING = (PlatformUnreachable, PlatformBusy)
_NEAR = 5  # places from the front: from here on each step forward is told


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
        self._token = uuid.uuid4().hex  # of this process; deliberately not durable
        self._sent: set[PackagingId] = set()  # whose request may have acted already

    @asynccontextmanager
    async def turn(self, packaging: PackagingId) -> AsyncIterator[None]:
        """Hold one of the platform's turns; one that runs there already goes first.

        A packaging that nobody wants any more leaves the queue, and goes on without a turn.
        """
        known = await self._packagings.loaded(packaging)
        told = 0

        async def tell(ahead: int) -> None:
            nonlocal told
            # Every place of a long queue moves with every turn: tell what makes a difference.
            if not told or ahead <= min(_NEAR, told - 1) or ahead <= told // 2:
                told = ahead
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
            try:
                await self._until_taken_or_unwanted(packaging, taking)
            finally:
                taking.cancel()
            yield

    async def _forsake(self, packaging: Packaging) -> None:
        platform = packaging.target.platform
        text = f"The platform {platform} is not configured any more."
        failure = Failure(reason=FailureReason.PLATFORM, text=text)
        await self._change(packaging.id, state=PackagingState.FAILED, failure=failure)

    async def _until_taken_or_unwanted(
        self, packaging: PackagingId, taking: asyncio.Future[None]
    ) -> None:
        with self._bells.listen(followers_of(packaging)) as listener:
            while not taking.done():
                heard = asyncio.ensure_future(listener.heard())
                try:
                    await asyncio.wait({taking, heard}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    heard.cancel()
                if not taking.done() and await self._is_unwanted(packaging):
                    return
        await taking  # what it raised

    async def _is_unwanted(self, packaging: PackagingId) -> bool:
        if await self._journal.followers(packaging):
            return False
        await self._change(packaging, state=PackagingState.CANCELLED)
        return True

    async def start(self, packaging: PackagingId) -> str:
        """Send the packaging request, unless nobody wants it any more.

        A platform that cannot be reached is tried for a while; any other failure is its answer.
        """
        give_up_at = self._clock.now() + PATIENCE
        with self._bells.listen(followers_of(packaging)) as listener:
            while True:
                known = await self._packagings.loaded(packaging)
                if known.state is not PackagingState.WAITING:
                    return known.state
                if await self._is_unwanted(packaging):
                    return PackagingState.CANCELLED
                try:
                    async with self._drain.effect():
                        return await self._start(known)
                except PlatformError as error:
                    if not isinstance(error, _PASSING) or self._clock.now() >= give_up_at:
                        return await self._fail(packaging, error)
                    await self._change(packaging, trouble=error.message)
                await listener.heard_within(self._clock, BETWEEN_TRIES)

    async def _start(self, packaging: Packaging) -> str:
        gateway = self._gateways[packaging.target.platform]
        target = await gateway.describe(packaging.target)
        intended_by = await self._journal.intend(
            RetrievalId(packaging.id), "packaging", self._token
        )
        if intended_by != self._token or packaging.id in self._sent:
            await self._journal_a_repetition(packaging.id)
        self._sent.add(packaging.id)
        report = await gateway.start_packaging(
            target, on_repeat=partial(self._journal_a_repetition, packaging.id)
        )
        state = _running_unless_settled(report)
        changed = {"target": target, "state": state, "package": report.package, "ahead": 0}
        await self._change(packaging.id, **changed, asked_at=self._clock.now(), trouble="")
        self._sent.discard(packaging.id)
        return state

    async def _fail(self, packaging: PackagingId, error: PlatformError) -> str:
        failure = Failure(reason=FailureReason.PLATFORM, text=error.message)
        await self._change(packaging, state=PackagingState.FAILED, failure=failure)
        return PackagingState.FAILED

    async def _journal_a_repetition(self, packaging: PackagingId) -> None:
        """Say in the journals that the request is sent again: LifeTime offers nothing to look for.

        https://success.outsystems.com/documentation/11/reference/outsystems_apis/lifetime_api_v2/
        """
        repeated = EffectRepeated(at=self._clock.now(), effect="packaging")
        key = f"repeated:{packaging}:{uuid.uuid4().hex[:8]}"
        for follower in await self._journal.followers(packaging):
            await self._journal.append(follower, key, repeated)

    async def _change(self, packaging: PackagingId, **fields: object) -> None:
        known = await self._packagings.loaded(packaging)
        await self._packagings.save(known.model_copy(update=fields), ())
        self._bells.ring(packaging)


def _running_unless_settled(report: PackagingReport) -> PackagingState:
    """Leave the judgement of anything but success to the poll, which looks twice."""
    if report.state is PackagingState.READY and not report.messages:
        return PackagingState.READY
    return PackagingState.RUNNING
