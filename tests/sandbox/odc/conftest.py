"""A sandbox ODC on a clock that only moves when told to, and a client that has its credentials."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientTimeout

from bot.sandbox.odc import Fault, SandboxOdc
from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD
from tests.sandbox.stepped_clock import SteppedClock


class Client:
    """Calls the sandbox as a good client would."""

    portfolios = "/api/portfolios/v2"
    assets = "/api/asset-repository/v1/assets"
    builds = "/api/builds/v1/build-operations"

    def __init__(self, sandbox: SandboxOdc, session: ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.token = ""

    async def sign_in(self, client_id=None, client_secret=None, **more):
        """Ask for a token, and give status and body; keep the token."""
        document = await self.discovery()
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id or self.sandbox.client_id,
            "client_secret": client_secret or self.sandbox.client_secret,
        }
        async with self.session.post(document["token_endpoint"], data=form | more) as response:
            body = await response.json()
            self.token = body.get("access_token", self.token)
            return response.status, body

    async def discovery(self):
        path = "/identity/.well-known/openid-configuration"
        async with self.session.get(f"{self.sandbox.url}{path}") as response:
            return await response.json()

    def call(self, method, path, authorization=None, **more):
        headers = {"Authorization": authorization or f"Bearer {self.token}"}
        url = f"{self.sandbox.url}{path}"
        return self.session.request(method, url, headers=headers, allow_redirects=False, **more)

    async def json(self, method, path, authorization=None):
        async with self.call(method, path, authorization) as response:
            return response.status, await response.json()

    async def get(self, path):
        """Give the JSON of a call that must succeed."""
        status, body = await self.json("GET", path)
        assert status == 200, body
        return body

    async def read(self, path):
        async with self.call("GET", path) as response:
            return response.status, await response.read()

    def code(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        return f"{self.builds}/{build}/generated-code"

    def start(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Start a packaging; give status and body."""
        return self.json("POST", self.code(build))

    def status(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Look at a packaging; give status and body."""
        return self.json("GET", self.code(build))

    async def standing(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Give the status word of a packaging that must be known."""
        return (await self.get(self.code(build)))["status"]

    async def finished(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Start a packaging and let it finish."""
        assert (await self.start(build))[0] == 201
        self.sandbox.clock.step(600)

    async def uri(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Give a new link to a finished package."""
        return (await self.get(self.code(build)))["uri"]

    async def linked(self, build=EMPLOYEE_BACKOFFICE_BUILD):
        """Start a packaging, let it finish, and give a link."""
        await self.finished(build)
        return await self.uri(build)

    def fetch(self, url, **more):
        """Ask the storage host, without a token."""
        return self.session.get(url, allow_redirects=False, **more)

    async def fetched(self, url):
        async with self.fetch(url) as response:
            return response.status, await response.read()

    def fault(self, *arguments, **more):
        """Let something go wrong from here on, and give the fault."""
        fault = Fault(*arguments, **more)
        self.sandbox.knobs.add(fault)
        return fault


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxOdc]:
    odc = SandboxOdc(clock=SteppedClock(), client_id="good-client", client_secret="good-secret")
    await odc.start()
    yield odc
    await odc.stop()


@pytest.fixture
async def stranger(sandbox: SandboxOdc) -> AsyncIterator[Client]:
    """A client that has no token yet."""
    # No answer that these tests wait for takes longer, hanging ones aside.
    async with ClientSession(timeout=ClientTimeout(total=20)) as session:
        yield Client(sandbox, session)


@pytest.fixture
async def client(stranger: Client) -> Client:
    """A client that has a token; the journal begins after it was given."""
    assert (await stranger.sign_in())[0] == 200
    stranger.sandbox.calls.clear()
    return stranger
