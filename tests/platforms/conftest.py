"""What the platform tests share: the sandbox LifeTime, a gateway to it, and a server of bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.target import Environment, Purpose, Target
from bot.platforms.session import make_session
from bot.ports import PlatformGateway
from bot.sandbox.lifetime import Fault, Knobs, SandboxLifeTime
from tests.platforms.bench import EMPLOYEE_BACKOFFICE, TESTING, TOKEN, Bench
from tests.platforms.wire_server import WireServer


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with make_session() as session:
        yield Bench(session)


@pytest.fixture
async def lifetime() -> AsyncIterator[SandboxLifeTime]:
    sandbox = SandboxLifeTime(token=TOKEN, knobs=Knobs(packaging_seconds=0.0))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def platform(bench: Bench, lifetime: SandboxLifeTime) -> PlatformGateway:
    return bench.gateway(lifetime.url)


@pytest.fixture
def faults(lifetime: SandboxLifeTime) -> Callable[..., None]:
    def add(*kinds: str, **scope: object) -> None:
        lifetime.knobs.add(*(Fault(kind, **scope) for kind in kinds))

    return add


@pytest.fixture
def target() -> Target:
    environment = Environment(platform="Acme", key=TESTING, name="Testing", purpose=Purpose.TEST)
    return Target(
        platform="Acme",
        environment=environment,
        application=EMPLOYEE_BACKOFFICE,
        application_name="EmployeeBackoffice",
    )


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    server = WireServer()
    await server.start()
    yield server
    await server.stop()
