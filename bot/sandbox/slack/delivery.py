"""Bringing commands, clicks and events to the bot, over Socket Mode or signed HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.records import JsonObject
from bot.sandbox.slack.socket_mode import SocketMode

OK = 200
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass
class Ack:
    """How the bot took a delivery; `error` is what Slack shows the person, None if well."""

    status: int
    body: JsonObject
    seconds: float
    error: str | None = None


@dataclass
class HttpEndpoint:
    """Where the bot listens for signed requests."""

    url: str
    signing_secret: str


class Delivery:
    """Delivers over HTTP once an endpoint is set, otherwise over Socket Mode."""

    def __init__(self, backend: Backend, sockets: SocketMode) -> None:
        self._backend = backend
        self._sockets = sockets
        self._session: aiohttp.ClientSession | None = None
        self.endpoint: HttpEndpoint | None = None

    def start(self) -> None:
        """Open the session for signed requests."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def deliver(self, kind: str, payload: JsonObject) -> list[Ack]:
        """Deliver once, or twice when a knob says so; the first answer comes first."""
        knobs = self._backend.knobs
        twice = knobs.deliver_twice or knobs.take(kind, None, "twice") is not None
        copies = [self._once(kind, payload, retry) for retry in range(2 if twice else 1)]
        return list(await asyncio.gather(*copies))

    async def _once(self, kind: str, payload: JsonObject, retry: int) -> Ack:
        fault = self._backend.knobs.take(kind, None, "drop_before", "drop_after")
        began = time.monotonic()
        if fault is not None and fault.kind == "drop_before":
            return Ack(0, {}, 0.0, "operation_timeout")
        ack = await self._send(kind, payload, retry)
        ack.seconds = time.monotonic() - began
        if fault is not None:
            return Ack(0, {}, ack.seconds, "operation_timeout")
        return ack

    async def _send(self, kind: str, payload: JsonObject, retry: int) -> Ack:
        try:
            if self.endpoint is not None:
                return await self._send_http(self.endpoint, kind, payload, retry)
            return Ack(OK, await self._sockets.deliver(kind, payload, retry), 0.0)
        except TimeoutError:
            return Ack(0, {}, 0.0, "operation_timeout")
        except (ConnectionError, aiohttp.ClientError):
            return Ack(0, {}, 0.0, "dispatch_failed")

    async def _send_http(
        self, endpoint: HttpEndpoint, kind: str, payload: JsonObject, retry: int
    ) -> Ack:
        if self._session is None:
            raise ConnectionError("the sandbox is not started")
        body, content_type = _written(kind, payload)
        headers = _signed(endpoint.signing_secret, body) | {"Content-Type": content_type}
        if retry and kind == "events_api":
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        timeout = aiohttp.ClientTimeout(total=self._backend.knobs.ack_seconds)
        async with self._session.post(
            endpoint.url, data=body.encode(), headers=headers, timeout=timeout
        ) as response:
            text = await response.text()
            error = None if response.status == OK else "dispatch_failed"
            return Ack(response.status, _answer(text) if error is None else {}, 0.0, error)


def _written(kind: str, payload: JsonObject) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = {"payload": json.dumps(payload)} if kind == "interactive" else payload
    return urlencode(fields), "application/x-www-form-urlencoded"


def _signed(secret: str, body: str) -> dict[str, str]:
    # Wall time: Slack's servers sign with it, and so do those who verify.
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
    }


def _answer(text: str) -> JsonObject:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"text": text}
