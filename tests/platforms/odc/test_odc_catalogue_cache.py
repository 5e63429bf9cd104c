"""The catalogue is read as seldom as people can bear."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import PlatformRefused


async def test_the_catalogue_is_read_once_for_all_who_ask(cloud, odc, odc_bench):
    catalogues = await asyncio.gather(*(cloud.catalogue() for _ in range(20)))
    assert all(each is catalogues[0] for each in catalogues)
    assert len(odc.calls.named("assets")) == 1
    await odc_bench.clock.sleep(301)
    await cloud.catalogue()
    assert len(odc.calls.named("assets")) == 2


@pytest.mark.parametrize(("seconds", "reads"), [(0, 1), (29, 1), (30, 2), (-29, 1), (-3600, 2)])
async def test_what_was_read_within_half_a_minute_counts_as_fresh(
    cloud, odc, odc_bench, seconds, reads
):
    await cloud.catalogue()
    odc_bench.clock.time += timedelta(seconds=seconds)
    await cloud.catalogue(fresh=True)
    assert len(odc.calls.named("assets")) == reads


async def test_where_nothing_is_to_be_kept_everybody_reads(odc_bench, odc):
    cloud = odc_bench.gateway(odc.url, catalogue_minutes=0)
    await cloud.catalogue()
    await cloud.catalogue()
    assert len(odc.calls.named("assets")) == 2


async def test_a_read_that_fails_leaves_what_was_kept(cloud, odc_bench, mishaps):
    kept = await cloud.catalogue()
    await odc_bench.clock.sleep(60)
    mishaps("answer", call="assets", status=403)
    with pytest.raises(PlatformRefused):
        await cloud.catalogue(fresh=True)
    assert await cloud.catalogue() is kept
