"""Do a visible thing once, as near as the other side lets us.

A durable step is only at-least-once: a process can die between acting and storing that it acted.
So every visible effect goes intent → act → result. The intent holds a token of the process that
meant to act; whoever finds another's token, or its own after a lost answer, looks for the effect
before repeating it, and journals a repetition where nothing could be looked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock
from bot.domain.events import AnyEvent, EffectRepeated
from bot.domain.value import RetrievalId
from bot.errors import BotError, CannotLook, SlackUnavailable
from bot.ports import Journal
from bot.workflows.drain import Drain

Happened = TypeVar("Happened", bound=AnyEvent)
Act = Callable[[], Awaitable[Happened]]
Probe = Callable[[], Awaitable[Happened | None]]

_FIRST_WAIT = 1.0  # seconds
_LONGEST_WAIT = 60.0


class Effects:
    """Runs effects against the journal."""

    def __init__(self, *, journal: Journal, clock: Clock, drain: Drain) -> None:
        self._journal = journal
        self._clock = clock
        self._drain = drain
        self._token = uuid.uuid4().hex  # of this process; deliberately not durable
        self._begun: set[tuple[RetrievalId, str]] = set()

    async def once(
        self,
        retrieval: RetrievalId,
        key: str,
        *,
        act: Act[Happened],
        probe: Probe[Happened],
    ) -> AnyEvent:
        """Give the event of the effect `key`: the stored one, a found one, or that of acting now.

        Goes on while Slack is unavailable; any other error is the caller's, and means that
        nothing was done.
        """
        wait = _FIRST_WAIT
        while True:
            try:
                async with self._drain.effect():
                    return await self._attempt(retrieval, key, act, probe)
            except SlackUnavailable:
                await self._clock.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _attempt(
        self, retrieval: RetrievalId, key: str, act: Act[Happened], probe: Probe[Happened]
    ) -> AnyEvent:
        stored = await self._journal.find(retrieval, key)
        if stored is not None:
            return stored
        intended_by = await self._journal.intend(retrieval, key, self._token)
        is_unsure = intended_by != self._token or (retrieval, key) in self._begun
        self._begun.add((retrieval, key))
        event = await self._look(retrieval, key, probe) if is_unsure else None
        if event is None:
            event = await self._act(retrieval, key, act)
        await self._journal.append(retrieval, key, event)
        self._begun.discard((retrieval, key))
        return event

    async def _act(self, retrieval: RetrievalId, key: str, act: Act[Happened]) -> Happened:
        try:
            return await act()
        except SlackUnavailable:
            raise
        except BotError:
            self._begun.discard((retrieval, key))  # nothing was done
            raise

    async def _look(
        self, retrieval: RetrievalId, key: str, probe: Probe[Happened]
    ) -> Happened | None:
        try:
            return await probe()
        except CannotLook:
            repeated = EffectRepeated(at=self._clock.now(), effect=key)
            await self._journal.append(retrieval, f"repeated:{key}:{uuid.uuid4().hex}", repeated)
            return None

    async def at_most_once(
        self, retrieval: RetrievalId, key: str, act: Callable[[], Awaitable[None]]
    ) -> None:
        """Do what cannot be looked for and must not be repeated."""
        token = uuid.uuid4().hex
        async with self._drain.effect():
            if await self._journal.intend(retrieval, key, token) == token:
                await act()
