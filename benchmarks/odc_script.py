"""A client of ODC as somebody would write it in an afternoon, to compare with. Not a benchmark.

It begins with all builds at once, looks at each, starts its packaging, polls it at the published
pace, and after a 429 waits as is usually advised: a random part of a pause that doubles.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox.clock import ScaledClock

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 64.0  # seconds
_FAST, _SLOW, _FAST_FOR = 5.0, 30.0, 30.0  # the pace of polling, in seconds
_PAGE = 100
_TOO_MANY, _NOT_FOUND = 429, 404

Json = dict[str, Any]  # whatever the API says; a script reads it as it comes


@dataclass
class Client:
    """Asks, and asks again while it is told that it asked too often."""

    session: aiohttp.ClientSession
    url: str
    clock: ScaledClock
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def ask(self, method: str, path: str) -> Json | None:
        """Give the answer; None for a 404."""
        pause = _FIRST_PAUSE
        while True:
            async with self.session.request(method, self.url + path) as answer:
                if answer.status == _NOT_FOUND:
                    return None
                if answer.status != _TOO_MANY:
                    answer.raise_for_status()
                    return dict(await answer.json())
                told = answer.headers.get("Retry-After")
            await self.clock.sleep(float(told) if told else self.chance.uniform(0, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def builds(self, prefix: str, stage: str) -> list[str]:
        """Give the keys of the builds that run in a stage, of applications called so."""
        there = await self.ask("GET", "/api/portfolios/v2/environments")
        assert there is not None
        [key] = [one["key"] for one in there["results"] if one["name"] == stage]
        found: list[str] = []
        offset: int | None = 0
        while offset is not None:
            query = f"environmentKey={key}&limit={_PAGE}&offset={offset}"
            page = await self.ask("GET", f"/api/portfolios/v2/deployed-assets?{query}")
            assert page is not None
            lives = [live for one in page["results"] for live in one["deployments"]]
            found += [live["buildKey"] for live in lives if live["name"].startswith(prefix)]
            offset = page["page"]["nextPageOffset"] if page["results"] else None
        return found

    async def package(self, build: str) -> str:
        """Give the address of a build's package, once there is one."""
        path = f"/api/builds/v1/build-operations/{build}/generated-code"
        seen = await self.ask("GET", path)
        if seen is None:
            await self.ask("POST", path)
        began = self.clock.now()
        while seen is None or seen["status"] != "Finished":
            elapsed = (self.clock.now() - began).total_seconds()
            await self.clock.sleep(_FAST if elapsed < _FAST_FOR else _SLOW)
            seen = await self.ask("GET", path)
        return str(seen["uri"])

    async def packages(self, prefix: str, stage: str) -> list[str]:
        """Package everything called so that runs in a stage; gives where the packages are."""
        builds = await self.builds(prefix, stage)
        return await asyncio.gather(*map(self.package, builds))


@asynccontextmanager
async def session_for(platform: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientSession]:
    """Let the script in; `platform` are the bot's own environment variables."""
    headers = {"Authorization": f"Bearer {await _token(platform)}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        yield session


async def _token(platform: Mapping[str, str]) -> str:
    """Ask for a token as OpenID Connect has it."""
    form = {
        "grant_type": "client_credentials",
        "client_id": platform["ODC_CLIENT_ID"],
        "client_secret": platform["ODC_CLIENT_SECRET"],
    }
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        place = f"{platform['ODC_PORTAL_URL']}/identity/.well-known/openid-configuration"
        async with session.get(place) as answer:
            endpoint = (await answer.json())["token_endpoint"]
        async with session.post(endpoint, data=form) as answer:
            return str((await answer.json())["access_token"])
