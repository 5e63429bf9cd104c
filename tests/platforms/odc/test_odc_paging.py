"""Lists of ODC are read to their end, or it is said that this cannot be done."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from bot.errors import PlatformBroken
from bot.platforms.odc_models import ASSETS
from bot.platforms.odc_paging import all_pages
from tests.platforms.odc_bench import opening
from tests.platforms.wire_server import answer
from tests.sandbox.odc.recording import recorded


async def test_every_page_is_read(cloud, odc):
    odc.organization.add_assets(250)
    catalogue = await cloud.catalogue()
    generated = [each for each in catalogue.applications if each.name.startswith("Generated")]
    assert len(generated) == 250
    assert all(each.placements and each.latest for each in generated)
    assert len(odc.calls.named("deployed_assets")) == 3
    assert len(odc.calls.named("assets")) == 1  # its pages are ten times as long


@pytest.mark.parametrize("call", ["deployed_assets", "assets"])
async def test_pages_that_do_not_advance_end_in_words(cloud, odc, mishaps, call):
    odc.organization.add_assets(120)
    mishaps("stuck_page", call=call, times=None)
    with pytest.raises(PlatformBroken, match="the list does not end"):
        await cloud.catalogue()
    assert len(odc.calls.named(call)) <= 2


async def test_pages_without_end_end_in_words(odc_bench, wire, in_testing):
    offsets = iter(range(100, 10**6, 100))

    async def page(_, writer):
        body = {"results": [], "page": {"nextPageOffset": next(offsets)}}
        writer.write(answer(json.dumps(body).encode()))
        await writer.drain()

    wire.answers = [*opening(wire.url), page]
    cloud = odc_bench.gateway(wire.url, requests_per_minute=10_000)
    with pytest.raises(PlatformBroken, match="more than 200 pages"):
        await cloud.describe(in_testing)


@pytest.mark.parametrize("call", ["deployed_assets", "assets"])
async def test_a_list_that_ends_before_its_total_is_logged_and_taken_as_it_is(
    cloud, odc, mishaps, call
):
    odc.organization.add_assets(120)
    odc.knobs.largest_page = 50
    mishaps("last_page", call=call)
    with capture_logs() as logged:
        assert (await cloud.catalogue()).applications
    [told] = [line for line in logged if line["event"] == "list_ends_early"]
    assert (told["log_level"], told["found"]) == ("warning", 50)
    assert told["total"] > 120


async def test_a_list_without_totals_is_as_long_as_it_is(odc_bench, wire):
    found = [{"assetKey": f"k{n}", "key": f"k{n}", "name": f"n{n}"} for n in range(3)]
    body = json.dumps({"results": found, "page": {"count": 3}}).encode()
    wire.answers = [*opening(wire.url), answer(body)]
    assert len((await odc_bench.gateway(wire.url).catalogue()).applications) == 3


async def test_what_is_taken_away_meanwhile_breaks_no_list():
    pages = {0: (50, 50, 120), 50: (50, 100, 119), 100: (19, None, 119)}

    async def page(offset):
        number, following, total = pages[offset]
        said = {"nextPageOffset": following, "totalResults": total}
        return ASSETS.validate_python({"page": said, "results": [{}] * number})

    assert len(await all_pages(page, what="its applications", platform="Cloud")) == 119


async def test_pages_of_assets_follow_an_order_that_does_not_change(odc_bench, odc):
    async with recorded(odc.url) as recording:
        await odc_bench.gateway(recording.url).catalogue()
        (asked,) = [
            e.request for e in recording.api_exchanges if e.request.path.endswith("/assets")
        ]
    assert asked.query["sort"] == "name"
