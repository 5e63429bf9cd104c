"""A sandbox LifeTime on a clock that only moves when told to, and a client that holds its token."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientTimeout

from bot.sandbox.lifetime import Fault, SandboxLifeTime
from bot.sandbox.lifetime.infrastructure import EMPLOYEE_BACKOFFICE, TESTING
from tests.sandbox.stepped_clock import SteppedClock


class Client:
    """Calls the sandbox as a good client would."""

    base = "/lifetimeapi/rest/v2"
    packages = f"{base}/environments/{TESTING}/applications/{EMPLOYEE_BACKOFFICE}/sourcecodeaccess"

    def __init__(self, sandbox: SandboxLifeTime, session: ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    def call(self, method, path, authorization=None, **more):
        headers = {"Authorization": authorization or f"Bearer {self.sandbox.token}"}
        url = path if path.startswith("http") else f"{self.sandbox.url}{path}"
        return self.session.request(method, url, headers=headers, allow_redirects=False, **more)

    async def json(self, method, path, authorization=None):
        async with self.call(method, path, authorization) as response:
            return response.status, await response.json()

    async def get(self, path):
        """Give the JSON of a call that must succeed."""
        status, body = await self.json("GET", f"{self.base}{path}")
        assert status == 200, body
        return body

    async def read(self, url, authorization=None):
        async with self.call("GET", url, authorization) as response:
            return response.status, await response.read()

    async def start(self):
        status, body = await self.json("POST", self.packages)
        assert status == 201, body
        return body["PackageKey"]

    async def status(self, package):
        return (await self.json("GET", f"{self.packages}/{package}/status"))[1]

    async def link(self, package):
        return await self.json("GET", f"{self.packages}/{package}/download")

    async def finished(self):
        """Start a packaging, let it finish, and give its key."""
        package = await self.start()
        self.sandbox.clock.step(600)
        return package

    async def linked(self):
        """Give the URL of a finished package."""
        status, body = await self.link(await self.finished())
        assert status == 200, body
        return body["url"]

    def fault(self, *arguments, **more):
        """Let something go wrong from here on, and give the fault."""
        fault = Fault(*arguments, **more)
        self.sandbox.knobs.add(fault)
        return fault


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxLifeTime]:
    lifetime = SandboxLifeTime(clock=SteppedClock(), token="good-token")
    await lifetime.start()
    yield lifetime
    await lifetime.stop()


@pytest.fixture
async def client(sandbox: SandboxLifeTime) -> AsyncIterator[Client]:
    # No answer that these tests wait for takes longer, hanging ones aside.
    async with ClientSession(timeout=ClientTimeout(total=20)) as session:
        yield Client(sandbox, session)
