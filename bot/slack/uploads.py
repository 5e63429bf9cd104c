"""Packages as files of Slack's, where there is no public address for links of our own.

Slack wants the length before the bytes and slack_sdk's helper reads the whole file into memory, so
the package is spooled to a file without a name, which the system removes with this process, and
sent from there in pieces.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import IO

import aiohttp

from bot.clock import Clock
from bot.domain.value import ChannelId, MessageTs
from bot.errors import SlackRefused, SlackUnavailable
from bot.ports import PackageBody
from bot.slack.calls import Calls, Observe
from bot.slack.methods import COMPLETE_UPLOAD, DELETE_FILE, GET_UPLOAD_URL

_PIECE = 1 << 20
_ATTEMPTS = 3
_WAIT = 5.0
# Answers of the upload address that sending the same bytes again cannot change.
_FINAL = frozenset(range(300, 500)) - {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_GONE = frozenset({"file_not_found", "file_deleted"})
# No limit on the whole: a package may be large and the line slow, as long as bytes move.
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=300)


class Uploads:
    """Sends, shares and deletes files."""

    def __init__(
        self, calls: Calls, session: aiohttp.ClientSession, clock: Clock, observe: Observe
    ) -> None:
        self._calls = calls
        self._session = session
        self._clock = clock
        self._observe = observe

    async def stage(self, file_name: str, body: PackageBody) -> tuple[str, int]:
        """Bring a package to Slack, where nobody sees it yet; gives the file's id and size.

        Raises what reading `body` raises, and SlackError: SlackRefused where the bytes are not
        wanted, SlackUnavailable where they did not arrive.
        """
        with tempfile.TemporaryFile() as spool:
            length = await _spool(body, spool)
            for attempt in range(1, _ATTEMPTS + 1):
                answer = await self._calls.call(
                    GET_UPLOAD_URL, {"filename": file_name, "length": length}
                )
                outcome = await self._send(answer["upload_url"], spool, length)
                if outcome == "ok":
                    return str(answer["file_id"]), length
                if attempt < _ATTEMPTS:
                    await self._clock.sleep(_WAIT * attempt)
        raise SlackUnavailable("Slack did not take the file.", method="upload", code=outcome)

    async def share(
        self, file: str, title: str, channel: ChannelId, thread: MessageTs | None
    ) -> None:
        """Show a staged file in a conversation. A file of uncertain fate is deleted at once."""
        arguments = {
            "files": [{"id": file, "title": title}],
            "channel_id": channel,
            "thread_ts": thread,
        }
        try:
            await self._calls.call(COMPLETE_UPLOAD, arguments, channel=channel)
        except SlackUnavailable:
            await self.delete(file)
            raise

    async def delete(self, file: str) -> None:
        """Delete a file; one that is gone already is no error."""
        try:
            await self._calls.call(DELETE_FILE, {"file": file})
        except SlackRefused as error:
            if error.code not in _GONE:
                raise

    async def _send(self, url: str, spool: IO[bytes], length: int) -> str:
        """Send the bytes once; gives `ok` or what went wrong. Raises SlackRefused."""
        began, status = time.monotonic(), None
        headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
        try:
            async with self._session.post(
                url,
                data=_pieces(spool),
                headers=headers,
                proxy=self._calls.proxy,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                status = response.status
                outcome = "ok" if status == HTTPStatus.OK else f"http_{status}"
        except TimeoutError:
            outcome = "timeout"
        except aiohttp.ClientError:
            outcome = "dropped"
        self._observe("upload", outcome, time.monotonic() - began)
        if status in _FINAL:
            raise SlackRefused(
                f"Slack did not take the file (HTTP {status}). Whoever runs the bot should look at "
                "what lies between it and Slack, such as a proxy, and at Slack's limits for files.",
                method="upload",
                code=outcome,
            )
        return outcome


async def _spool(body: PackageBody, spool: IO[bytes]) -> int:
    held = bytearray()
    length = 0
    async for piece in body:
        held += piece
        length += len(piece)
        if len(held) >= _PIECE:
            await asyncio.to_thread(spool.write, bytes(held))
            held.clear()
    await asyncio.to_thread(spool.write, bytes(held))
    await asyncio.to_thread(spool.flush)
    return length


async def _pieces(spool: IO[bytes]) -> AsyncIterator[bytes]:
    await asyncio.to_thread(spool.seek, 0)
    while piece := await asyncio.to_thread(spool.read, _PIECE):
        yield piece
