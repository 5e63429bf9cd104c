"""A build is asked for once, whatever gets lost, and how far it is is told as it is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.packaging import PackagingState
from bot.domain.target import Build
from bot.errors import (
    PlatformBroken,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
)
from tests.platforms.odc_bench import EMPLOYEE_BACKOFFICE_BUILD, Watched, wished

READY, RUNNING, FAILED = PackagingState.READY, PackagingState.RUNNING, PackagingState.FAILED


async def test_what_was_never_asked_for_is_asked_for(cloud, odc, described, watched):
    report = await cloud.start_packaging(described, watcher=watched)
    assert (report.state, report.package) == (RUNNING, EMPLOYEE_BACKOFFICE_BUILD)
    assert [call.name for call in odc.calls][-2:] == ["status", "start"]
    assert watched.sent == [False]


async def test_what_is_finished_is_used(cloud, odc, described, watched):
    await cloud.start_packaging(described)
    report = await cloud.start_packaging(described, watcher=watched)
    assert report.state is READY
    assert odc.calls.packaging_posts == 1
    assert watched.sent == []


@pytest.mark.usefixtures("slow")
async def test_what_runs_is_joined_whoever_started_it(odc_bench, cloud, odc, described):
    await cloud.start_packaging(described)
    await odc_bench.clock.sleep(120)
    other = odc_bench.gateway(odc.url)
    assert (await other.start_packaging(described)).state is RUNNING
    assert odc.calls.packaging_posts == 1


@pytest.mark.usefixtures("slow")
async def test_what_has_not_started_is_asked_for_unless_it_is_ours(
    odc_bench, cloud, odc, described
):
    """In the sandbox a packaging has "NotStarted" for its first minute."""
    await cloud.start_packaging(described)
    assert (await cloud.start_packaging(described)).state is RUNNING
    assert odc.calls.packaging_posts == 1
    other = odc_bench.gateway(odc.url)
    before = odc_bench.clock.now() - timedelta(minutes=5)
    assert (await other.start_packaging(described, asked_before=before)).state is RUNNING
    assert odc.calls.packaging_posts == 1
    assert (await odc_bench.gateway(odc.url).start_packaging(described)).state is RUNNING
    assert odc.calls.packaging_posts == 2


@pytest.mark.parametrize("fault", ["fails", "times_out"])
async def test_what_has_failed_is_asked_for_anew(cloud, odc, described, mishaps, watched, fault):
    mishaps(fault)
    await cloud.start_packaging(described)
    report = await cloud.start_packaging(described, watcher=watched)
    assert report.state is RUNNING
    assert odc.calls.packaging_posts == 2
    assert watched.sent == [False]


async def test_two_targets_with_one_build_ask_once(cloud, odc, described, in_testing):
    same = await cloud.describe(wished(in_testing, number=12))
    assert same.build.key == described.build.key
    reports = await asyncio.gather(
        *(cloud.start_packaging(each) for each in (described, same, described, same))
    )
    assert {report.state for report in reports} <= {RUNNING, READY}
    assert odc.calls.packaging_posts == 1


async def test_who_waits_for_anothers_request_for_the_build_hears_what_holds_it(
    odc_bench, odc, in_testing, mishaps
):
    first, second, third = Watched(), Watched(), Watched()
    cloud = odc_bench.gateway(odc.url)
    described = await cloud.describe(in_testing)
    held = asyncio.Event()
    sleep, odc_bench.clock.sleep = odc_bench.clock.sleep, lambda _: held.wait()
    mishaps("answer", call="start", status=429, retry_after=300)
    async with asyncio.TaskGroup() as group:
        for watcher in (first, second):
            group.create_task(cloud.start_packaging(described, watcher=watcher))
            await watcher.has_waited.wait()
        group.create_task(cloud.start_packaging(described, watcher=third))
        await third.has_waited.wait()
        odc_bench.clock.sleep = sleep
        await sleep(301)
        held.set()
    assert [one.waited for one in (first, second, third)] == [[0]] * 3
    assert min(one.went_on for one in (first, second, third)) >= 1
    assert [len(one.sent) for one in (first, second, third)] == [2, 0, 0]
    assert odc.calls.packagings_started == 1


async def test_a_start_that_was_not_successful_is_tried_once_more(
    odc_bench, cloud, odc, described, mishaps
):
    mishaps("unsuccessful")
    report = await cloud.start_packaging(described)
    assert report.state is RUNNING
    assert odc.calls.packaging_posts == 2
    assert 10.0 in odc_bench.clock.waits


async def test_a_start_that_is_never_successful_is_told_in_words(cloud, odc, described, mishaps):
    mishaps("unsuccessful", times=None)
    with pytest.raises(PlatformRejected, match="could not start packaging build be77b25f"):
        await cloud.start_packaging(described)
    assert odc.calls.packaging_posts == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, PlatformRejected), (404, PlatformNotFound), (422, PlatformRejected)],
)
async def test_a_start_that_is_rejected_says_why(cloud, odc, described, mishaps, status, kind):
    mishaps("answer", call="start", status=status, text="Too large", value="OS-BEW-42", times=None)
    with pytest.raises(kind, match="Too large") as failed:
        await cloud.start_packaging(described)
    assert failed.value.error_code == "OS-BEW-42"
    assert failed.value.trace_id
    assert failed.value.trace_id in failed.value.message
    assert odc.calls.packaging_posts == 1


@pytest.mark.parametrize("call", ["start", "status"])
async def test_personal_edition_is_passed_on(cloud, described, mishaps, call):
    mishaps("personal_edition", call=call, text="Not in Personal Edition", times=None)
    with pytest.raises(PlatformRefused, match="Not in Personal Edition"):
        await cloud.start_packaging(described)


async def test_a_limit_on_starts_is_waited_for(odc_bench, odc, in_testing):
    odc.knobs.requests_per_minute = odc.knobs.posts_per_minute = None
    cloud = odc_bench.gateway(odc.url, requests_per_minute=10_000, starts_per_minute=2)
    keys = [build.key for build in odc.organization.builds.values() if build.type == "Release"]
    watchers = [Watched() for _ in keys[:6]]
    for key, watcher in zip(keys, watchers, strict=False):
        target = in_testing.model_copy(update={"build": Build(key=key, reason="")})
        await cloud.start_packaging(target, watcher=watcher)
    assert odc.calls.starts_per_minute_peak == 2
    assert any(watcher.waited for watcher in watchers)


async def test_a_target_that_was_not_described_is(cloud, in_testing):
    report = await cloud.start_packaging(in_testing)
    assert report.package == EMPLOYEE_BACKOFFICE_BUILD


@pytest.mark.parametrize("kind", ["finished_without_uri", "status_value"])
async def test_what_others_left_unusable_is_asked_for_anew_and_what_is_ours_is_left_to_the_poll(
    odc_bench, cloud, odc, described, mishaps, kind
):
    await cloud.start_packaging(described)
    mishaps(kind, value="Odd", times=None)
    assert (await cloud.start_packaging(described)).state is RUNNING
    assert odc.calls.packaging_posts == 1
    await odc_bench.gateway(odc.url).start_packaging(described)
    assert odc.calls.packaging_posts == 2


@pytest.mark.parametrize("kind", ["html", "empty_body", "cut_json"])
async def test_an_answer_to_the_look_that_cannot_be_read_starts_nothing(
    cloud, odc, described, mishaps, kind
):
    await cloud.start_packaging(described)
    mishaps(kind, call="status", times=None)
    with pytest.raises(PlatformBroken):
        await cloud.start_packaging(described)
    assert odc.calls.packaging_posts == 1


async def test_a_page_in_place_of_what_is_not_there_starts_nothing(cloud, odc, described, mishaps):
    await cloud.start_packaging(described)
    mishaps("html", call="status", status=404, times=2)
    assert (await cloud.start_packaging(described)).state is READY
    mishaps("html", call="status", status=404, times=None)
    with pytest.raises(PlatformBroken, match="not ODC's API"):
        await cloud.start_packaging(described)
    assert odc.calls.packaging_posts == 1


@pytest.mark.parametrize("code", [200, 202, 204])
async def test_any_success_is_one(cloud, odc, described, mishaps, code):
    mishaps("code", call="start", status=code)
    assert (await cloud.start_packaging(described)).state is RUNNING
    assert odc.calls.packaging_posts == 1


@pytest.mark.parametrize("call", ["build", "status", "deployed_assets", "start"])
async def test_a_wait_that_nobody_sees_is_an_error_at_once(
    odc_bench, cloud, in_testing, mishaps, call
):
    mishaps("answer", call=call, status=429, times=None)
    with pytest.raises(PlatformError, match="too busy"):
        await cloud.start_packaging(in_testing)
    assert sum(odc_bench.clock.waits) < 31
