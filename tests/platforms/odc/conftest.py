"""What the ODC tests share: the sandbox ODC and a gateway to it, on one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.target import Purpose, Target
from bot.platforms.session import make_session
from bot.ports import PlatformGateway
from bot.sandbox.odc import Fault, Knobs, SandboxOdc
from tests.platforms.odc_bench import (
    CLIENT_ID,
    CLIENT_SECRET,
    DEVELOPMENT,
    TESTING,
    OdcBench,
    Watched,
    target_in,
)
from tests.platforms.odc_identity import Identity


@pytest.fixture
async def odc_bench() -> AsyncIterator[OdcBench]:
    async with make_session() as session:
        yield OdcBench(session)


@pytest.fixture
async def odc(odc_bench: OdcBench) -> AsyncIterator[SandboxOdc]:
    sandbox = SandboxOdc(
        clock=odc_bench.clock,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        knobs=Knobs(packaging_seconds=0.0),
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def cloud(odc_bench: OdcBench, odc: SandboxOdc) -> PlatformGateway:
    return odc_bench.gateway(odc.url)


@pytest.fixture
def mishaps(odc: SandboxOdc) -> Callable[..., None]:
    """Let things go wrong, by their names."""

    def add(*kinds: str, **scope: object) -> None:
        odc.knobs.add(*(Fault(kind, **scope) for kind in kinds))

    return add


@pytest.fixture
async def identity(aiohttp_server) -> Identity:
    server = Identity(aiohttp_server)
    await server.start()
    return server


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def in_testing() -> Target:
    return target_in(TESTING, "Testing", Purpose.TEST)


@pytest.fixture
def in_development() -> Target:
    return target_in(DEVELOPMENT, "Development", Purpose.DEVELOPMENT)


@pytest.fixture
async def described(cloud: PlatformGateway, in_testing: Target) -> Target:
    return await cloud.describe(in_testing)


@pytest.fixture
def slow(odc: SandboxOdc) -> None:
    """Let packagings take ten minutes, so that they are under way when they are looked at."""
    odc.knobs.packaging_seconds = 600.0
