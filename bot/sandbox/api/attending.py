"""How a call is attended from arrival to end, and entered in the journal."""

from __future__ import annotations

from collections.abc import Awaitable

from aiohttp import web

from bot.sandbox.api.calls import AuthorizationKind, CallT, PlatformCalls
from bot.sandbox.api.obstacles import Dropped


async def attend(
    calls: PlatformCalls[CallT],
    call: CallT,
    request: web.Request,
    answering: Awaitable[web.StreamResponse],
) -> web.StreamResponse:
    """Answer a call with what `answering` gives, and note how it ended."""
    calls.arrive(call)
    try:
        return await _answered(call, request, answering)
    finally:
        calls.leave(call)


async def _answered(
    call: CallT, request: web.Request, answering: Awaitable[web.StreamResponse]
) -> web.StreamResponse:
    try:
        response = await answering
    except Dropped:
        call.dropped = True
        return _drop(request)
    except ConnectionError:
        call.client_left = True
        return _drop(request)
    call.status = response.status
    if isinstance(response, web.Response):
        call.client_left = request.transport is None or request.transport.is_closing()
    return response


def authorization_kind(request: web.Request) -> AuthorizationKind:
    """Tell in which form the call brings its token."""
    given = request.headers.get("Authorization", "")
    if not given:
        return "none"
    return "bearer" if given.startswith("Bearer ") else "bare"


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()
