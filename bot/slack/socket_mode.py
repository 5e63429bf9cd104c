"""Keep the Socket Mode connection alive, and say whether it is.

The SDK reconnects by itself, but has been seen to die silently after an idle reconnect
(bolt-python issue 1529): so a watchdog asks for a new connection when there was none for a while.
"""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

_LOOK_EVERY = 15.0  # wall seconds: this is about a real connection, not about business time
_TOO_LONG = 4  # looks in a row without a connection


class SocketMode:
    """One Socket Mode connection for a Bolt app."""

    def __init__(self, app: AsyncApp, app_token: str, session: aiohttp.ClientSession) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token)
        self._own_session = self._handler.client.aiohttp_client_session
        self._handler.client.aiohttp_client_session = session
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        await self._own_session.close()
        self._tasks = [
            asyncio.create_task(self._connect(), name="socket-mode-connect"),
            asyncio.create_task(self._watch(), name="socket-mode-watchdog"),
        ]

    async def check(self) -> str:
        """Say what is wrong with the connection; nothing when it is alive."""
        return "" if await self._handler.client.is_connected() else "Socket Mode is not connected."

    async def stop(self) -> None:
        """Take nothing more from Slack."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._handler.client.close()  # type: ignore[no-untyped-call] # slack_sdk's own

    async def _connect(self) -> None:
        await self._handler.client.connect()  # type: ignore[no-untyped-call] # slack_sdk's own

    async def _watch(self) -> None:
        missing = 0
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            missing = 0 if await self._handler.client.is_connected() else missing + 1
            if missing >= _TOO_LONG:
                log.warning("socket_mode_reconnecting", seconds_without=missing * _LOOK_EVERY)
                await self._handler.client.connect_to_new_endpoint(force=True)
                missing = 0
