"""A workspace, a LifeTime and the bot between them, in this process, on one fast clock."""

from __future__ import annotations

import io
import json
import logging
import shutil
import socket
from contextlib import AsyncExitStack, contextmanager

import aiohttp
import pytest

from bot import log
from bot.app import running_bot
from bot.domain.policy import Policy
from bot.sandbox.slack import SandboxSlack
from bot.settings import (
    DownloadLimits,
    Listen,
    Secret,
    Settings,
    SlackSettings,
)
from tests.acceptance.outside import PRODUCTS
from tests.acceptance.reading import Person, Thread
from tests.steady_clock import SteadyClock

SPEED = 40.0
_LONG = 1200.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class World:
    """The outside, and the bot as often as it is started."""

    def __init__(self, clock, platforms, slack, folder, log_stream):
        self.clock = clock
        self.platforms = platforms
        self.slack = slack
        self.folder = folder
        self.log_stream = log_stream
        self.port = free_port()
        self.policy = Policy()
        self.downloads = DownloadLimits()
        self.platform_name = ""  # what the platform is called, where not by its product's name
        self.public_url = f"http://127.0.0.1:{self.port}"
        self.metrics_listen = None
        self.is_http = False  # Slack's events over signed HTTP instead of Socket Mode
        self.may_log_errors = False
        self.may_double = False
        self.stack = AsyncExitStack()
        self.bot = None

    # people and places

    def person(self, name) -> Person:
        return Person(self.slack, name)

    def thread(self, channel="releases", number=0) -> Thread:
        return Thread(self.slack, channel, number)

    def direct_thread(self, name, number=0) -> Thread:
        return Thread(self.slack, self.slack.direct(name), number)

    # the bot

    def settings(self) -> Settings:
        in_socket_mode = not self.is_http
        return Settings(
            slack=SlackSettings(
                bot_token=Secret(value=self.slack.bot_token),
                app_token=Secret(value=self.slack.app_token) if in_socket_mode else None,
                signing_secret=Secret(value=self.slack.signing_secret) if self.is_http else None,
                api_url=self.slack.api_url,
            ),
            platforms=tuple(one.settings(self.platform_name or one.name) for one in self.platforms),
            public_url=self.public_url,
            listen=Listen(host="127.0.0.1", port=self.port),
            metrics_listen=self.metrics_listen,
            database_url=f"sqlite:///{self.folder / 'bot.sqlite3'}",
            policy=self.policy,
            downloads=self.downloads,
        )

    async def start_bot(self, **changed):
        running = running_bot(self.settings(), clock=self.clock, **changed)
        self.bot = await self.stack.enter_async_context(running)
        if self.is_http:
            self.slack.connect_http(f"http://127.0.0.1:{self.port}/slack/events")
        else:
            await self.slack.connected(1)
        return self.bot

    async def stop_bot(self):
        self.bot = None
        await self.stack.aclose()

    async def restart_bot(self, **changed):
        await self.stop_bot()
        return await self.start_bot(**changed)

    # the platform

    @property
    def platform(self):
        """The one platform of most stories."""
        return self.platforms[0]

    def hold_packagings(self):
        """Have the platform package for so long that a story can look at it."""
        self.platform.knobs.packaging_seconds = _LONG

    def end_packagings(self):
        self.clock.skip(_LONG)

    # what was done

    @property
    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.log_stream.getvalue().splitlines()]

    def calls(self, name, application=None):
        """Count the platform's calls of that name (LifeTime's), of one application if given."""
        if application is not None:
            application = self.platform.application(application).key
        calls = self.platform.calls.named(self.platform.call_name(name))
        return len([one for one in calls if application in (None, one.application)])

    def check(self):
        """Check what holds at the end of every story."""
        errors = [line for line in self.log if line["level"] in {"error", "critical"}]
        assert self.may_log_errors or not errors, "\n".join(map(_written, errors))
        assert self.slack.crawled == []
        assert self.may_double or self.slack.doubled_posts() == {}


def _written(line) -> str:
    trace = line.pop("exception", "")
    return f"{line}\n{trace[-3000:]}"


@contextmanager
def captured_log():
    """Log as `serve` does, to memory."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    log.configure("json")
    root.handlers[0].setStream(stream)
    try:
        yield stream
    finally:
        root.handlers, root.level = handlers, level


@pytest.fixture
def speed():
    return SPEED


@pytest.fixture(params=PRODUCTS)
def product(request):
    """Every story is told on each product, unless it says on which."""
    return request.param


@pytest.fixture
def products(product):
    """Which products stand beside each other in the story."""
    return [product]


@pytest.fixture
async def world(tmp_path, speed, products, empty_database):
    shutil.copy(empty_database, tmp_path / "bot.sqlite3")
    clock = SteadyClock(speed)
    async with AsyncExitStack() as stack:
        platforms = [PRODUCTS[one](clock) for one in products]
        slack = SandboxSlack(clock=clock)
        for sandbox in (*(one.sandbox for one in platforms), slack):
            await sandbox.start()
            stack.push_async_callback(sandbox.stop)
        with captured_log() as log_stream:
            world = World(clock, platforms, slack, tmp_path, log_stream)
            yield world
            await world.stop_bot()
    world.check()


@pytest.fixture
async def bot(world):
    return await world.start_bot()


@pytest.fixture
def ada(world):
    return world.person("ada")


@pytest.fixture
def bruno(world):
    return world.person("bruno")


@pytest.fixture
async def browser():
    async with aiohttp.ClientSession(headers={"User-Agent": "Mozilla/5.0"}) as session:
        yield session
