"""The one HTTP client for platforms: who may ask when, what is repeated, what a failure is called.

Nothing above this file sees aiohttp or decides on a status: a call gives a value or raises
PlatformError. Errors are raised outside the handlers of aiohttp's own, whose reprs can hold the
request's headers, and thereby the token.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import Final, NamedTuple, TypeVar

import aiohttp
from yarl import URL

from bot.clock import Clock
from bot.errors import (
    PackageDamaged,
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformRefused,
)
from bot.platforms.answers import error_in, unreadable
from bot.platforms.call import Call
from bot.platforms.limits import RequestLimiter
from bot.platforms.outcome import outcome_of
from bot.platforms.session import READ_BUFFER
from bot.platforms.stream import Stream
from bot.platforms.token import Token
from bot.platforms.unreachable import CONNECTION_FAILURES, NothingSent, unreachable
from bot.settings import PlatformSettings

Observe = Callable[[str, str, float], None]
OnRepeat = Callable[[], Awaitable[None]]
T = TypeVar("T")

_FIRST_WAIT: Final = 0.5  # seconds before the first repetition; doubled for each further one
_LONGEST_WAIT: Final = 30.0  # seconds; who is asked to wait longer is told so instead
_WHOLE_ANSWER: Final = 10  # times the time-out, for an answer that trickles in
_LARGEST_ANSWER: Final = 64 * 1024 * 1024  # bytes of JSON
_chance: Final = random.SystemRandom()


class Reply(NamedTuple):
    """A successful answer, read whole."""

    headers: Mapping[str, str]
    body: bytes
    is_nothing: bool  # "no content", which LifeTime says for an empty list


class PlatformClient:
    """Calls one platform within its limits.

    `observe` is called once for each request, with the call's name, an outcome ("ok",
    "unreachable", "busy", "broken", "refused", "not_found", "rejected", "damaged", "cancelled")
    and the seconds until it was known; besides, with "repeated" and 0 seconds whenever a call that
    may already have acted is sent again.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
    ) -> None:
        limits = settings.limits
        self.platform = settings.name
        self.host = settings.url.host or ""
        self._session = session
        self._token = Token(settings.token, settings.name)
        self._limiter = RequestLimiter(limits.requests_at_once, limits.requests_per_second, clock)
        self._attempts = limits.attempts
        self._timeout = limits.timeout_seconds
        self._clock = clock
        self._observe = observe

    async def ask(
        self, call: Call, url: URL, read: Callable[[Reply], T], *, on_repeat: OnRepeat | None = None
    ) -> T:
        """Call, and read the answer with `read`, whose PlatformBroken counts as a failed call.

        `on_repeat` is awaited before a call that may already have acted is sent again.
        """

        async def once(token: str) -> T:
            return read(await self._reply(call, url, f"Bearer {token}"))

        return await self._persist(call, once, on_repeat)

    async def open(self, call: Call, url: URL, *, is_bare: bool = False) -> Stream:
        """Begin a download; the caller closes it.

        A place among the requests at once is held until the answer begins, not while it lasts:
        downloads have a limit of their own.
        """

        async def once(token: str) -> Stream:
            return await self._stream(call, url, token if is_bare else f"Bearer {token}")

        return await self._persist(call, once)

    def unreadable(self, call: Call, reply: Reply) -> PlatformError:
        """Give the error for a successful answer that is not what the call promises."""
        said = self._token.redacted(reply.body)
        return unreadable(call, reply.headers, said, platform=self.platform)

    async def _persist(
        self,
        call: Call,
        once: Callable[[str], Awaitable[T]],
        on_repeat: OnRepeat | None = None,
    ) -> T:
        """Try so many times, with growing pauses, while the failure may pass."""
        for attempt in range(1, self._attempts):
            try:
                return await self._authorised(call, once)
            except PlatformError as error:
                if not error.is_transient or (error.retry_after or 0) > _LONGEST_WAIT:
                    raise
                failure = error
            await self._clock.sleep(self._pause_after(failure, attempt))
            if call.has_effect and not isinstance(failure, NothingSent | PlatformBusy):
                self._observe(call.name, "repeated", 0.0)
                if on_repeat is not None:
                    await on_repeat()
        return await self._authorised(call, once)

    def _pause_after(self, failure: PlatformError, attempt: int) -> float:
        backed_off: float = min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
        backed_off *= _chance.uniform(0.5, 1.0)
        if failure.retry_after is None:
            return backed_off
        self._limiter.pause(failure.retry_after)
        return failure.retry_after + _chance.uniform(0.0, _FIRST_WAIT)

    async def _authorised(self, call: Call, once: Callable[[str], Awaitable[T]]) -> T:
        """Try with the token, and once more if a newer one can be read when it is refused."""
        token = self._token.current()
        try:
            return await self._observed(call, once, token)
        except PlatformRefused:
            renewed = self._token.renewed(token)
            if renewed is None:
                raise
        return await self._observed(call, once, renewed)

    async def _observed(self, call: Call, once: Callable[[str], Awaitable[T]], token: str) -> T:
        outcome = "cancelled"
        began = time.perf_counter()
        async with self._limiter.place():
            try:
                began = time.perf_counter()
                value = await once(token)
                outcome = "ok"
            except PlatformError as error:
                outcome = outcome_of(error)
                raise
            finally:
                self._observe(call.name, outcome, time.perf_counter() - began)
        return value

    async def _reply(self, call: Call, url: URL, authorization: str) -> Reply:
        timeout = self._timeouts(total=self._timeout * _WHOLE_ANSWER)
        headers = {"Authorization": authorization, "Accept": "application/json"}
        try:
            async with self._session.request(
                call.method, url, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                body = await self._whole(call, response)
                self._check(call, response, body)
                return Reply(response.headers, body, is_nothing=response.status == _NO_CONTENT)
        except CONNECTION_FAILURES as error:
            failure = unreachable(call, error, self.platform, self.host, self._timeout)
        raise failure

    async def _stream(self, call: Call, url: URL, authorization: str) -> Stream:
        timeout = self._timeouts(total=None)
        headers = {"Authorization": authorization, "Accept-Encoding": "identity"}
        try:
            with ExitStack() as undo:
                response = await self._session.request(
                    call.method,
                    url,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    read_bufsize=READ_BUFFER,
                )
                undo.callback(response.close)
                if response.status != _OK:
                    self._check(call, response, await self._whole(call, response))
                undo.pop_all()
                return Stream(response, self._broken_off(call), self._token.redacted)
        except CONNECTION_FAILURES as error:
            failure = unreachable(call, error, self.platform, self.host, self._timeout)
        raise failure

    def _check(self, call: Call, response: aiohttp.ClientResponse, body: bytes) -> None:
        said = self._token.redacted(body)
        error = error_in(call, response.status, response.headers, said, platform=self.platform)
        if error is not None:
            raise error

    async def _whole(self, call: Call, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _LARGEST_ANSWER:
                raise PlatformBroken(
                    f"{self.platform} could not {call.purpose}: its answer is larger than "
                    f"{_LARGEST_ANSWER // 1024 // 1024} MiB.",
                    platform=self.platform,
                )
        return bytes(body)

    def _broken_off(self, call: Call) -> Callable[[BaseException, int], PlatformError]:
        """Give what names the failure of a download that had begun, and counts it."""

        def name(error: BaseException, received: int) -> PlatformError:
            failure: PlatformError
            if isinstance(error, asyncio.TimeoutError):
                failure = unreachable(call, error, self.platform, self.host, self._timeout)
            else:
                failure = PackageDamaged(
                    f"The connection to {self.host} broke off after {received:,} bytes of the "
                    "package.",
                    platform=self.platform,
                )
            self._observe(call.name, outcome_of(failure), 0.0)
            return failure

        return name

    def _timeouts(self, total: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=total, sock_connect=self._timeout, sock_read=self._timeout
        )


_OK: Final = 200
_NO_CONTENT: Final = 204
