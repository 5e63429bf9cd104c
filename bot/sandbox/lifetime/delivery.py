"""A package on its way to the client: paced, with or without a length, whole or cut."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime.content import Content
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.refusals import Dropped

_SHORTEST_PAUSE = 0.002
_HEAD, _FOOT = b'{"fileContents":"', b'"}'


@dataclass(frozen=True)
class Body:
    """A download's body, made while it is read."""

    length: int
    pieces: Iterator[bytes]
    content_type: str = "application/octet-stream"


def body_of(content: Content, bites: Bites) -> Body:
    """Give the package as bytes, or as early access did: JSON with base64."""
    if "base64_json" not in bites:
        return Body(content.length, content.pieces())
    length = len(_HEAD) + 4 * -(-content.length // 3) + len(_FOOT)
    return Body(length, _as_base64_json(content), "application/json")


def _as_base64_json(content: Content) -> Iterator[bytes]:
    yield _HEAD
    rest = b""
    for piece in content.pieces():
        whole = rest + piece
        end = len(whole) - len(whole) % 3
        rest = whole[end:]
        yield base64.b64encode(whole[:end])
    yield base64.b64encode(rest)
    yield _FOOT


async def deliver(
    request: web.Request, body: Body, bites: Bites, clock: ScaledClock, pace: float | None
) -> web.StreamResponse:
    """Send a package at `pace` bytes per second at most; raises Dropped where it is cut."""
    wrong = bites.get("wrong_type")
    content_type = (wrong.text or "text/html") if wrong else body.content_type
    response = web.StreamResponse(headers={"Content-Type": content_type})
    cut = bites.get("cut") or bites.get("drop_after")
    early = bites.get("ends_early")
    if early or "chunked" in bites:
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
