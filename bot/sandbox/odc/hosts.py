"""The three hosts of one ODC organisation, each on a port of its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.server import LoopbackServer


class Hosts:
    """Portal, identity and storage; after a stop they come back on the same ports."""

    def __init__(self, port: int) -> None:
        self.portal = ""
        self.identity = ""
        self.storage = ""
        self._ports = [port, 0, 0]
        self._servers: list[LoopbackServer] = []

    async def start(
        self, portal: web.Application, identity: web.Application, storage: web.Application
    ) -> None:
        """Let all three listen."""
        applications = (portal, identity, storage)
        for application, port in zip(applications, self._ports, strict=True):
            self._servers.append(LoopbackServer(application, port))
        urls = [await server.start() for server in self._servers]
        self.portal, self.identity, self.storage = urls
        self._ports = [urlsplit(url).port or 0 for url in urls]

    async def stop(self) -> None:
        """Close all three."""
        while self._servers:
            await self._servers.pop().stop()
