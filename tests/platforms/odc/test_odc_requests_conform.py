"""Every request that our gateway makes to ODC's APIs is one that OutSystems has published.

The gateway works with the sandbox through a recording, and what it sent is read off the wire. That
every call it has is made here is read off the gateway: one that is added makes a test fail until
it is played.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.domain.packaging import PackagingState
from bot.domain.target import Purpose, RevisionWish, Target
from bot.errors import PlatformNotFound, PlatformRejected
from bot.platforms import odc_api
from bot.platforms.call import Call
from bot.platforms.session import make_session
from bot.ports import PlatformGateway
from bot.sandbox.odc import Fault, SandboxOdc
from tests.platforms.odc_bench import (
    CLIENT_ID,
    CLIENT_SECRET,
    DEVELOPMENT,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
    OdcBench,
    taken,
    target_in,
    wished,
)
from tests.sandbox.odc.openapi import FILES, NO_FILES, Published
from tests.sandbox.odc.recording import Recording, recorded

pytestmark = pytest.mark.skipif(not FILES, reason=NO_FILES)

PUBLISHED = Published(FILES)
IN_TESTING = target_in(TESTING, "Testing")
IN_DEVELOPMENT = target_in(DEVELOPMENT, "Development", Purpose.DEVELOPMENT)


@dataclass(frozen=True)
class Play:
    """A gateway, the sandbox that it thinks is ODC, and what goes between them."""

    gateway: PlatformGateway
    sandbox: SandboxOdc
    recording: Recording
    bench: OdcBench

    @property
    def problems(self) -> list[str]:
        """What of all that was said to the APIs, by either side, is not as published."""
        exchanges = self.recording.api_exchanges
        return [each for one in exchanges for each in PUBLISHED.problems_with(one)]

    @property
    def calls(self) -> set[str]:
        """The names of the gateway's calls that were made."""
        return {name for name, _, _ in self.bench.observed}


@asynccontextmanager
async def played():
    async with make_session() as session:
        bench = OdcBench(session)
        sandbox = SandboxOdc(clock=bench.clock, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        async with recorded(await sandbox.start()) as recording:
            yield Play(bench.gateway(recording.url), sandbox, recording, bench)
        await sandbox.stop()


@pytest.fixture
async def play():
    async with played() as play:
        yield play


async def reading_the_catalogue(play):
    catalogue = await play.gateway.catalogue()
    assert len(catalogue.environments) == 4


async def reading_a_catalogue_of_many_pages_and_portfolios(play):
    play.sandbox.organization.add_portfolio("Second")
    play.sandbox.organization.add_assets(120)
    play.sandbox.knobs.largest_page = 50
    catalogue = await play.gateway.catalogue()
    assert {each.portfolio for each in catalogue.environments} == {"Main", "Second"}
    assert len(catalogue.applications) > 120


async def finding_a_build(play):
    assert (await play.gateway.find_build(EMPLOYEE_BACKOFFICE_BUILD)).revision.number == 12


async def describing_what_runs(play):
    assert (await play.gateway.describe(IN_TESTING)).build.key == EMPLOYEE_BACKOFFICE_BUILD
    assert (await play.gateway.describe(IN_DEVELOPMENT)).revision.number == 14


async def describing_what_was_asked_for(play):
    for wish in ({"number": 10}, {"tag": "1.3.0"}, {"build": EMPLOYEE_BACKOFFICE_BUILD}):
        assert (await play.gateway.describe(wished(IN_TESTING, **wish))).build


async def describing_what_is_not_there(play):
    for wish in ({"number": 999}, {"tag": "a tag & more = né"}, {"build": TESTING}):
        with pytest.raises(PlatformNotFound):
            await play.gateway.describe(wished(IN_TESTING, **wish))
    with pytest.raises(PlatformNotFound):
        await play.gateway.describe(target_in(TESTING, "Testing").model_copy(update=_prototype()))
    with pytest.raises(PlatformRejected):
        await play.gateway.describe(IN_DEVELOPMENT.model_copy(update=_prototype()))


def _prototype():
    name = "Prototype Lab"
    return {
        "application": SandboxOdc().organization.asset_named(name).key,
        "application_name": name,
    }


async def describing_a_library(play):
    library = play.sandbox.organization.asset_named("Currency Formatting")
    target = Target(
        platform="Cloud",
        environment=None,
        application=library.key,
        application_name=library.name,
    )
    assert (await play.gateway.describe(target)).revision.number == 5
    tagged = target.model_copy(update={"wish": RevisionWish(tag="1.1.0")})
    assert (await play.gateway.describe(tagged)).revision.number == 3


async def packaging_and_downloading(play):
    target = await play.gateway.describe(IN_TESTING)
    asked_at = play.bench.clock.now()
    report = await play.gateway.start_packaging(target)
    while not report.state.is_settled:
        await play.bench.clock.sleep(5)
        report = await play.gateway.packaging_report(target, report.package, asked_at=asked_at)
    assert report.state is PackagingState.READY
    assert (await play.gateway.platform_link(target, report.package)).is_presigned
    assert (await taken(play.gateway, target, report.package)).startswith(b"PK")
    assert (await play.gateway.start_packaging(target)).state is PackagingState.READY


async def packaging_what_failed_before(play):
    target = await play.gateway.describe(IN_TESTING)
    play.sandbox.knobs.add(Fault("fails"))
    await play.gateway.start_packaging(target)
    await play.bench.clock.sleep(3600)
    await play.gateway.start_packaging(target)
    assert play.sandbox.calls.packaging_posts == 2


async def going_on_after_a_token_was_refused(play):
    await play.gateway.clock_ahead()
    play.sandbox.expire_tokens()
    await play.gateway.catalogue()
    assert play.sandbox.calls.tokens_given == 2


async def asking_for_the_time(play):
    assert await play.gateway.clock_ahead() is not None


STORIES = [
    reading_the_catalogue,
    reading_a_catalogue_of_many_pages_and_portfolios,
    finding_a_build,
    describing_what_runs,
    describing_what_was_asked_for,
    describing_what_is_not_there,
    describing_a_library,
    packaging_and_downloading,
    packaging_what_failed_before,
    going_on_after_a_token_was_refused,
    asking_for_the_time,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_what_is_sent_is_as_published_when(play, story):
    await story(play)
    assert play.recording.api_exchanges
    assert play.problems == []
    assert not play.sandbox.calls.named("oml")  # an asset's model is no generated code


async def test_the_stories_make_every_call_that_the_gateway_has():
    made = set()
    for story in STORIES:
        async with played() as play:
            await story(play)
            made |= play.calls
    known = {each.name for each in vars(odc_api).values() if isinstance(each, Call)}
    assert known
    assert known <= made


async def test_a_request_that_nobody_published_would_be_noticed(play):
    await play.gateway.catalogue()
    url = f"{play.recording.url}/api/portfolios/v2/environments?stage=Testing"
    async with play.bench.session.get(url, headers={"Authorization": "Bearer x"}) as answer:
        await answer.read()
    (problem,) = play.problems
    assert "no query parameter 'stage' is published" in problem
