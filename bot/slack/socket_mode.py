"""Keep the Socket Mode connection alive, and say whether it is.

The SDK reconnects by itself, but has been seen to die silently after an idle reconnect
(bolt-python issue 1529): so a watchdog asks for a new connection when there was none for a while.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

log = structlog.get_logger()

_LOOK_EVERY = 15.0  # wall seconds: this is about a real connection, not about business time
_TOO_LONG = 4  # looks in a row without a connection


class SocketMode:
    """One Socket Mode connection for a Bolt app."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._app_token = app_token
        self._client: SocketModeClient | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        # It opens a session of its own, which looks names up with aiodns as ours does.
        client = AsyncSocketModeHandler(self._app, self._app_token).client
        self._client = client
        self._tasks = [
            asyncio.create_task(_connect(client), name="socket-mode-connect"),
            asyncio.create_task(_watch(client), name="socket-mode-watchdog"),
        ]

    async def check(self) -> str:
        """Say what is wrong with the connection; nothing when it is alive."""
        if self._client is not None and await self._client.is_connected():
            return ""
        return "Socket Mode is not connected."

    async def stop(self) -> None:
        """Take nothing more from Slack."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call] # slack_sdk's own


async def _connect(client: SocketModeClient) -> None:
    await client.connect()  # type: ignore[no-untyped-call] # slack_sdk's own


async def _watch(client: SocketModeClient) -> None:
    missing = 0
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        missing = 0 if await client.is_connected() else missing + 1
        if missing >= _TOO_LONG:
            log.warning("socket_mode_reconnecting", seconds_without=missing * _LOOK_EVERY)
            await client.connect_to_new_endpoint(force=True)
            missing = 0
