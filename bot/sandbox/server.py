"""Start and stop an aiohttp application on a loopback port."""

from __future__ import annotations

from aiohttp import web


class LoopbackServer:
    """One aiohttp application, served on 127.0.0.1 for as long as it is started."""

    def __init__(self, app: web.Application, port: int = 0) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._port = port

    async def start(self) -> str:
        """Listen, and give the base URL, without a trailing slash."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Close the port and end what is still being answered."""
        await self._runner.cleanup()
