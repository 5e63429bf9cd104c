"""The bot's own HTTP server: downloads, health, Slack's HTTP events, and metrics beside it.

No line that is logged here holds the path of a request, because the path of a download is a
secret: there is no access log, and what aiohttp says of requests that it cannot read is kept
without the part that quotes them. TLS and the outer address are a proxy's business.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.errors import SettingsError
from bot.links.minting import DOWNLOAD_PATH
from bot.links.streaming import Downloads

#: Says what is wrong, in words without secrets; empty when all is well.
Check = Callable[[], Awaitable[str]]

SLACK_PATH = "/slack/events"
_SLACK_BODY_BYTES = 1024 * 1024  # Slack's largest view is far below
_CHECK_SECONDS = 5.0
_SHUTDOWN_SECONDS = 3.0
_KEEPALIVE_SECONDS = 75.0  # longer than proxies keep theirs, so that the proxy closes first


class Address(NamedTuple):
    """Where to listen; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Metrics(NamedTuple):
    """What the metrics listener shows, and where."""

    address: Address
    registry: CollectorRegistry


class WebServer:
    """The public listener, and the one for metrics where it is wanted."""

    def __init__(
        self,
        *,
        listen: Address,
        instance: str,
        downloads: Downloads,
        checks: Mapping[str, Check],
        slack: AsyncApp | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._listen = listen
        self._downloads = downloads
        self._metrics = metrics
        self._events = _SlackEvents(slack) if slack is not None else None
        self._public = _runner(self._routes(_Health(instance, checks)))
        self._private = _runner(_metrics_routes(metrics)) if metrics is not None else None
        self.address: Address | None = None
        self.metrics_address: Address | None = None

    async def start(self) -> Address:
        """Listen, and give the bound address. Raises SettingsError where that is not possible."""
        try:
            self.address = await _serve(self._public, self._listen, "LISTEN")
            if self._metrics is not None and self._private is not None:
                self.metrics_address = await _serve(
                    self._private, self._metrics.address, "METRICS_LISTEN"
                )
        except SettingsError:
            await self.stop()
            raise
        return self.address

    async def stop(self) -> None:
        """Close the ports, cut downloads off, and let short answers end."""
        for site in list(self._public.sites):
            await site.stop()
        await self._downloads.abort_all()
        await self._public.cleanup()
        if self._events is not None:
            await self._events.settle()
        if self._private is not None:
            await self._private.cleanup()

    def _routes(self, health: _Health) -> web.Application:
        app = web.Application(client_max_size=_SLACK_BODY_BYTES)
        app.router.add_get(DOWNLOAD_PATH + "{token:.*}", self._downloads.handle)
        app.router.add_get("/healthz", health.alive)
        app.router.add_get("/readyz", health.ready)
        if self._events is not None:
            app.router.add_post(SLACK_PATH, self._events.handle)
        return app


class _Health:
    """Whether this process lives, and whether it can do its work."""

    def __init__(self, instance: str, checks: Mapping[str, Check]) -> None:
        self._instance = instance
        self._checks = checks

    async def alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "instance": self._instance})

    async def ready(self, _: web.Request) -> web.Response:
        found = await asyncio.gather(
            *(asyncio.wait_for(check(), _CHECK_SECONDS) for check in self._checks.values()),
            return_exceptions=True,
        )
        said = dict(zip(self._checks, map(_verdict, found), strict=True))
        is_ready = all(verdict == "ok" for verdict in said.values())
        body = {"status": "ready" if is_ready else "not ready", "checks": said}
        return web.json_response(body, status=200 if is_ready else 503)


def _verdict(found: str | BaseException) -> str:
    """Say how a check went; of an exception only its kind, for its text may hold a secret."""
    if isinstance(found, BaseException):
        return f"failed ({type(found).__name__})"
    return found or "ok"


class _SlackEvents:
    """Hands Slack's requests to Bolt, and sees each through though Slack hang up."""

    def __init__(self, slack: AsyncApp) -> None:
        self._slack = slack
        self._running: set[asyncio.Task[web.Response]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            # Of its charset, or of its JSON: Bolt reads that before the signature is checked, and
            # takes whatever it finds for an object.
            raise web.HTTPBadRequest from error
        task = asyncio.create_task(self._dispatch(bolt_request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _dispatch(self, request: AsyncBoltRequest) -> web.Response:
        return await to_aiohttp_response(await self._slack.async_dispatch(request))

    async def settle(self) -> None:
        """Wait for what is still being answered, within the time that a stop may take."""
        if self._running:
            await asyncio.wait(self._running, timeout=_SHUTDOWN_SECONDS)


def _metrics_routes(metrics: Metrics) -> web.Application:
    async def show(_: web.Request) -> web.Response:
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", show)
    return app


class _WithoutRequests(logging.Filter):
    """Leaves out of aiohttp's own log what quotes a request that could not be read."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = "unreadable request (%s)", (type(error).__name__,)
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def _runner(app: web.Application) -> web.AppRunner:
    logger = logging.getLogger(__name__)
    if not any(isinstance(present, _WithoutRequests) for present in logger.filters):
        logger.addFilter(_WithoutRequests())
    app.on_response_prepare.append(_neutral)
    return web.AppRunner(
        app,
        access_log=None,
        logger=logger,
        # A client that leaves ends its handler at once, and with it the platform's request.
        handler_cancellation=True,
        keepalive_timeout=_KEEPALIVE_SECONDS,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )


async def _neutral(_: web.Request, response: web.StreamResponse) -> None:
    """Say nothing about the software that answers."""
    response.headers[hdrs.SERVER] = "sast-source"
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


async def _serve(runner: web.AppRunner, address: Address, setting: str) -> Address:
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port).start()
    except OSError as error:
        raise SettingsError(_cannot_listen(error, address, setting)) from error
    host, port, *_ = runner.addresses[0]
    return Address(host, port)


def _cannot_listen(error: OSError, address: Address, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        why = "another process listens there; end it, or choose another port"
    elif error.errno == errno.EACCES:
        why = "ports below 1024 need a privilege that this process does not have"
    elif error.errno == errno.EADDRNOTAVAIL:
        why = "this machine does not have that address"
    else:
        why = error.strerror or type(error).__name__
    return f"{setting}={address} cannot be used: {why}."
