"""A sandbox LifeTime and a sandbox ODC, our gateways to them, and a run that is handed both."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.cli.fetch.application import Source
from bot.cli.fetch.folder import open_folder
from bot.cli.fetch.manifest import Asked, Entry
from bot.cli.fetch.progress import Step, line
from bot.cli.fetch.run import Run, fetch_all
from bot.domain.policy import Policy
from bot.domain.polling import PollPolicy
from bot.domain.target import RevisionWish
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.odc import SandboxOdc
from bot.settings import (
    LifeTimeSettings,
    OdcLimits,
    OdcPollPolicy,
    OdcSettings,
    PlatformLimits,
    PlatformSettings,
    Secret,
)
from tests.steady_clock import SteadyClock

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
    """One output folder and the platforms of a test, for as many runs as it wants."""

    def __init__(self, out, lifetime: SandboxLifeTime | None, odc: SandboxOdc | None) -> None:
        self.lifetime = lifetime
        self.odc = odc
        self.out = out
        self.steps = Steps()
        self.limits = PlatformLimits(requests_per_second=1000, requests_at_once=50)
        self.odc_limits = OdcLimits(requests_per_second=1000, requests_at_once=50)
        self.polling = PollPolicy(deadline=timedelta(minutes=10))
        self.odc_polling = OdcPollPolicy(deadline=timedelta(minutes=10))
        self.policy = Policy()

    async def run(
        self,
        *applications: str,
        environment: str | None = "Testing",
        wish: RevisionWish | None = None,
        fresh: bool = False,
    ) -> list[Entry]:
        clock = (self.lifetime or self.odc).clock
        asked = [
            Asked(application=name, environment=environment, wish=wish) for name in applications
        ]
        async with make_session() as session:
            sources = [
                Source(gateway(one, session, clock, lambda *_: None), one.polling)
                for one in self.platforms()
            ]
            with open_folder(self.out, clock) as folder:
                run = Run(sources, folder, self.policy, clock, self.steps, fresh=fresh)
                return await fetch_all(run, asked)

    def platforms(self) -> list[PlatformSettings]:
        platforms = []
        if self.lifetime is not None:
            lifetime = LifeTimeSettings(
                name="Sandbox",
                url=self.lifetime.url,
                token=Secret(value=self.lifetime.token),
                limits=self.limits,
                polling=self.polling,
            )
            platforms.append(lifetime)
        if self.odc is not None:
            odc = OdcSettings(
                name="ODC",
                url=self.odc.url,
                client_id=self.odc.client_id,
                client_secret=Secret(value=self.odc.client_secret),
                limits=self.odc_limits,
                polling=self.odc_polling,
            )
            platforms.append(odc)
        return platforms


@pytest.fixture
async def lifetime():
    server = SandboxLifeTime(clock=SteadyClock(SPEED))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def odc():
    server = SandboxOdc(clock=SteadyClock(SPEED))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def fetch(lifetime, tmp_path):
    return Fetch(tmp_path / "out", lifetime, None)


@pytest.fixture
def fetch_odc(odc, tmp_path):
    return Fetch(tmp_path / "out", None, odc)


@pytest.fixture
async def fetch_both(lifetime, tmp_path):
    odc = SandboxOdc(clock=lifetime.clock)
    await odc.start()
    yield Fetch(tmp_path / "out", lifetime, odc)
    await odc.stop()
