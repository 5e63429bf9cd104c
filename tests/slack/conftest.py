from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.policy import LinkVisibility
from bot.domain.retrieval import RetrievalState
from bot.sandbox.slack import SandboxSlack
from bot.slack.budgets import Budgets
from bot.slack.calls import Calls
from bot.slack.publisher import Publisher
from tests.slack.samples import START, request, retrieval
from tests.steady_clock import SteadyClock

# Fast enough to be quick, slow enough that a busy machine's delays stay small on this clock.
SPEED = 40.0


class HandClock:
    """Time that stands still until a test moves it; those who sleep wake at their moment."""

    def __init__(self) -> None:
        self.at = START
        self._sleepers: list = []
        self._order = itertools.count()

    def now(self):
        return self.at

    async def sleep(self, seconds):
        if seconds <= 0:
            return
        woken = asyncio.get_running_loop().create_future()
        moment = self.at + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (moment, next(self._order), woken))
        await woken

    async def advance(self, seconds):
        until = self.at + timedelta(seconds=seconds)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            moment, _, woken = heapq.heappop(self._sleepers)
            self.at = max(self.at, moment)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self.at = until


async def settle():
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
def hand_clock():
    return HandClock()


@pytest.fixture
def speed():
    return SPEED


@pytest.fixture
def clock(speed):
    return SteadyClock(speed)


@pytest.fixture
async def slack(clock):
    sandbox = SandboxSlack(clock)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def outcomes():
    """Count what `observe` was told, by (method, outcome)."""
    return Counter()


@pytest.fixture
def calls(slack, clock, session, outcomes):
    def observe(method, outcome, seconds):
        assert seconds >= 0
        outcomes[method, outcome] += 1

    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    calls = Calls(client, clock=clock, budgets=Budgets(clock), observe=observe)
    calls.observed_by = observe
    return calls


@pytest.fixture
def make_publisher(calls, clock, session):
    def make(visibility=LinkVisibility.THREAD):
        return Publisher(
            calls=calls,
            session=session,
            clock=clock,
            observe=calls.observed_by,
            visibility=visibility,
        )

    return make


@pytest.fixture
def publisher(make_publisher):
    return make_publisher()


@pytest.fixture
def ask(slack, clock):
    """Give a retrieval that ada asked for in a channel of the sandbox, with its card if posted."""

    def ask(channel="releases", state=RetrievalState.PACKAGING, card=None, **change):
        asked = request(
            id=change.pop("id", "r-1"),
            at=clock.now(),
            requester=slack.user("ada").id,
            channel=slack.channel(channel).id,
        )
        return retrieval(state, asked=asked).model_copy(update={"card": card, **change})

    return ask


@pytest.fixture
async def carded(publisher, ask):
    """A retrieval whose card stands in #releases."""
    one = ask()
    card = await publisher.post_card(one, "card", one.request.channel)
    return one.model_copy(update={"card": card})
