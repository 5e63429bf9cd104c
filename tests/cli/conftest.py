"""A sandbox LifeTime, our gateway to it, and a run that is handed both."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.cli.fetch.application import Source
from bot.cli.fetch.folder import open_folder
from bot.cli.fetch.manifest import Asked, Entry
from bot.cli.fetch.progress import Step, line
from bot.cli.fetch.run import Run, fetch_all
from bot.domain.policy import Policy
from bot.domain.polling import PollPolicy
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import SandboxLifeTime
from bot.settings import PlatformLimits, PlatformSettings, Secret

SPEED = 200.0


class Steps:
    """Remembers what a run said."""

    def __init__(self) -> None:
        self.all: list[Step] = []
        self._said = asyncio.Event()

    def say(self, step: Step) -> None:
        self.all.append(step)
        self._said.set()

    async def until(self, part: str, times: int = 1) -> None:
        """Wait until so many lines hold `part`."""
        while sum(part in line for line in self.lines) < times:
            self._said.clear()
            await self._said.wait()

    @property
    def lines(self) -> list[str]:
        return [line(step) for step in self.all]


class Fetch:
    """One output folder and one platform, for as many runs as a test wants."""

    def __init__(self, lifetime: SandboxLifeTime, out) -> None:
        self.lifetime = lifetime
        self.out = out
        self.steps = Steps()
        self.limits = PlatformLimits(requests_per_second=1000, requests_at_once=50)
        self.polling = PollPolicy(deadline=timedelta(minutes=10))
        self.policy = Policy()

    async def run(
        self, *applications: str, environment: str = "Testing", fresh: bool = False
    ) -> list[Entry]:
        asked = [Asked(application=name, environment=environment) for name in applications]
        async with self.source() as source:
            with open_folder(self.out, self.lifetime.clock) as folder:
                run = Run(
                    [source], folder, self.policy, self.lifetime.clock, self.steps, fresh=fresh
                )
                return await fetch_all(run, asked)

    @asynccontextmanager
    async def source(self):
        platform = PlatformSettings(
            name="Sandbox",
            url=self.lifetime.url,
            token=Secret(value=self.lifetime.token),
            limits=self.limits,
        )
        async with make_session() as session:
            opened = gateway(platform, session, self.lifetime.clock, lambda *_: None)
            yield Source(opened, self.polling)


@pytest.fixture
async def lifetime():
    server = SandboxLifeTime(clock=ScaledClock(SPEED))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def fetch(lifetime, tmp_path):
    return Fetch(lifetime, tmp_path / "out")
