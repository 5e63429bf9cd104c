"""The composition root: builds everything, hands it on by keyword, starts it and stops it.

The only file that knows all the others. `running_bot` is the bot from its first moment to its
last; `serve`, the demo and the acceptance tests all use it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot import wiring
from bot.background import Background, watch_lag
from bot.clock import Clock
from bot.domain.value import PlatformName
from bot.links.streaming import Downloads
from bot.metrics import Metrics
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.ports import Messenger
from bot.service import Service
from bot.settings import Listen, Settings
from bot.slack.bolt import bolt_app, check_app_token, check_token
from bot.slack.budgets import Budgets
from bot.slack.calls import Calls
from bot.slack.keeper import Keeper
from bot.slack.publisher import Publisher
from bot.slack.socket_mode import SocketMode
from bot.store.database import engine_url
from bot.store.lock import engine_lock
from bot.store.store import Store
from bot.web import Address, Check, WebServer
from bot.web import Metrics as MetricsListener
from bot.workflows.bells import Bells
from bot.workflows.drain import Drain
from bot.workflows.engine import VERSION, DurableEngine

_DRAIN_SECONDS = 4.0
_COUNT_EVERY = 15.0
_TOKEN_EVERY = 30.0

Broken = Callable[[], Coroutine[None, None, None]]  # waits for an end nobody asked for; raises it


@dataclass(frozen=True)
class Bot:
    """A bot that runs."""

    instance: str
    address: Address
    metrics_address: Address | None
    metrics: Metrics
    service: Service
    store: Store
    broken: Broken

    async def until(self, stop: asyncio.Event) -> None:
        """Wait until told to stop; raises where it ended for a reason nobody foresaw."""
        stopped = asyncio.create_task(stop.wait())
        broken = asyncio.create_task(self.broken())
        await asyncio.wait({stopped, broken}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if broken.done():
            broken.result()
        broken.cancel()


@asynccontextmanager
async def running_bot(
    settings: Settings, *, clock: Clock, engine_version: int = VERSION
) -> AsyncIterator[Bot]:
    """Run the bot inside the block. Raises SettingsError or EngineLocked when it cannot start."""
    async with AsyncExitStack() as stack:
        stack.enter_context(engine_lock(settings.database_url))
        yield await _start(settings, clock, engine_version, stack)


async def _start(
    settings: Settings, clock: Clock, engine_version: int, stack: AsyncExitStack
) -> Bot:
    """Start everything, each part before what needs it; the stack ends it the other way round."""
    session = make_session()
    stack.push_async_callback(session.close)
    client = _slack_client(settings, session)
    store = await Store.open(settings.database_url)
    stack.push_async_callback(store.close)
    metrics = Metrics()
    publisher = _publisher(settings, clock, client, session, metrics)
    parts = _parts(
        settings,
        clock,
        store=store,
        messenger=publisher,
        gateways=_gateways(settings, clock, session, metrics),
        metrics=metrics,
        version=engine_version,
    )
    await check_token(client)
    await check_app_token(client, settings.slack.app_token)
    await wiring.recall_starts(parts)
    await parts.engine.start(wiring.workflows(parts))
    stack.push_async_callback(parts.engine.stop)
    stack.push_async_callback(parts.drain.stop, _DRAIN_SECONDS)
    background = _background(parts, client)
    stack.push_async_callback(background.stop)
    return await _listen(parts, client, publisher.say, background.broken, stack)


def _parts(
    settings: Settings,
    clock: Clock,
    *,
    store: Store,
    messenger: Messenger,
    gateways: wiring.Gateways,
    metrics: Metrics,
    version: int,
) -> wiring.Parts:
    bells = Bells()
    store.journal.listen(bells.ring)
    engine = DurableEngine(
        database_url=engine_url(settings.database_url),
        runs=store.runs,
        clock=clock,
        version=version,
    )
    return wiring.Parts(
        settings=settings,
        clock=clock,
        store=store,
        gateways=gateways,
        messenger=messenger,
        engine=engine,
        bells=bells,
        drain=Drain(),
        metrics=metrics,
    )


def _background(parts: wiring.Parts, client: AsyncWebClient) -> Background:
    """Start the loops that run beside everything else."""
    keeper = Keeper(
        messenger=parts.messenger,
        livings=parts.store.livings,
        journal=parts.store.journal,
        packagings=parts.store.packagings,
        clock=parts.clock,
    )
    parts.store.journal.listen(lambda _: keeper.poke())
    background = Background()
    background.run("keeper", keeper.run)
    background.run("expiring", wiring.expiring(parts).run)
    background.run("housekeeping", wiring.housekeeping(parts).run)
    background.run("lag", partial(watch_lag, parts.metrics.loop_lag.observe))
    background.run("counts", partial(_count, parts))
    background.run("token", partial(_follow_token, parts, client))
    return background


async def _listen(
    parts: wiring.Parts,
    client: AsyncWebClient,
    say: handlers.Say,
    broken: Broken,
    stack: AsyncExitStack,
) -> Bot:
    """Open the ways in: the web server, and Slack's Socket Mode where that is wanted."""
    settings, store = parts.settings, parts.store
    app = bolt_app(settings.slack, client)
    service = wiring.service(parts)
    handlers.register(app, service, say)
    socket = _socket_mode(settings, app)
    instance = uuid.uuid4().hex
    web = WebServer(
        listen=_address(settings.listen),
        instance=instance,
        downloads=_downloads(parts),
        checks={"database": _database_check(store), "slack": _slack_check(socket, client)},
        slack=None if socket else app,
        metrics=_metrics_listener(settings, parts.metrics),
    )
    stack.push_async_callback(web.stop)
    address = await web.start()
    if socket is not None:
        stack.push_async_callback(socket.stop)
        await socket.start()
    return Bot(
        instance=instance,
        address=address,
        metrics_address=web.metrics_address,
        metrics=parts.metrics,
        service=service,
        store=store,
        broken=broken,
    )


def _downloads(parts: wiring.Parts) -> Downloads:
    return Downloads(
        links=parts.store.links,
        gateways=parts.gateways,
        audit=parts.store.audit,
        clock=parts.clock,
        limits=parts.settings.downloads,
        observe=parts.metrics.download,
    )


def _slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    token = settings.slack.bot_token.read().get_secret_value()
    return AsyncWebClient(token=token, base_url=settings.slack.api_url, session=session)


def _publisher(
    settings: Settings,
    clock: Clock,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    metrics: Metrics,
) -> Publisher:
    calls = Calls(client, clock=clock, budgets=Budgets(clock), observe=metrics.slack_call)
    return Publisher(
        calls=calls,
        session=session,
        clock=clock,
        observe=metrics.slack_call,
        visibility=settings.policy.link_visibility,
    )


def _gateways(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, metrics: Metrics
) -> wiring.Gateways:
    built = wiring.Gateways()
    for one in settings.platforms:
        observe = partial(metrics.platform_call, one.name)
        built[PlatformName(one.name)] = gateway(one, session, clock, observe)
    return built


def _socket_mode(settings: Settings, app: AsyncApp) -> SocketMode | None:
    if settings.slack.app_token is None:
        return None
    return SocketMode(app, settings.slack.app_token.read().get_secret_value())


def _address(listen: Listen) -> Address:
    return Address(listen.host, listen.port)


def _metrics_listener(settings: Settings, metrics: Metrics) -> MetricsListener | None:
    if settings.metrics_listen is None:
        return None
    return MetricsListener(_address(settings.metrics_listen), metrics.registry)


def _database_check(store: Store) -> Check:
    async def check() -> str:
        await store.ping()
        return ""

    return check


def _slack_check(socket: SocketMode | None, client: AsyncWebClient) -> Check:
    async def check() -> str:
        await client.auth_test()
        return ""

    return socket.check if socket is not None else check


async def _count(parts: wiring.Parts) -> None:
    while True:
        for state, number in (await parts.store.journal.count_by_state()).items():
            parts.metrics.retrievals.labels(state).set(number)
        await parts.clock.sleep(_COUNT_EVERY)


async def _follow_token(parts: wiring.Parts, client: AsyncWebClient) -> None:
    """Read the bot token again and again: what waits for a valid one then goes on."""
    while True:
        client.token = parts.settings.slack.bot_token.read().get_secret_value()
        await parts.clock.sleep(_TOKEN_EVERY)
