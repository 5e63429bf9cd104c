from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack import SandboxSlack
from bot.sandbox.slack.scopes import DEFAULT_SCOPES


class SteppedClock(ScaledClock):
    """A clock that moves only when it is told to; sleeping moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.step(seconds)

    def step(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def slack(clock) -> AsyncIterator[SandboxSlack]:
    # Two more than the manifest asks for, so that every method of the sandbox can be called.
    sandbox = SandboxSlack(clock, scopes=DEFAULT_SCOPES | {"users:read", "files:read"})
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def client(slack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
