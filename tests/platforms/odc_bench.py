"""A gateway on its way to some ODC, and what can be seen of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.domain.target import Environment, Purpose, RevisionWish, Target
from bot.platforms.gateway import gateway
from bot.ports import PlatformGateway
from bot.settings import OdcLimits, OdcSettings, Secret
from tests.platforms.bench import InstantClock, Observed
from tests.platforms.wire_server import answer

CLIENT_ID = "3f0c6a55-client"
A_TOKEN = "the-token-1"
CLIENT_SECRET = "the-secret+nobody/may=see"

DEVELOPMENT = "2a9d1b60-ce1b-47e0-a8d5-3352a1389377"
TESTING = "1ee11e11-1111-1111-8111-1e111e11eee1"
PRODUCTION = "1c1e2ead-8ee3-4324-ad61-e740808a25a4"
EMPLOYEE_BACKOFFICE = "a111a111-1aa1-4aa1-811a-a1111a1a1a11"
EMPLOYEE_BACKOFFICE_BUILD = "be77b25f-c738-462f-8f19-7114fc4f9923"


class SharedClock(InstantClock):
    """A clock for the gateway and the sandbox at once; whoever waits moves it for both."""

    speed = 1.0


class OdcBench:
    """A gateway on its way to some ODC, and what can be seen of it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.clock = SharedClock()
        self.observed = Observed()

    def gateway(
        self, url: str, *, secret_file: Path | None = None, **limits: float
    ) -> PlatformGateway:
        value = Secret(value=SecretStr(CLIENT_SECRET))
        settings = OdcSettings(
            name="Cloud",
            url=url,
            client_id=CLIENT_ID,
            client_secret=value if secret_file is None else Secret(file=secret_file),
            limits=OdcLimits(**{"requests_per_second": 10_000.0, **limits}),
        )
        return gateway(settings, self.session, self.clock, self.observed)


class Watched:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.waited: list[int] = []
        self.went_on = 0
        self.sent: list[bool] = []  # whether it was a repetition
        self.has_sent = asyncio.Event()
        self.has_waited = asyncio.Event()

    async def waits(self, ahead: int) -> None:
        self.waited.append(ahead)
        self.has_waited.set()

    async def goes_on(self) -> None:
        self.went_on += 1

    async def sends(self, *, is_repeat: bool) -> None:
        self.sent.append(is_repeat)
        self.has_sent.set()

    async def turned_away(self) -> None:
        """Nothing here asks for it."""


def target_in(key: str, name: str, purpose: Purpose = Purpose.TEST) -> Target:
    return Target(
        platform="Cloud",
        environment=Environment(platform="Cloud", key=key, name=name, purpose=purpose),
        application=EMPLOYEE_BACKOFFICE,
        application_name="EmployeeBackoffice",
    )


def wished(target: Target, **wish: object) -> Target:
    """Give the target with a wish, and no build chosen."""
    return target.model_copy(update={"wish": RevisionWish(**wish), "build": None})


def opening(url: str, token: str = A_TOKEN) -> list[bytes]:
    """Give the answers by which a server lets the gateway in, before any other."""
    bodies = ({"token_endpoint": f"{url}/token"}, {"access_token": token})
    return [answer(json.dumps(body).encode()) for body in bodies]


async def taken(gateway: PlatformGateway, target: Target, package: str) -> bytes:
    async with gateway.open_package(target, package) as body:
        return b"".join([piece async for piece in body])
