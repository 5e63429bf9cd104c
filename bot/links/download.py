"""One download: the bytes of one package on their way to one client.

It either ends whole or is cut off in a way that no client can take for an end. It knows nothing of
places, audit or pages; `streaming` does.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

from aiohttp import web

from bot.domain.link import LinkRow
from bot.errors import PlatformNotFound
from bot.links.connection import Connection
from bot.links.content_disposition import content_disposition
from bot.links.zip_end import ZipEnd
from bot.ports import PlatformGateway


class Outcome(StrEnum):
    """How a request for a package ended; the label of its metric."""

    FINISHED = "finished"  # the whole package went out
    LEFT = "left"  # the client went away
    STALLED = "stalled"  # nothing moved for too long
    STOPPED = "stopped"  # the bot shuts down
    CUT = "cut"  # the platform failed in the middle, and so the connection was reset
    FAILED = "failed"  # the platform failed before the first byte; answered with a page
    FULL = "full"  # no place was free
    UNKNOWN = "unknown"  # no link that works
    ROBOT = "robot"  # a preview, answered with an empty page
    ASKED = "asked"  # HEAD


def package_headers(link: LinkRow) -> dict[str, str]:
    """Give the headers that a package goes out with, its length aside."""
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition(link.file_name),
        "Accept-Ranges": "none",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }


class Download:
    """Moves one package; at most some hundred KiB of it are in memory at any moment."""

    def __init__(
        self, request: web.Request, link: LinkRow, gateway: PlatformGateway | None
    ) -> None:
        self.link = link
        self.response: web.StreamResponse | None = None  # once the first byte went out
        self.sent_bytes = 0
        self.stopped: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._gateway = gateway
        self._received_bytes = 0
        self._request = request
        self._connection: Connection | None = None

    def stop(self, outcome: Outcome) -> None:
        """Ask for the end of this download; the first reason counts."""
        if not self.stopped.done():
            self.stopped.set_result(outcome)

    def progress(self) -> object:
        """Give what changes while bytes move on either side."""
        unsent = self._connection.unsent_bytes() if self._connection else 0
        return self._received_bytes, self.sent_bytes, unsent

    def cut_off(self) -> None:
        """Reset the connection if a part of the package went out."""
        if self._connection is not None:
            self._connection.abort()

    async def run(self) -> None:
        """Send the package whole.

        Raises PlatformError when the platform fails, PackageDamaged among them, and
        ConnectionError when the client has gone. `response` says whether a byte went out.
        """
        if self._gateway is None:
            raise PlatformNotFound("The platform of this link is not configured any more.")
        async with self._gateway.open_package(self.link.target, self.link.package) as body:
            end = ZipEnd(body.length)
            async for piece in body:
                self._received_bytes += len(piece)
                if lump := end.feed(piece):
                    await self._send(lump, body.length)
            await self._send(end.finish(), body.length)
        await self._end()

    async def _send(self, lump: bytes, length: int | None) -> None:
        response = self.response or await self._begin(length)
        await response.write(lump)
        self.sent_bytes += len(lump)

    async def _begin(self, length: int | None) -> web.StreamResponse:
        transport = self._request.transport
        if transport is None:
            raise ConnectionResetError("The client has gone.")
        response = web.StreamResponse(headers=package_headers(self.link))
        response.content_length = length
        self._connection = Connection(transport)
        self._connection.tighten()
        self.response = response
        await response.prepare(self._request)
        return response

    async def _end(self) -> None:
        """Let the end be seen, after the kernel has taken everything before it."""
        if self.response is None or self._connection is None:
            return
        await self._request.writer.drain()
        self._connection.settle()
        await self.response.write_eof()
