"""A package on its way to the client: paced, with or without a length, whole or cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from aiohttp import web

from bot.sandbox.api.faults import PlatformFault
from bot.sandbox.api.obstacles import Dropped
from bot.sandbox.clock import ScaledClock

_SHORTEST_PAUSE = 0.002


class DeliveryBites(Protocol):
    """The faults that a delivery can meet."""

    def get(
        self, kind: Literal["wrong_type", "cut", "drop_after", "ends_early", "chunked"], /
    ) -> PlatformFault | None:
        """Give the fault of that kind, if it happens in this call."""


@dataclass(frozen=True)
class Body:
    """A download's body, made while it is read."""

    length: int
    pieces: Iterator[bytes]
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


async def deliver(
    request: web.Request, body: Body, bites: DeliveryBites, clock: ScaledClock, pace: float | None
) -> web.StreamResponse:
    """Send a package at `pace` bytes per second at most; raises Dropped where it is cut."""
    wrong = bites.get("wrong_type")
    content_type = (wrong.text or "text/html") if wrong else body.content_type
    response = web.StreamResponse(headers={**body.headers, "Content-Type": content_type})
    cut = bites.get("cut") or bites.get("drop_after")
    early = bites.get("ends_early")
    if early or bites.get("chunked"):
        response.enable_chunked_encoding()
    else:
        response.content_length = body.length
    await response.prepare(request)
    stop = cut or early
    await _send(response, body, int(body.length * stop.share) if stop else None, clock, pace)
    if cut:
        raise Dropped
    await response.write_eof()
    return response


async def _send(
    response: web.StreamResponse,
    body: Body,
    limit: int | None,
    clock: ScaledClock,
    pace: float | None,
) -> None:
    began = clock.now()
    sent = 0
    for piece in body.pieces:
        part = piece if limit is None else piece[: limit - sent]
        await response.write(part)
        sent += len(part)
        if limit is not None and sent >= limit:
            return
        if pace is not None:
            due = sent / pace - (clock.now() - began).total_seconds()
            if due > _SHORTEST_PAUSE * clock.speed:
                await clock.sleep(due)
