"""How ODC is asked to package a build, so that it is asked once, and how far it is.

There is no operation to refer to: the build is the key, and whether anything was ever started can
only be seen by looking. So everything begins with a look, and after a request whose answer was
lost it is looked again, for as long as ODC may need to show a packaging that has begun. A failure
that was there before a request is not what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.domain.packaging import PackagingReport
from bot.domain.value import BuildKey
from bot.errors import (
    PlatformBroken,
    PlatformError,
    PlatformNotFound,
    PlatformRejected,
    PlatformUnreachable,
)
from bot.platforms.audience import Audience
from bot.platforms.odc_address import Portal
from bot.platforms.odc_api import OdcApi, Seen
from bot.platforms.odc_link import link_in
from bot.platforms.odc_models import PackagingWire
from bot.platforms.odc_words import has_failed, is_finished, is_under_way, report, under_way
from bot.platforms.server_text import one_line
from bot.platforms.unreachable import NothingSent
from bot.ports import Watcher

_SHOWS_WITHIN: Final = timedelta(seconds=30)  # after the request; before that a 404 says nothing
_BETWEEN_LOOKS: Final = 3.0  # seconds
_BEFORE_ANOTHER_TRY: Final = 10.0  # seconds, where it says that starting was not successful
_REMEMBERED: Final = timedelta(hours=1)  # how long "not started" is taken for our own request's


class _Asked(NamedTuple):
    """When a build was asked for, what there was to see before, and what came of it."""

    at: datetime
    before: PackagingWire | None
    odd: PackagingWire | None = None  # the last that is neither under way nor an end that is known
    is_spent: bool = False  # whether that was told twice, so that whoever polls has judged by it


class _Asking:
    """Whoever asks for a build at present, and those who wait for that."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.audience = Audience()


class Packagings:
    """The packagings of one organisation's builds, each of which this process asks for once."""

    def __init__(self, api: OdcApi, portal: Portal, attempts: int, clock: Clock) -> None:
        self._api = api
        self._portal = portal
        self._attempts = attempts
        self._clock = clock
        self._asked: dict[BuildKey, _Asked] = {}
        self._lost: set[BuildKey] = set()
        self._asking: WeakValueDictionary[BuildKey, _Asking] = WeakValueDictionary()

    async def started(
        self, build: BuildKey, asked_before: datetime | None, watcher: Watcher | None
    ) -> PackagingReport:
        """Ask for a package unless there is one, or one is being made."""
        async with self._alone(build, watcher) as heard_by_all:
            if asked_before is not None:
                self._note(build, _Asked(asked_before, self._before(build)))
            return await self._looked_and_asked(
                build, heard_by_all, is_uncertain=asked_before is not None
            )

    async def reported(
        self, build: BuildKey, asked_at: datetime, watcher: Watcher | None
    ) -> PackagingReport:
        """Say how a packaging is that was asked for; PlatformNotFound when it is gone."""
        try:
            seen = (await self._api.packaging(build, watcher)).packaging
        except PlatformNotFound as error:
            if self._is_within(_SHOWS_WITHIN, asked_at):
                return under_way(build)
            raise gone(self._api.platform, build, error) from error
        if self._is_within(_SHOWS_WITHIN, asked_at) and self._is_old(seen, build):
            return under_way(build)
        told = report(seen, build)
        if not told.is_known:
            self._note_odd(build, seen)
        return told

    def lose(self, build: BuildKey) -> None:
        """Note that what ODC calls finished is not in its storage, so that it is asked for anew."""
        self._lost.add(build)

    def is_lost(self, build: BuildKey) -> bool:
        """Whether that was noted, and it was not asked for since."""
        return build in self._lost

    @asynccontextmanager
    async def _alone(
        self, build: BuildKey, watcher: Watcher | None
    ) -> AsyncIterator[Watcher | None]:
        """Keep two targets with the same build from asking at the same time.

        Who waits for the other hears of the other's waits. Gives what hears for all.
        """
        asking = self._asking.setdefault(build, _Asking())
        async with AsyncExitStack() as taken:
            async with asking.audience.listening(watcher):
                await taken.enter_async_context(asking.lock)
            yield taken.enter_context(asking.audience.acting(watcher))

    async def _looked_and_asked(
        self, build: BuildKey, watcher: Watcher | None, *, is_uncertain: bool
    ) -> PackagingReport:
        """Look, ask, and look again after each request that may have been heard."""
        attempts = self._attempts
        while True:
            seen = await self._look(build, watcher)
            before = None if seen is None else seen.packaging
            news = None if seen is None or self._is_old(seen.packaging, build) else seen
            if news is not None and is_uncertain and has_failed(news.packaging):
                return report(news.packaging, build)
            if news is not None and self._serves(news, build):
                is_there = is_finished(news.packaging)
                return report(news.packaging, build) if is_there else under_way(build)
            attempts -= 1
            try:
                await self._ask(build, watcher, before, is_repeat=is_uncertain and news is None)
            except (PlatformUnreachable, PlatformBroken) as error:
                if isinstance(error, NothingSent) or attempts <= 0:
                    raise
                is_uncertain = True
            else:
                return under_way(build)

    async def _look(self, build: BuildKey, watcher: Watcher | None) -> Seen | None:
        """Give what there is; soon after a request, nothing new is not taken for an answer."""
        while True:
            try:
                seen = await self._api.packaging(build, watcher)
            except PlatformNotFound:
                seen = None
            is_news = seen is not None and not self._is_old(seen.packaging, build)
            if is_news or not self._was_asked_within(_SHOWS_WITHIN, build):
                return seen
            await self._clock.sleep(_BETWEEN_LOOKS)

    def _serves(self, seen: Seen, build: BuildKey) -> bool:
        """Whether to go on with what is there, instead of asking anew.

        What neither runs nor has ended as it should is left to the poll if it is our own, and
        asked for anew once the poll has judged.
        """
        there = seen.packaging
        if is_finished(there):
            return not self.is_lost(build) and not self._has_ended(seen)
        if is_under_way(there):
            return True
        asked = self._asked.get(build)
        if asked is None or asked.is_spent or has_failed(there):
            return False
        return self._is_within(_REMEMBERED, asked.at)

    def _has_ended(self, seen: Seen) -> bool:
        """Whether the only link to the package says that it works no longer."""
        now = self._clock.now()
        link = link_in(seen, self._portal, now)
        return link is not None and link.has_ended(now)

    async def _ask(
        self,
        build: BuildKey,
        watcher: Watcher | None,
        before: PackagingWire | None,
        *,
        is_repeat: bool,
    ) -> None:
        if await self._was_heard(build, watcher, before, is_repeat=is_repeat):
            return
        await self._clock.sleep(_BEFORE_ANOTHER_TRY)
        if not await self._was_heard(build, watcher, before, is_repeat=False):
            raise PlatformRejected(
                f"{self._api.platform} said twice that it could not start packaging build "
                f"{one_line(build)}, and gave no reason. Retry asks again.",
                platform=self._api.platform,
            )

    async def _was_heard(
        self,
        build: BuildKey,
        watcher: Watcher | None,
        before: PackagingWire | None,
        *,
        is_repeat: bool,
    ) -> bool:
        """Ask once, and note when, if it may have been heard; False where ODC says it was not."""
        may_be_heard = True  # also where whoever asks gives up meanwhile
        try:
            may_be_heard = await self._api.start(build, watcher, is_repeat=is_repeat)
        except PlatformError as error:
            may_be_heard = isinstance(error, PlatformUnreachable | PlatformBroken)
            raise
        finally:
            if may_be_heard:
                self._note(build, _Asked(self._clock.now(), before))
                self._lost.discard(build)
        return may_be_heard

    def _note(self, build: BuildKey, asked: _Asked) -> None:
        now = self._clock.now()
        self._asked = {key: one for key, one in self._asked.items() if now - one.at < _REMEMBERED}
        latest = max(asked.at, self._asked.get(build, asked).at)
        # What was asked in the future was asked before the clock was put right.
        self._asked[build] = asked._replace(at=min(now, latest))

    def _note_odd(self, build: BuildKey, seen: PackagingWire) -> None:
        asked = self._asked.get(build)
        if asked is not None:
            self._asked[build] = asked._replace(odd=seen, is_spent=asked.odd == seen)

    def _before(self, build: BuildKey) -> PackagingWire | None:
        asked = self._asked.get(build)
        return None if asked is None else asked.before

    def _is_old(self, seen: PackagingWire, build: BuildKey) -> bool:
        """Whether it is the failure that was there before the build was asked for."""
        return has_failed(seen) and seen == self._before(build)

    def _was_asked_within(self, period: timedelta, build: BuildKey) -> bool:
        asked = self._asked.get(build)
        return asked is not None and self._is_within(period, asked.at)

    def _is_within(self, period: timedelta, at: datetime) -> bool:
        """Whether that was so short ago; what lies ahead was before the clock was put back."""
        return timedelta(0) <= self._clock.now() - at < period


def gone(platform: str, build: str, failure: PlatformNotFound | None = None) -> PlatformNotFound:
    """Give the error for a package that is not there, or not any more, as ODC said it if it did."""
    text = f"{platform} has no package of build {one_line(build)} any more."
    if failure is None:
        return PlatformNotFound(text, platform=platform)
    return PlatformNotFound.after(failure, f"{text} {failure.message}")
