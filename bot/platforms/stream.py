"""A download under way: its pieces, and its failures in our words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

import aiohttp

from bot.errors import PlatformError
from bot.platforms.server_text import server_text
from bot.platforms.unreachable import CONNECTION_FAILURES

PIECE: Final = 64 * 1024  # bytes; no piece is longer

_DISGUISED: Final = ("Content-Encoding", "Transfer-Encoding")


class Stream:
    """The body of an answer, read piece by piece. Holds the connection until it is closed."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        failure: Callable[[BaseException, int], PlatformError],
        redacted: Callable[[bytes], bytes],
    ) -> None:
        self._response = response
        self._content = response.content
        self._failure = failure
        self._redacted = redacted
        disguised = any(name in response.headers for name in _DISGUISED)
        self.length: int | None = None if disguised else response.content_length

    async def read(self, most: int = PIECE) -> bytes:
        """Give what has arrived, at most `most` bytes; nothing at the end. Raises PlatformError."""
        try:
            return await self._content.read(most)
        except CONNECTION_FAILURES as error:
            failure = self._failure(error, self._content.total_bytes)
        raise failure

    async def pieces(self, head: bytes) -> AsyncIterator[bytes]:
        """Give `head`, then what `read` would; a loop of its own, since it is the hot one."""
        yield head
        read = self._content.read
        try:
            while piece := await read(PIECE):
                yield piece
        except CONNECTION_FAILURES as error:
            failure = self._failure(error, self._content.total_bytes)
        else:
            return
        raise failure

    def said(self, head: bytes) -> str:
        """Give the server's words, where the body turns out to be those instead of a package."""
        return server_text(self._response.headers, self._redacted(head))

    def close(self) -> None:
        """Let go of the connection; one whose body was not read to its end is cut."""
        self._response.close()
