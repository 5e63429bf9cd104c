"""One request to a platform and its answer, over aiohttp: no limits, no repetition.

Errors are raised outside the handlers of aiohttp's own, whose reprs can hold the request's
headers, and thereby the token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, NamedTuple

import aiohttp
import structlog
from yarl import URL

from bot.errors import PackageDamaged, PlatformBroken, PlatformError, PlatformNotFound
from bot.platforms.answers import Words, error_in
from bot.platforms.call import Call
from bot.platforms.credentials import Authorization, Credentials
from bot.platforms.session import READ_BUFFER
from bot.platforms.stream import Stream
from bot.platforms.unreachable import CONNECTION_FAILURES, unreachable

log = structlog.get_logger()

_WHOLE_ANSWER: Final = 10  # times the time-out, for an answer that trickles in
_LARGEST_ANSWER: Final = 64 * 1024 * 1024  # bytes of JSON
_OK: Final = 200
_NO_CONTENT: Final = 204


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, where, and how it is shown that we may."""

    call: Call
    url: URL
    credentials: Credentials
    words: Words
    authorization: Authorization = Authorization.BEARER
    form: Mapping[str, str] | None = None

    @property
    def host(self) -> str:
        """Who is asked, which need not be the platform itself."""
        return self.url.host or ""

    def headers(self, token: str, **others: str) -> dict[str, str]:
        """Give the headers with the token, if there is one."""
        if not token:
            return others
        shown = token if self.authorization is Authorization.BARE else f"Bearer {token}"
        return {"Authorization": shown, **others}


class Reply(NamedTuple):
    """A successful answer, read whole."""

    headers: Mapping[str, str]
    body: bytes
    is_nothing: bool  # "no content", which LifeTime says for an empty list


class Exchange:
    """Asks and hears.

    `host` is the platform's own; `timeout`: the seconds for an answer to begin.
    """

    def __init__(
        self, session: aiohttp.ClientSession, platform: str, host: str, timeout: float
    ) -> None:
        self._session = session
        self._platform = platform
        self._host = host
        self._timeout = timeout

    async def reply(self, question: Question, token: str) -> Reply:
        """Ask, and read the whole answer. Raises PlatformError."""
        try:
            async with self._session.request(
                question.call.method,
                question.url,
                headers=question.headers(token, Accept="application/json"),
                data=question.form,
                timeout=self._timeouts(total=self._timeout * _WHOLE_ANSWER),
                allow_redirects=False,
            ) as response:
                body = await self._whole(question.call, response)
                self._check(question, response, body)
                return Reply(response.headers, body, is_nothing=response.status == _NO_CONTENT)
        except CONNECTION_FAILURES as error:
            failure = self._unreachable(question, error)
        raise failure

    async def stream(
        self, question: Question, token: str, on_failure: Callable[[PlatformError], None]
    ) -> Stream:
        """Ask, and give the answer's body; `on_failure` hears why it breaks off later."""
        try:
            with ExitStack() as undo:
                response = await self._session.request(
                    question.call.method,
                    question.url,
                    headers=question.headers(token, **{"Accept-Encoding": "identity"}),
                    timeout=self._timeouts(total=None),
                    allow_redirects=False,
                    read_bufsize=READ_BUFFER,
                )
                undo.callback(response.close)
                if response.status != _OK:
                    body = await self._whole(question.call, response)
                    self._check(question, response, body)
                undo.pop_all()
                broken_off = self._broken_off(question, on_failure)
                return Stream(response, broken_off, question.credentials.redacted)
        except CONNECTION_FAILURES as error:
            failure = self._unreachable(question, error)
        raise failure

    def _check(self, question: Question, response: aiohttp.ClientResponse, body: bytes) -> None:
        error = error_in(
            question.call,
            response.status,
            response.headers,
            question.credentials.redacted(body),
            platform=self._platform,
            words=question.words,
            host="" if question.host == self._host else question.host,
        )
        if error is None:
            return
        is_ordinary = question.call.may_find_nothing and isinstance(error, PlatformNotFound)
        if (error.trace_id or error.error_code) and not is_ordinary:
            log.info(
                "platform_error",
                platform=self._platform,
                call=question.call.name,
                status=error.status,
                error_code=error.error_code,
                trace_id=error.trace_id,
            )
        raise error

    async def _whole(self, call: Call, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _LARGEST_ANSWER:
                raise PlatformBroken(
                    f"{self._platform} could not {call.purpose}: its answer is larger than "
                    f"{_LARGEST_ANSWER // 1024 // 1024} MiB.",
                    platform=self._platform,
                )
        return bytes(body)

    def _broken_off(
        self, question: Question, on_failure: Callable[[PlatformError], None]
    ) -> Callable[[BaseException, int], PlatformError]:
        """Give what names the failure of a download that had begun, and tells of it."""

        def name(error: BaseException, received: int) -> PlatformError:
            failure: PlatformError
            if isinstance(error, asyncio.TimeoutError):
                failure = self._unreachable(question, error)
            else:
                failure = PackageDamaged(
                    f"The connection to {question.host} broke off after {received:,} bytes of "
                    "the package.",
                    platform=self._platform,
                )
            on_failure(failure)
            return failure

        return name

    def _unreachable(self, question: Question, error: BaseException) -> PlatformError:
        return unreachable(question.call, error, self._platform, question.host, self._timeout)

    def _timeouts(self, total: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=total, sock_connect=self._timeout, sock_read=self._timeout
        )
