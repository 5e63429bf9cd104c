"""A gateway on its way to some server, and what can be seen of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.platforms.gateway import gateway
from bot.ports import PlatformGateway
from bot.settings import LifeTimeSettings, PlatformLimits, Secret

TOKEN = "eyJhbGciOi-the-token-nobody-may-see"
TESTING = "849515f2-b4ff-4aca-a9d6-9407bea655f4"
ASKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
EMPLOYEE_BACKOFFICE = "c9a7a82e-0eee-4a3d-8e22-2a19c69c766f"


class InstantClock:
    """A clock on which waiting takes no time, and which remembers what was waited."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Observed(list[tuple[str, str, float]]):
    """What the metrics hook was told."""

    def __call__(self, call: str, outcome: str, seconds: float) -> None:
        self.append((call, outcome, seconds))

    def count(self, call: str, outcome: str) -> int:
        return Counter((name, told) for name, told, _ in self)[call, outcome]


class Bench:
    """A gateway on its way to some server, and what can be seen of it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.clock = InstantClock()
        self.observed = Observed()

    def gateway(
        self, url: str, *, token_file: Path | None = None, **limits: float
    ) -> PlatformGateway:
        secret = Secret(value=SecretStr(TOKEN)) if token_file is None else Secret(file=token_file)
        settings = LifeTimeSettings(
            name="Acme",
            url=url,
            token=secret,
            limits=PlatformLimits(**{"requests_per_second": 10_000.0, **limits}),
        )
        return gateway(settings, self.session, self.clock, self.observed)
