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
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

log = structlog.get_logger()

_LOOK_EVERY = 15.0  # wall seconds: this is about a real connection, not about business time
_TOO_LONG = 4  # looks in a row without a connection
_PATIENCE = 60.0  # wall seconds for a new connection
_ENDING = 3.0  # wall seconds for a reconnection that is going on while we stop


class SocketMode:
    """One Socket Mode connection for a Bolt app."""

    def __init__(self, app: AsyncApp, app_token: str, *, look_every: float = _LOOK_EVERY) -> None:
        self._app = app
        self._app_token = app_token
        self._look_every = look_every
        self._client: SocketModeClient | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        # It opens a session of its own, which looks names up with aiodns as ours does.
        client = AsyncSocketModeHandler(self._app, self._app_token).client
        self._client = client
        connecting = asyncio.create_task(_connect(client), name="socket-mode-connect")
        watching = asyncio.create_task(
            _watch(client, connecting, self._look_every), name="socket-mode-watchdog"
        )
        self._tasks = [connecting, watching]

    async def check(self) -> str:
        """Say what is wrong with the connection; nothing when it is alive."""
        if self._client is not None and await self._client.is_connected():
            return ""
        return "Socket Mode is not connected."

    async def stop(self) -> None:
        """Take nothing more from Slack."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            self._client.closed = True
            await _reconnected(self._client)
            await self._client.close()  # type: ignore[no-untyped-call] # slack_sdk's own


async def _connect(client: SocketModeClient) -> None:
    await client.connect()  # type: ignore[no-untyped-call] # slack_sdk's own


async def _watch(client: SocketModeClient, connecting: asyncio.Task[None], every: float) -> None:
    missing = 0
    while True:
        await asyncio.sleep(every)
        missing = 0 if await client.is_connected() else missing + 1
        if missing < _TOO_LONG:
            continue
        log.warning("socket_mode_reconnecting", seconds_without=missing * every)
        # The first attempt, where it still goes on, would close the connection that we get.
        connecting.cancel()
        await _reconnect(client)
        missing = 0


async def _reconnect(client: SocketModeClient) -> None:
    try:
        # slack_sdk tries one address again and again, which works for a short time only.
        async with asyncio.timeout(_PATIENCE):
            await client.connect_to_new_endpoint(force=True)
    except (aiohttp.ClientError, SlackApiError, OSError, TimeoutError) as error:
        log.warning("socket_mode_not_reconnected", reason=type(error).__name__)


async def _reconnected(client: SocketModeClient) -> None:
    """Wait for a reconnection that goes on: slack_sdk does it in a task that nobody can cancel.

    Being told that the client is closed, it ends at its next step.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ENDING), client.connect_operation_lock:
            pass
