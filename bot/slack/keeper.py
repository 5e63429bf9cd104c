"""The keeper: makes every living message show what the journal knows, sooner or later.

It redraws what lags, settled retrievals first, each message at most once in a few seconds and
always from the newest state, so that many changes become few updates and the last one is always
shown. It runs as one task, from start to stop, and outlives every outage of Slack.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.clock import Clock
from bot.domain.packaging import PackagingMessage
from bot.domain.retrieval import Posted, Retrieval
from bot.errors import SlackError, SlackUnavailable
from bot.ports import Journal, Living, Livings, Messenger, Packagings

_log = structlog.get_logger(__name__)

_BETWEEN_REDRAWS = timedelta(seconds=3)
# Events come in swarms, and there is no use in looking faster than can be shown.
_BETWEEN_ROUNDS = 0.2  # seconds
_AFTER_AN_OUTAGE = 10.0  # seconds


class Keeper:
    """Keeps cards, progress replies and link messages true."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        livings: Livings,
        journal: Journal,
        packagings: Packagings,
        clock: Clock,
    ) -> None:
        self._messenger = messenger
        self._livings = livings
        self._journal = journal
        self._packagings = packagings
        self._clock = clock
        self._poked = asyncio.Event()
        self._rests_until: dict[Posted, datetime] = {}

    def poke(self) -> None:
        """Say that something has changed."""
        self._poked.set()

    async def run(self) -> None:
        """Keep everything true until cancelled, beginning with what lags from before."""
        while True:
            self._poked.clear()
            wait = await self._round()
            await self._clock.sleep(_BETWEEN_ROUNDS)
            if not self._poked.is_set():
                await self._rest(wait)

    async def _round(self) -> float | None:
        """Redraw what lags and may be; give the seconds to rest at most, None for no limit."""
        self._forget_rested()
        for living in await self._livings.lagging():
            if living.posted in self._rests_until:
                continue
            await self._redraw(living)
            if self._poked.is_set():
                return None
        if not self._rests_until:
            return None
        soonest = min(self._rests_until.values())
        return max(0.0, (soonest - self._clock.now()).total_seconds())

    def _forget_rested(self) -> None:
        now = self._clock.now()
        self._rests_until = {p: until for p, until in self._rests_until.items() if until > now}

    async def _redraw(self, living: Living) -> None:
        """Redraw one message from the newest state there is."""
        retrieval = await self._journal.load(living.retrieval)
        self._rests_until[living.posted] = self._clock.now() + _BETWEEN_REDRAWS
        if retrieval is None:
            return
        messages = await self._messages(retrieval)
        try:
            await self._messenger.redraw(living, retrieval, messages)
        except SlackUnavailable as error:
            _log.warning("slack.keeper_waits", code=error.code, reason=error.message)
            await self._clock.sleep(_AFTER_AN_OUTAGE)
            return
        except SlackError as error:
            # Asking again cannot mend it, and must not use up the budget; the next change may.
            _log.warning("slack.redraw_refused", code=error.code, part=living.part)
        self._rests_until[living.posted] = self._clock.now() + _BETWEEN_REDRAWS
        await self._livings.shown(living.model_copy(update={"shown_version": retrieval.version}))

    async def _messages(self, retrieval: Retrieval) -> Sequence[PackagingMessage]:
        if retrieval.packaging is None:
            return ()
        return await self._packagings.messages(retrieval.packaging)

    async def _rest(self, seconds: float | None) -> None:
        """Wait for a poke, for `seconds` at most."""
        poke = asyncio.ensure_future(self._poked.wait())
        waits = {poke}
        if seconds is not None:
            waits.add(asyncio.ensure_future(self._sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _sleep(self, seconds: float) -> Literal[True]:
        await self._clock.sleep(seconds)
        return True
