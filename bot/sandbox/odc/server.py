"""The sandbox ODC itself: its state, its three hosts, and the way of a call through them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from bot.sandbox.api.attending import attend
from bot.sandbox.api.damage import damaged
from bot.sandbox.api.faults import Scope
from bot.sandbox.api.obstacles import hold_up
from bot.sandbox.clock import ScaledClock
from bot.sandbox.odc import texts
from bot.sandbox.odc.access import Access
from bot.sandbox.odc.asset_api import ASSET_API
from bot.sandbox.odc.build_api import BUILD_API
from bot.sandbox.odc.calls import Call, CallName, Calls, Domain
from bot.sandbox.odc.default_organization import default_organization
from bot.sandbox.odc.faults import Bites
from bot.sandbox.odc.gate import check_rate, check_token, domain_of, turn_away
from bot.sandbox.odc.hosts import Hosts
from bot.sandbox.odc.identity_api import IDENTITY_API, IDENTITY_OF_PORTAL
from bot.sandbox.odc.knobs import Knobs
from bot.sandbox.odc.limits import RateLimits
from bot.sandbox.odc.links import Links
from bot.sandbox.odc.organization import Organization
from bot.sandbox.odc.packagings import Packagings
from bot.sandbox.odc.portfolio_api import PORTFOLIO_API
from bot.sandbox.odc.problems import Refusal, error_answer
from bot.sandbox.odc.scopes import describe
from bot.sandbox.odc.storage_api import STORAGE_API
from bot.sandbox.odc.visit import Route, RouteRow, Visit

# Enums in its answers, but for the status of a packaging, which has a fault of its own.
_ENUMS = ("purpose", "hosting", "type", "assetType")


class SandboxOdc:
    """An ODC organisation on loopback. Set `knobs` and `organization`; read `calls`."""

    def __init__(
        self,
        *,
        clock: ScaledClock | None = None,
        client_id: str = "sandbox-odc-client",
        client_secret: str = "sandbox-odc-secret",
        knobs: Knobs | None = None,
        organization: Organization | None = None,
        port: int = 0,
    ) -> None:
        self.clock = clock or ScaledClock()
        self.access = Access(client_id, client_secret)
        self.knobs = knobs or Knobs()
        self.organization = organization or default_organization()
        self.packagings = Packagings()
        self.links = Links()
        self.calls = Calls()
        self._limits = RateLimits()
        self._hosts = Hosts(port)
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        """The portal's base URL, without a trailing slash; empty before the first start."""
        return self._hosts.portal

    @property
    def identity_url(self) -> str:
        """The identity host's base URL."""
        return self._hosts.identity

    @property
    def storage_url(self) -> str:
        """The storage host's base URL."""
        return self._hosts.storage

    @property
    def client_id(self) -> str:
        """The API client's id."""
        return self.access.client_id

    @property
    def client_secret(self) -> str:
        """The API client's present secret."""
        return self.access.client_secret

    async def start(self) -> str:
        """Listen on three ports, and give the portal's base URL (`http://127.0.0.1:PORT`).

        After a `stop` it listens on the same ports again, with everything it knew.
        """
        self._stopping.clear()
        await self._hosts.start(self._portal(), self._identity(), self._storage())
        return self.url

    async def stop(self) -> None:
        """Close the ports; calls that hang are dropped."""
        self._stopping.set()
        await self._hosts.stop()

    def suspend_client(self) -> None:
        """Give the API client no tokens any more, and let those it has be dead at once."""
        self.access.is_suspended = True
        self.access.expire_tokens()

    def resume_client(self) -> None:
        """Give the API client tokens again; those it had stay dead."""
        self.access.is_suspended = False

    def expire_tokens(self) -> None:
        """Refuse every token given so far."""
        self.access.expire_tokens()

    def rotate_secret(self, new: str) -> None:
        """Give new tokens for this secret only; those given so far live on."""
        self.access.client_secret = new

    def _portal(self) -> web.Application:
        application = self._application()
        self._add(application, "", "identity", IDENTITY_OF_PORTAL)
        self._add(application, "/api/portfolios/v2", "portfolios", PORTFOLIO_API)
        self._add(application, "/api/asset-repository/v1", "asset-repository", ASSET_API)
        self._add(application, "/api/builds/v1", "builds", BUILD_API)
        self._add(application, "", None, _ELSEWHERE)
        return application

    def _identity(self) -> web.Application:
        application = self._application()
        self._add(application, "", "identity", (*IDENTITY_API, *_ELSEWHERE))
        return application

    def _storage(self) -> web.Application:
        application = self._application()
        self._add(application, "", "storage", STORAGE_API)
        return application

    def _application(self) -> web.Application:
        application = web.Application()
        application.on_response_prepare.append(self._date)
        return application

    def _now(self) -> datetime:
        """Give the time on ODC's own clock."""
        return self.clock.now() + timedelta(seconds=self.knobs.clock_ahead)

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self._now(), usegmt=True)

    def _add(
        self,
        application: web.Application,
        base: str,
        domain: Domain | None,
        rows: Iterable[RouteRow],
    ) -> None:
        for method, path, name, route in rows:
            around = self._around(name, domain, route)
            application.router.add_route(method, base + path, around)

    def _around(
        self, name: CallName, domain: Domain | None, route: Route
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            now = self._now()
            within = domain or domain_of(request.path)
            call = Call(request.method, request.path, name, now, domain=within)
            scope = describe(call, request, self.organization, self.links)
            answering = self._answer(request, route, call, scope)
            return await attend(self.calls, call, request, answering)

        return handle

    async def _answer(
        self, request: web.Request, route: Route, call: Call, scope: Scope
    ) -> web.StreamResponse:
        bites = self.knobs.bites(scope, call.at)
        try:
            response = await self._pass(request, route, call, scope, bites)
        except Refusal as refusal:
            response = error_answer(refusal, call.domain)
        if isinstance(response, web.Response):
            return damaged(response, bites, texts.LOGIN_PAGE, _ENUMS)
        return response

    async def _pass(
        self, request: web.Request, route: Route, call: Call, scope: Scope, bites: Bites
    ) -> web.StreamResponse:
        await hold_up(bites, self.clock, self._stopping)
        now = self._now()
        if "expire_tokens" in bites:
            self.expire_tokens()
        check_token(call, request, self.access, now, bites)
        check_rate(call, self._limits, self.knobs, now)
        if away := turn_away(bites, call, request):
            return away
        response = await route(request, self._visit(call, scope, bites, now))
        call.acted = "unsuccessful" not in bites
        return response

    def _visit(self, call: Call, scope: Scope, bites: Bites, now: datetime) -> Visit:
        return Visit(
            organization=self.organization,
            access=self.access,
            packagings=self.packagings,
            links=self.links,
            knobs=self.knobs,
            calls=self.calls,
            clock=self.clock,
            identity_url=self.identity_url,
            storage_url=self.storage_url,
            now=now,
            call=call,
            scope=scope,
            bites=bites,
        )


async def _unknown(_: web.Request, visit: Visit) -> web.StreamResponse:
    if visit.call.domain == "identity":
        raise Refusal(404, texts.NO_SUCH_REALM)
    raise Refusal(404, texts.NO_SUCH_RESOURCE)


_ELSEWHERE: tuple[RouteRow, ...] = (("*", "/{path:.*}", "unknown", _unknown),)
