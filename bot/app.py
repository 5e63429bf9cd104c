"""The composition root: builds everything, hands it on by keyword, starts it and stops it.

The only file that knows all the others. `running_bot` is the bot from its first moment to its
last; `serve`, the demo and the acceptance tests all use it.
"""

from __future__ import annotations

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
from bot.ports import PlatformGateway
from bot.service import Service
from bot.settings import Listen, Settings
from bot.slack.bolt import bolt_app, check_token
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


@dataclass(frozen=True)
class Bot:
    """A bot that runs."""

    instance: str
    address: Address
    metrics_address: Address | None
    metrics: Metrics
    service: Service
    store: Store
    broken: Callable[
        [], Coroutine[None, None, None]
    ]  # waits for an end that nobody asked for, and raises it


@asynccontextmanager
async def running_bot(
    settings: Settings, *, clock: Clock, engine_version: str = VERSION
) -> AsyncIterator[Bot]:
    """Run the bot inside the block. Raises SettingsError or EngineLocked when it cannot start."""
    async with AsyncExitStack() as stack:
        stack.enter_context(engine_lock(settings.database_url))
        yield await _start(settings, clock, engine_version, stack)


async def _start(
    settings: Settings, clock: Clock, engine_version: str, stack: AsyncExitStack
) -> Bot:
    """Start everything, each part before what needs it; the stack ends it the other way round."""
    metrics, bells, drain = Metrics(), Bells(), Drain()
    background = Background()
    session = make_session()
    stack.push_async_callback(session.close)
    client = _slack_client(settings, session)
    store = await Store.open(settings.database_url)
    stack.push_async_callback(store.close)
    publisher = _publisher(settings, clock, client, session, metrics)
    keeper = Keeper(
        messenger=publisher,
        livings=store.livings,
        journal=store.journal,
        packagings=store.packagings,
        clock=clock,
    )
    store.journal.listen(bells.ring)
    store.journal.listen(lambda _: keeper.poke())
    gateways = _gateways(settings, clock, session, metrics)
    engine = DurableEngine(
        database_url=engine_url(settings.database_url),
        runs=store.runs,
        clock=clock,
        version=engine_version,
    )
    parts = wiring.Parts(
        settings=settings,
        clock=clock,
        store=store,
        gateways=gateways,
        messenger=publisher,
        engine=engine,
        bells=bells,
        drain=drain,
        metrics=metrics,
    )
    app = bolt_app(settings.slack, client)
    service = wiring.service(parts)
    handlers.register(app, service)
    await check_token(client)
    await engine.start(wiring.workflows(parts))
    stack.push_async_callback(engine.abandon)
    stack.push_async_callback(store.close)  # before that, and again where nothing came so far
    stack.push_async_callback(engine.stop)
    stack.push_async_callback(drain.stop, _DRAIN_SECONDS)
    stack.push_async_callback(background.stop)
    background.run("keeper", keeper.run)
    background.run("expiring", wiring.expiring(parts).run)
    background.run("housekeeping", wiring.housekeeping(parts).run)
    background.run("lag", partial(watch_lag, metrics.loop_lag.observe))
    background.run("counts", partial(_count, store, metrics, clock))
    socket = _socket_mode(settings, app)
    instance = uuid.uuid4().hex
    web = WebServer(
        listen=_address(settings.listen),
        instance=instance,
        downloads=Downloads(
            links=store.links,
            gateways=gateways,
            audit=store.audit,
            clock=clock,
            limits=settings.downloads,
            observe=metrics.download,
        ),
        checks={"database": _database_check(store), "slack": _slack_check(socket, client)},
        slack=None if socket else app,
        metrics=_metrics_listener(settings, metrics),
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
        metrics=metrics,
        service=service,
        store=store,
        broken=background.broken,
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
) -> dict[PlatformName, PlatformGateway]:
    return {
        PlatformName(one.name): gateway(
            one, session, clock, partial(metrics.platform_call, one.name)
        )
        for one in settings.platforms
    }


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


async def _count(store: Store, metrics: Metrics, clock: Clock) -> None:
    while True:
        for state, number in (await store.journal.count_by_state()).items():
            metrics.retrievals.labels(state).set(number)
        await clock.sleep(_COUNT_EVERY)
