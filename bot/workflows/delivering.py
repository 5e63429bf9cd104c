"""The last step of a retrieval, and of each renewal: a link, or words for why there is none."""

from __future__ import annotations

import uuid
from datetime import timedelta

from bot.clock import Clock
from bot.domain.events import (
    FailureReason,
    LinkAsked,
    LinkDenied,
    RateLimited,
    RetrievalCancelled,
    RetrievalFailed,
)
from bot.domain.retrieval import Retrieval
from bot.domain.value import RetrievalId
from bot.errors import PlatformError, PlatformNotFound, SlackError
from bot.ports import Journal
from bot.workflows.giving import Giving, Stopped
from bot.workflows.patience import BETWEEN_TRIES, PATIENCE
from bot.workflows.watching import Hold, RateWatcher


class Delivering:
    """Sees a link through, or says what came instead."""

    def __init__(self, *, journal: Journal, giving: Giving, clock: Clock) -> None:
        self._journal = journal
        self._giving = giving
        self._clock = clock

    async def deliver(self, retrieval: RetrievalId) -> str:
        """Give the requester the first link, or end the retrieval with the platform's reason."""
        give_up_at = self._clock.now() + PATIENCE
        watcher = self._watcher(retrieval)
        while True:
            state = await self._journal.loaded(retrieval)
            if state.is_being_cancelled:
                return await self._cancel(state)
            try:
                await self._giving.give(state, state.request.requester, watcher)
            except PlatformError as error:
                held = timedelta(seconds=watcher.held_seconds)
                if not error.is_transient or self._clock.now() - held >= give_up_at:
                    return await self._fail(retrieval, error)
            except SlackError as error:
                return await self._fail(retrieval, error)
            except Stopped:
                continue
            else:
                return "delivered"
            await self._clock.sleep(BETWEEN_TRIES)

    async def _cancel(self, state: Retrieval) -> str:
        assert state.cancel_asked_by is not None  # noqa: S101 - the caller looked
        cancelled = RetrievalCancelled(at=self._clock.now(), by=state.cancel_asked_by)
        await self._journal.append(state.id, "cancelled", cancelled)
        return "cancelled"

    async def _fail(self, retrieval: RetrievalId, error: PlatformError | SlackError) -> str:
        failed = RetrievalFailed(at=self._clock.now(), reason=_reason(error), text=error.message)
        await self._journal.append(retrieval, "failed", failed)
        return "failed"

    async def renew(self, retrieval: RetrievalId, ask: str) -> str:
        """Give whoever asked a new link, or journal why there is none."""
        state = await self._journal.loaded(retrieval)
        asked = await self._journal.find(retrieval, f"asked:{ask}")
        asker = asked.by if isinstance(asked, LinkAsked) else None
        if asker is None:
            raise LookupError(f"retrieval {retrieval} knows no request {ask} for a link")
        try:
            await self._giving.give_another(state, asker, self._watcher(retrieval), ask=ask)
        except (PlatformError, SlackError) as error:
            event = LinkDenied(
                at=self._clock.now(), ask=ask, reason=_reason(error), text=error.message
            )
            await self._journal.append(retrieval, f"denied:{ask}", event)
            return "denied"
        return "delivered"

    async def give_up(self, retrieval: RetrievalId, ask: str, reference: str) -> str:
        """End a renewal that broke for a reason of ours."""
        text = f"Something broke on our side (reference {reference}). Press New link again."
        event = LinkDenied(at=self._clock.now(), ask=ask, reason=FailureReason.INTERNAL, text=text)
        await self._journal.append(retrieval, f"denied:{ask}", event)
        return "denied"

    def _watcher(self, retrieval: RetrievalId) -> RateWatcher:
        async def show(hold: Hold) -> None:
            event = RateLimited(at=self._clock.now(), ahead=hold.ahead)
            await self._journal.append(retrieval, f"rate:link:{uuid.uuid4().hex[:8]}", event)

        return RateWatcher(show=show, clock=self._clock)


def _reason(error: PlatformError | SlackError) -> FailureReason:
    if isinstance(error, SlackError):
        return FailureReason.SLACK
    gone = isinstance(error, PlatformNotFound)
    return FailureReason.PACKAGE_GONE if gone else FailureReason.PLATFORM
