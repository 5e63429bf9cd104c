"""A request of ours whose answer is lost is looked for, and what came of it is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.packaging import PackagingState
from bot.errors import PlatformNotFound, PlatformUnreachable
from tests.platforms.odc_bench import Watched

READY, RUNNING, FAILED = PackagingState.READY, PackagingState.RUNNING, PackagingState.FAILED


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("hidden", [0.0, 10.0, 29.0])
async def test_a_request_whose_answer_is_lost_is_looked_for(
    cloud, odc, described, mishaps, watched, hidden
):
    mishaps("not_visible", seconds=hidden)
    mishaps("drop_after", call="start")
    report = await cloud.start_packaging(described, watcher=watched)
    assert report.state is RUNNING
    assert (odc.calls.packaging_posts, odc.calls.packagings_doubled) == (1, 0)
    assert watched.sent == [False]


@pytest.mark.parametrize("kind", ["drop_before", "html", "empty_body"])
async def test_a_request_that_was_not_heard_is_sent_again_after_half_a_minute(
    odc_bench, cloud, odc, described, mishaps, watched, kind
):
    began = odc_bench.clock.now()
    if kind == "drop_before":
        mishaps(kind, call="start")
    else:
        mishaps("answer", call="start", status=503)
    report = await cloud.start_packaging(described, watcher=watched)
    assert report.state is RUNNING
    assert odc.calls.packagings_started == 1
    assert watched.sent == [False, True]
    assert odc_bench.clock.now() - began >= timedelta(seconds=30)


async def test_it_is_not_sent_for_ever(odc, odc_bench, described, mishaps):
    mishaps("drop_before", call="start", times=None)
    with pytest.raises(PlatformUnreachable):
        await odc_bench.gateway(odc.url, attempts=3).start_packaging(described)
    assert odc.calls.packaging_posts == 3


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("kind", ["html", "cut_json", "wrong_type", "unknown_fields"])
async def test_an_answer_to_the_start_that_cannot_be_read_is_looked_after(
    cloud, odc, described, mishaps, kind
):
    mishaps(kind, call="start")
    assert (await cloud.start_packaging(described)).state is RUNNING
    assert (odc.calls.packaging_posts, odc.calls.packagings_doubled) == (1, 0)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("seconds_ago", [1, 20])
async def test_after_a_restart_a_request_of_just_now_is_waited_for(
    odc_bench, cloud, odc, described, mishaps, seconds_ago
):
    mishaps("not_visible", seconds=25.0)
    await cloud.start_packaging(described)
    asked = odc_bench.clock.now()
    await odc_bench.clock.sleep(seconds_ago)
    watched = Watched()
    report = await odc_bench.gateway(odc.url).start_packaging(
        described, asked_before=asked, watcher=watched
    )
    assert report.state is RUNNING
    assert odc.calls.packaging_posts == 1
    assert watched.sent == []


async def test_after_a_restart_a_request_that_never_arrived_is_sent_again(
    odc_bench, cloud, described, watched
):
    asked = odc_bench.clock.now()
    report = await cloud.start_packaging(described, asked_before=asked, watcher=watched)
    assert report.state is RUNNING
    assert watched.sent == [True]
    assert odc_bench.clock.now() - asked >= timedelta(seconds=30)


async def test_after_a_clock_was_put_back_a_request_is_not_waited_for_for_hours(
    odc_bench, cloud, described, watched
):
    began = odc_bench.clock.now()
    report = await cloud.start_packaging(
        described, asked_before=began + timedelta(hours=5), watcher=watched
    )
    assert report.state is RUNNING
    assert odc_bench.clock.now() - began < timedelta(minutes=1)


async def test_what_was_asked_before_a_clock_was_put_back_is_not_waited_for_until_then(
    odc_bench, cloud, odc, described, mishaps, watched
):
    later = odc_bench.clock.now() + timedelta(hours=5)
    with pytest.raises(PlatformNotFound, match="no package"):
        await cloud.packaging_report(described, described.build.key, asked_at=later)
    mishaps("kept", seconds=1.0)
    await cloud.start_packaging(described)
    odc_bench.clock.time -= timedelta(hours=5)
    began = odc_bench.clock.now()
    await cloud.start_packaging(described, watcher=watched)
    assert odc_bench.clock.now() - began < timedelta(minutes=1)
    assert odc.calls.packaging_posts == 2


async def test_who_gives_up_while_asking_leaves_no_lock(cloud, described, mishaps, watched):
    mishaps("hang", call="start")
    asking = asyncio.create_task(cloud.start_packaging(described, watcher=watched))
    await watched.has_sent.wait()
    asking.cancel()
    await asyncio.wait([asking])
    assert (await cloud.start_packaging(described)).state is RUNNING


def said(report):
    return [each.text for each in report.messages]


@pytest.mark.parametrize("fault", ["fails", "times_out"])
async def test_what_a_request_of_ours_came_to_is_told_although_its_answer_was_lost(
    cloud, odc, described, mishaps, watched, fault
):
    mishaps(fault, text="Disk full")
    mishaps("drop_after", call="start")
    report = await cloud.start_packaging(described, watcher=watched)
    assert (report.state, said(report)) == (FAILED, ["Disk full"])
    assert odc.calls.packaging_posts == 1
    assert watched.sent == [False]


@pytest.mark.parametrize("fault", ["fails", "times_out"])
async def test_after_a_restart_what_our_request_came_to_is_told(
    odc_bench, cloud, odc, described, mishaps, watched, fault
):
    mishaps(fault, text="Disk full")
    asked = odc_bench.clock.now()
    await cloud.start_packaging(described)
    report = await odc_bench.gateway(odc.url).start_packaging(
        described, asked_before=asked, watcher=watched
    )
    assert (report.state, said(report)) == (FAILED, ["Disk full"])
    assert odc.calls.packaging_posts == 1
    assert watched.sent == []


@pytest.fixture
async def old_failure(odc_bench, odc, described, mishaps):
    """What somebody else asked for has failed a while ago."""
    mishaps("fails", text="Old trouble")
    await odc_bench.gateway(odc.url).start_packaging(described)
    await odc_bench.clock.sleep(3600)


@pytest.mark.usefixtures("old_failure")
async def test_an_old_failure_is_not_taken_for_what_our_lost_request_came_to(
    odc_bench, cloud, odc, described, mishaps, watched
):
    mishaps("drop_before", call="start")
    began = odc_bench.clock.now()
    report = await cloud.start_packaging(described, watcher=watched)
    assert report.state is RUNNING
    assert odc.calls.packagings_started == 2
    assert watched.sent == [False, True]
    assert odc_bench.clock.now() - began >= timedelta(seconds=30)


@pytest.mark.usefixtures("old_failure")
async def test_an_old_failure_is_remembered_until_our_request_was_heard(
    odc_bench, odc, described, mishaps, watched
):
    cloud = odc_bench.gateway(odc.url, attempts=1)
    mishaps("drop_before", call="start")
    asked = odc_bench.clock.now()
    with pytest.raises(PlatformUnreachable):
        await cloud.start_packaging(described, watcher=watched)
    report = await cloud.start_packaging(described, asked_before=asked, watcher=watched)
    assert report.state is RUNNING
    assert watched.sent == [False, True]


@pytest.mark.usefixtures("old_failure")
async def test_a_new_failure_is_told_from_an_old_one_that_reads_the_same(
    cloud, odc, described, mishaps, watched
):
    mishaps("fails", text="Old trouble")
    mishaps("drop_after", call="start")
    report = await cloud.start_packaging(described, watcher=watched)
    assert (report.state, said(report)) == (FAILED, ["Old trouble"])
    assert odc.calls.packagings_started == 2
    assert watched.sent == [False]


async def test_an_old_failure_that_is_shown_a_little_longer_does_not_end_ours(
    odc_bench, cloud, odc, described, mishaps
):
    mishaps("fails", "errors_null")
    await odc_bench.gateway(odc.url).start_packaging(described)
    odc.knobs.packaging_seconds = 600.0
    await cloud.start_packaging(described)
    asked = odc_bench.clock.now()
    mishaps("status_value", value="Failed", times=None)
    states = []
    for _ in range(4):
        report = await cloud.packaging_report(described, described.build.key, asked_at=asked)
        states.append(report.state)
        await odc_bench.clock.sleep(10)
    assert states == [RUNNING, RUNNING, RUNNING, FAILED]
