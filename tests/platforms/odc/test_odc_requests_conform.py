"""Every request of the gateway is one that OutSystems' published API descriptions allow."""

from __future__ import annotations

import pytest

from bot.errors import PlatformNotFound
from bot.platforms import odc_api
from bot.platforms.call import Call
from tests.platforms.odc_bench import EMPLOYEE_BACKOFFICE_BUILD, taken, wished
from tests.sandbox.odc.openapi import FILES, NO_FILES, Published
from tests.sandbox.odc.recording import recorded

pytestmark = pytest.mark.skipif(not FILES, reason=NO_FILES)


async def everything(cloud, in_testing, in_development) -> None:
    """Ask all that the gateway ever asks."""
    await cloud.catalogue()
    await cloud.clock_ahead()
    await cloud.describe(await cloud.find_build(EMPLOYEE_BACKOFFICE_BUILD))
    await cloud.describe(in_development)
    await cloud.describe(in_testing.model_copy(update={"environment": None}))
    await cloud.describe(wished(in_testing, number=10))
    await cloud.describe(wished(in_testing, tag="1.4.0"))
    with pytest.raises(PlatformNotFound):
        await cloud.describe(wished(in_testing, tag="9.9.9"))
    package = (await cloud.start_packaging(await cloud.describe(in_testing))).package
    assert await taken(cloud, in_testing, package)


async def test_every_request_is_as_published(odc_bench, odc, in_testing, in_development):
    odc.organization.add_portfolio("Retail")
    odc.organization.add_assets(120)
    async with recorded(odc.url) as recording:
        await everything(odc_bench.gateway(recording.url), in_testing, in_development)
        exchanges = recording.api_exchanges
    published = Published(FILES)
    assert [each for one in exchanges for each in published.problems_with_request(one)] == []
    made = {name for name, outcome, _ in odc_bench.observed if outcome == "ok"}
    assert {each.name for each in vars(odc_api).values() if isinstance(each, Call)} <= made
    assert not [one for one in exchanges if "source-code" in one.request.path]


async def test_a_request_that_is_not_published_would_be_noticed(odc_bench, odc):
    async with recorded(odc.url) as recording:
        await odc_bench.gateway(recording.url).find_build("no-key")
        exchanges = recording.api_exchanges
    published = Published(FILES)
    assert [each for one in exchanges for each in published.problems_with_request(one)]
