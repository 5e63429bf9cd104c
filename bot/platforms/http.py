"""The one HTTP client for platforms: who may ask when, and what is repeated.

Nothing above this file sees aiohttp or decides on a status: a call gives a value or raises
PlatformError. One request and its answer are `exchange.py`'s, what is tried again is
`errand.py`'s, and who waits for what is `limits.py`'s.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import aiohttp
from pydantic import TypeAdapter, ValidationError
from yarl import URL

from bot.clock import Clock
from bot.errors import PlatformBusy, PlatformError, PlatformRefused
from bot.platforms.answers import Words, unreadable
from bot.platforms.call import Call
from bot.platforms.credentials import Authorization, Credentials, Presigned
from bot.platforms.errand import Errand
from bot.platforms.exchange import Exchange, Question, Reply
from bot.platforms.limits import RequestLimiter
from bot.platforms.outcome import outcome_of
from bot.platforms.stream import Stream
from bot.ports import Watcher
from bot.settings import PlatformSettings

__all__ = ["Authorization", "Observe", "PlatformClient", "Reply", "Words"]

Observe = Callable[[str, str, float], None]
T = TypeVar("T")

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class PlatformClient:
    """Calls one platform within its limits.

    `observe` is called once for each request, with the call's name, an outcome ("ok",
    "unreachable", "busy", "broken", "refused", "not_found", "rejected", "damaged", "cancelled")
    and the seconds until it was known; besides, with "repeated" and 0 seconds whenever a call that
    may already have acted is sent again.
    """

    def __init__(  # noqa: PLR0917 - what a client is made of, in one place for each kind of platform
        self,
        settings: PlatformSettings,
        credentials: Credentials,
        words: Words,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
    ) -> None:
        limits = settings.limits
        self.platform = settings.name
        self.host = settings.url.host or ""
        self._exchange = Exchange(session, settings.name, self.host, limits.timeout_seconds)
        self._credentials = credentials
        self._words = words
        self._limiter = RequestLimiter(limits, clock)
        self._attempts = limits.attempts
        self._clock = clock
        self._observe = observe

    async def ask(
        self,
        call: Call,
        url: URL,
        read: Callable[[Reply], T],
        *,
        form: Mapping[str, str] | None = None,
        watcher: Watcher | None = None,
        is_repeat: bool = False,
    ) -> T:
        """Call, and read the answer with `read`, whose PlatformBroken counts as a failed call.

        With a `watcher` there is time: a platform that is too busy is asked until it is not, and
        `watcher` hears of long waits and, for a call with an effect, of each request before it is
        sent. `is_repeat`: whether one that was sent before this call may have acted.
        """
        question = Question(call, url, self._credentials, self._words, form=form)
        errand = self._errand(question, watcher=watcher, is_repeat=is_repeat)

        async def once(token: str) -> T:
            return read(await self._exchange.reply(question, token))

        return await self._persist(errand, once)

    async def open(
        self, call: Call, url: URL, *, authorization: Authorization = Authorization.BEARER
    ) -> Stream:
        """Begin a download; the caller closes it. Without authorization it may be from any host.

        A place among the requests at once is held until the answer begins, not while it lasts:
        downloads have a limit of their own.
        """
        credentials, words = self._credentials, self._words
        if authorization is Authorization.NONE:  # then it says nothing about our token
            credentials, words = Presigned(url), Words()
        question = Question(call, url, credentials, words, authorization)

        async def once(token: str) -> Stream:
            return await self._exchange.stream(question, token, broken_off)

        def broken_off(failure: PlatformError) -> None:
            self._observe(call.name, outcome_of(failure), 0.0)

        return await self._persist(self._errand(question), once)

    def recall(self, call: Call, ended_at: Sequence[datetime]) -> None:
        """Count such calls of a process before this one in the limits."""
        self._limiter.recall(call, ended_at)

    def read(self, call: Call, model: TypeAdapter[T], reply: Reply, *, nothing: bytes = b"") -> T:
        """Read a successful answer as what the call promises. Raises PlatformBroken.

        `nothing`: the JSON that stands for "no content".
        """
        try:
            body = nothing if reply.is_nothing else reply.body.removeprefix(_BYTE_ORDER_MARK)
            return model.validate_json(body)
        except ValidationError:
            failure = self.unreadable(call, reply)
        raise failure

    def unreadable(self, call: Call, reply: Reply) -> PlatformError:
        """Give the error for a successful answer that is not what the call promises."""
        said = self._credentials.redacted(reply.body)
        return unreadable(call, reply.headers, said, platform=self.platform)

    def _errand(
        self, question: Question, *, watcher: Watcher | None = None, is_repeat: bool = False
    ) -> Errand:
        return Errand(
            question,
            order=self._limiter.arrive(),
            attempts=self._attempts,
            watcher=watcher,
            is_repeat=is_repeat,
        )

    async def _persist(self, errand: Errand, once: Callable[[str], Awaitable[T]]) -> T:
        """Try while the failure may pass, and so many times at most."""
        while True:
            self._refuse_to_wait_long(errand)
            await self._wait_for_token(errand)
            try:
                return await self._authorised(errand, once)
            except PlatformError as error:
                failure = error
            if isinstance(failure, PlatformBusy) and not errand.is_sent:
                continue  # there is no token for now, since the one that there was has ended
            errand.fail(failure)
            await self._rest(errand, failure)

    def _refuse_to_wait_long(self, errand: Errand) -> None:
        paused = self._limiter.paused(errand.call)
        if errand.cannot_wait(paused):
            raise PlatformBusy(
                f"{self.platform} cannot be asked to {errand.call.purpose} for the next "
                f"{paused:.0f} s: its rate limit is used up.",
                platform=self.platform,
                retry_after=paused,
            )

    async def _wait_for_token(self, errand: Errand) -> None:
        """See that there is a token, and wait where there is none for now and somebody sees it.

        Getting one has attempts of its own, so that it counts for none here.
        """
        watcher = errand.watcher
        while True:
            try:
                await errand.question.credentials.current()
            except PlatformBusy as error:
                if watcher is None or error.retry_after is None:
                    raise
                pause = error.retry_after
            else:
                return
            await watcher.waits(0)
            await self._clock.sleep(pause)
            await watcher.goes_on()

    async def _rest(self, errand: Errand, failure: PlatformError) -> None:
        """Wait before the next attempt; raise the failure if there is none."""
        is_by_the_minute = self._limiter.is_by_the_minute(errand.call)
        pause = errand.pause_after(failure, is_by_the_minute=is_by_the_minute)
        goes_on = errand.goes_on_after(failure, pause)
        is_busy = isinstance(failure, PlatformBusy)
        is_asked_to = goes_on and failure.retry_after is not None
        if is_busy or is_asked_to:
            self._limiter.pause(errand.call, pause)  # which is where it waits, with the others
        if is_busy and failure.retry_after is None:
            failure.retry_after = pause
        if not goes_on:
            raise failure
        if not is_busy and not is_asked_to:
            await self._clock.sleep(pause)

    async def _authorised(self, errand: Errand, once: Callable[[str], Awaitable[T]]) -> T:
        """Try with the token, and once more if there is a newer one when it is refused."""
        try:
            return await self._sent(errand, once)
        except PlatformRefused as error:
            refusal = error
        errand.is_sent = False
        if not errand.token:
            raise refusal
        renewed = await errand.question.credentials.renewed(errand.token, refusal)
        if renewed is None:
            raise refusal
        return await self._sent(errand, once, renewed)

    async def _sent(
        self, errand: Errand, once: Callable[[str], Awaitable[T]], renewed: str = ""
    ) -> T:
        errand.token, errand.is_sent = "", False
        async with self._limiter.place(errand.call, errand.watcher, order=errand.order):
            # Asked for after the wait, which may have been longer than a token's life.
            errand.token = renewed or await errand.question.credentials.current()
            await self._announce(errand)
            errand.is_sent = True
            try:
                return await self._observed(errand, once)
            except PlatformError as failure:
                if errand.watcher is not None and errand.was_turned_away(failure):
                    await errand.watcher.turned_away()
                raise

    async def _announce(self, errand: Errand) -> None:
        if not errand.call.has_effect:
            return
        if errand.is_repeat:
            self._observe(errand.call.name, "repeated", 0.0)
        if errand.watcher is not None:
            await errand.watcher.sends(is_repeat=errand.is_repeat)

    async def _observed(self, errand: Errand, once: Callable[[str], Awaitable[T]]) -> T:
        outcome = "cancelled"
        began = time.perf_counter()
        try:
            value = await once(errand.token)
            outcome = "ok"
        except PlatformError as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._observe(errand.call.name, outcome, time.perf_counter() - began)
        return value
