"""Socket Mode: WebSockets that carry envelopes to the bot and acknowledgements back."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.records import APP_ID, Change, JsonObject

MOST_CONNECTIONS = 10
CLOSING_SECONDS = 0.5


@dataclass(eq=False)
class Connection:
    """One WebSocket of the bot."""

    socket: web.WebSocketResponse
    number: int
    greeted: bool = False


@dataclass
class SocketMode:
    """The open connections, and the envelopes that wait for their acknowledgement."""

    backend: Backend
    connections: list[Connection] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _waiting: dict[str, asyncio.Future[JsonObject]] = field(default_factory=dict)
    _turn: itertools.count[int] = field(default_factory=itertools.count)

    def ticket(self) -> str:
        """Give a WebSocket URL that can be used once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        host = self.backend.base_url.removeprefix("http")
        return f"ws{host}/link/?ticket={ticket}&app_id={APP_ID}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="unknown or used ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=CLOSING_SECONDS)
        await socket.prepare(request)
        connection = Connection(socket, next(self._turn))
        self.connections.append(connection)
        try:
            await self._greet(connection)
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
            self.backend.changes.publish(Change("socket_closed"))
        return socket

    async def _greet(self, connection: Connection) -> None:
        if len(self.connections) > MOST_CONNECTIONS:
            await self._send_disconnect(connection, "too_many_websockets")
            await connection.socket.close()
            return
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }
        await connection.socket.send_json(hello)
        connection.greeted = True
        self.backend.changes.publish(Change("socket_opened"))

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if self.backend.knobs.sockets_silent:
                continue
            if message.type == WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))

    def _acknowledge(self, answer: JsonObject) -> None:
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def open_connections(self) -> list[Connection]:
        """List the connections that have had their hello."""
        return [c for c in self.connections if c.greeted and not c.socket.closed]

    async def deliver(self, kind: str, payload: JsonObject, retry: int = 0) -> JsonObject:
        """Send an envelope over one of the connections, and give what came back with its ack.

        Raises:
            ConnectionError: when the bot is not connected.
            TimeoutError: when it does not acknowledge within `Knobs.ack_seconds` of wall time.
        """
        open_ones = self.open_connections()
        if not open_ones:
            raise ConnectionError("no Socket Mode connection")
        connection = open_ones[next(self._turn) % len(open_ones)]
        envelope = _envelope(kind, payload, retry)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        try:
            async with asyncio.timeout(self.backend.knobs.ack_seconds):
                if not self.backend.knobs.sockets_silent:
                    await connection.socket.send_json(envelope)
                answer: JsonObject = await waiting
        finally:
            del self._waiting[envelope["envelope_id"]]
        return dict(answer.get("payload") or {})

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Tell every connection to go (`warning`, `refresh_requested`, `link_disabled`)."""
        for connection in self.open_connections():
            await self._send_disconnect(connection, reason)
            if close:
                await connection.socket.close()

    async def _send_disconnect(self, connection: Connection, reason: str) -> None:
        farewell = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        await connection.socket.send_json(farewell)

    async def close(self) -> None:
        """Close every connection without a word."""
        for connection in list(self.connections):
            await connection.socket.close()


def _envelope(kind: str, payload: JsonObject, retry: int) -> JsonObject:
    envelope: JsonObject = {
        "envelope_id": secrets.token_hex(16),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind == "slash_commands",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
    return envelope
