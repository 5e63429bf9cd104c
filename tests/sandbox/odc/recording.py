"""A proxy that stands in front of any ODC and keeps what goes through it.

What it keeps is what was on the wire: it does not ask the sandbox what it meant to answer, nor
our gateway what it meant to send.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession, DummyCookieJar, TCPConnector, hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.sandbox.server import LoopbackServer
from tests.sandbox.odc.openapi import Exchange

# Of one connection only, or written anew by whoever sends the body on.
_NOT_PASSED_ON = {
    hdrs.CONNECTION,
    hdrs.CONTENT_ENCODING,
    hdrs.CONTENT_LENGTH,
    hdrs.DATE,
    hdrs.HOST,
    hdrs.SERVER,
    hdrs.TRANSFER_ENCODING,
}


class Recording:
    """What went through so far; `url` is where to send it."""

    def __init__(self, behind: str, session: ClientSession) -> None:
        self.url = ""
        self.exchanges: list[Exchange] = []
        self._behind = behind
        self._session = session

    @property
    def api_exchanges(self) -> list[Exchange]:
        """Those with the APIs; the rest is signing in, and fetching packages."""
        return [each for each in self.exchanges if each.request.path.startswith("/api/")]

    async def pass_on(self, request: web.Request) -> web.Response:
        """Ask what stands behind, and answer the same; drop what it drops."""
        sent = await request.read()
        url = URL(self._behind + request.raw_path, encoded=True)
        try:
            async with self._session.request(
                request.method,
                url,
                headers=_passed_on(request.headers),
                data=sent or None,
                allow_redirects=False,
            ) as found:
                body = await found.read()
        except ClientError:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        answer = web.Response(body=body, status=found.status, headers=_passed_on(found.headers))
        self.exchanges.append(Exchange(request, sent, answer))
        return answer


def _passed_on(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    kept = ((name, value) for name, value in headers.items() if name.title() not in _NOT_PASSED_ON)
    return CIMultiDict(kept)


@asynccontextmanager
async def recorded(behind: str) -> AsyncIterator[Recording]:
    """Record what is sent to the origin `behind`, for as long as the context is open."""
    # On a connection of its own no request is sent twice, whatever aiohttp thinks safe to repeat.
    session = ClientSession(connector=TCPConnector(force_close=True), cookie_jar=DummyCookieJar())
    recording = Recording(behind, session)
    application = web.Application(client_max_size=2**30)
    application.router.add_route("*", "/{path:.*}", recording.pass_on)
    server = LoopbackServer(application)
    async with session:
        recording.url = await server.start()
        try:
            yield recording
        finally:
            await server.stop()
