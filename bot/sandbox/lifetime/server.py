"""The sandbox LifeTime itself: state, routes, and what stands around every call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import uuid4

from aiohttp import web

from bot.sandbox.api.attending import attend, authorization_kind
from bot.sandbox.api.faults import Scope
from bot.sandbox.api.obstacles import hold_up
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import texts, wire
from bot.sandbox.lifetime.calls import Call, CallName, Calls
from bot.sandbox.lifetime.damage import damaged
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.infrastructure import Infrastructure, default_infrastructure
from bot.sandbox.lifetime.knobs import Knobs
from bot.sandbox.lifetime.obstacles import check_pace, check_token, turn_away
from bot.sandbox.lifetime.packagings import Packagings
from bot.sandbox.lifetime.refusals import Refusal, error_answer
from bot.sandbox.lifetime.routes import API, Route, Visit
from bot.sandbox.server import LoopbackServer

_BASE = "/lifetimeapi/rest/v2"


class SandboxLifeTime:
    """A LifeTime on loopback. Set `knobs`, `infrastructure` and `token`; read `calls`."""

    def __init__(
        self,
        *,
        clock: ScaledClock | None = None,
        token: str = "sandbox-lifetime-token",
        knobs: Knobs | None = None,
        infrastructure: Infrastructure | None = None,
        port: int = 0,
    ) -> None:
        self.clock = clock or ScaledClock()
        self.token = token
        self.knobs = knobs or Knobs()
        self.infrastructure = infrastructure or default_infrastructure()
        self.packagings = Packagings()
        self.calls = Calls()
        self.url = ""
        self._port = port
        self._stopping = asyncio.Event()
        self._server: LoopbackServer | None = None

    async def start(self) -> str:
        """Listen, and give the base URL (`http://127.0.0.1:PORT`).

        After a `stop` it listens on the same port again, with everything it knew.
        """
        self._stopping.clear()
        self._server = LoopbackServer(self._application(), self._port)
        self.url = await self._server.start()
        self._port = urlsplit(self.url).port or 0
        return self.url

    async def stop(self) -> None:
        """Close the port; calls that hang are dropped."""
        self._stopping.set()
        if self._server is not None:
            await self._server.stop()
            self._server = None

    def rotate_token(self, new: str) -> None:
        """Let only this token be good from now on."""
        self.token = new

    def _application(self) -> web.Application:
        application = web.Application()
        application.on_response_prepare.append(self._date)
        for method, path, name, route in API:
            self._add(application, method, path, name, route)
        self._add(application, "POST", "/auth/tokens", "renew_token", self._renew_token)
        application.router.add_route("*", "/{path:.*}", self._around("unknown", _unknown))
        return application

    def _now(self) -> datetime:
        """Give the time on LifeTime's own clock."""
        return self.clock.now() + timedelta(seconds=self.knobs.clock_ahead)

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self._now(), usegmt=True)

    def _add(
        self, application: web.Application, method: str, path: str, name: CallName, route: Route
    ) -> None:
        around = self._around(name, route)
        for end in ("", "/"):
            application.router.add_route(method, _BASE + path + end, around)

    def _around(
        self, name: CallName, route: Route
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            now = self._now()
            call = self._called(name, request, now)
            answering = self._answer(request, route, call, now)
            return await attend(self.calls, call, request, answering)

        return handle

    async def _answer(
        self, request: web.Request, route: Route, call: Call, now: datetime
    ) -> web.StreamResponse:
        try:
            return await self._pass(request, route, call, now)
        except Refusal as refusal:
            return error_answer(refusal, call.environment, call.application)

    async def _pass(
        self, request: web.Request, route: Route, call: Call, now: datetime
    ) -> web.StreamResponse:
        bites = self.knobs.bites(self._scope(call), now)
        if rotate := bites.get("rotate_token"):
            self.rotate_token(rotate.text)
        await hold_up(bites, self.clock, self._stopping)
        if away := turn_away(bites, request):
            return away
        check_pace(self.calls, self.knobs)
        check_token(call, request, self.token, bites)
        response = await route(request, self._visit(call, bites))
        call.acted = True
        return damaged(response, bites) if isinstance(response, web.Response) else response

    def _visit(self, call: Call, bites: Bites) -> Visit:
        return Visit(
            infrastructure=self.infrastructure,
            packagings=self.packagings,
            knobs=self.knobs,
            calls=self.calls,
            clock=self.clock,
            origin=self.url,
            now=self._now(),
            call=call,
            bites=bites,
        )

    def _called(self, name: CallName, request: web.Request, now: datetime) -> Call:
        asked = request.match_info
        call = Call(request.method, request.path, name, now)
        call.environment = asked.get("environment", "")
        call.application = asked.get("application", "")
        call.authorization = authorization_kind(request)
        link = self.packagings.links.get(asked.get("download", ""))
        if link is not None:
            call.environment = link.packaging.environment
            call.application = link.packaging.application.key
        return call

    def _scope(self, call: Call) -> Scope:
        environment = self.infrastructure.environments.get(call.environment)
        application = self.infrastructure.applications.get(call.application)
        return Scope(
            call=call.name,
            environment=(environment.key, environment.name) if environment else (),
            application=(application.key, application.name) if application else (),
        )

    async def _renew_token(self, request: web.Request, visit: Visit) -> web.Response:
        """Give a new token for so many months; the old one dies at once."""
        match await request.json():
            case {"timePeriod": int(months), "unit": "M"} if months > 0:
                expires = visit.now + timedelta(days=30 * months)
            case _:
                raise Refusal(400, texts.INVALID_REQUEST)
        self.rotate_token(f"renewed-{uuid4()}")
        return web.json_response({"token": self.token, "expiresAt": wire.stamp(expires)})


async def _unknown(_: web.Request, __: Visit) -> web.StreamResponse:
    raise Refusal(404, texts.NO_SUCH_RESOURCE)
