"""What the gateway makes of ODC's lists, and the way from a name to a package."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.names import Found, resolve
from bot.domain.packaging import PackagingState
from bot.domain.target import Placement, Purpose, Revision
from bot.errors import PlatformBroken, PlatformError, PlatformRefused
from bot.platforms.odc import OdcGateway
from tests.platforms.odc_bench import (
    DEVELOPMENT,
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
    opening,
    taken,
)
from tests.platforms.wire_server import answer


def named(catalogue, name):
    return next(each for each in catalogue.applications if each.name == name)


async def test_it_goes_from_a_name_to_a_package(cloud, odc):
    resolved = resolve(["EmployeeBackoffice", "Testing"], [await cloud.catalogue()])
    assert isinstance(resolved, Found)
    described = await cloud.describe(resolved.target)
    started = await cloud.start_packaging(described)
    assert started.package == EMPLOYEE_BACKOFFICE_BUILD
    report = await cloud.packaging_report(described, started.package, asked_at=datetime.now(UTC))
    assert report.state is PackagingState.READY
    package = await taken(cloud, described, report.package)
    assert zipfile.ZipFile(io.BytesIO(package)).testzip() is None
    assert odc.calls.packaging_posts == 1
    assert odc.calls.tokens_sent_to_storage == 0
    assert odc.calls.tokens_given == 1
    assert {call.status for call in odc.calls} <= {200, 201, 404}


async def test_the_catalogue_says_what_runs_where(cloud, odc_bench):
    catalogue = await cloud.catalogue()
    assert catalogue.platform == cloud.name == "Cloud"
    assert catalogue.has_revisions
    assert catalogue.read_at <= odc_bench.clock.now()
    assert [(e.name, e.purpose, e.portfolio) for e in catalogue.environments] == [
        ("Development", Purpose.DEVELOPMENT, ""),
        ("Testing", Purpose.TEST, ""),
        ("User Acceptance", Purpose.TEST, ""),
        ("Production", Purpose.PRODUCTION, ""),
    ]
    backoffice = named(catalogue, "EmployeeBackoffice")
    assert backoffice.key == EMPLOYEE_BACKOFFICE
    assert backoffice.kind == "WebApplication"
    assert backoffice.revision_in(TESTING) == Revision(number=12, label="1.4.0")
    assert backoffice.revision_in(DEVELOPMENT) == Revision(number=14, label="1.5.0")
    assert backoffice.latest == Revision(number=14, label="1.5.0")


async def test_what_never_runs_is_in_the_catalogue_with_its_latest_revision(cloud):
    library = named(await cloud.catalogue(), "Currency Formatting")
    assert (library.kind, library.placements) == ("LowCodeLibrary", ())
    assert library.latest == Revision(number=5)


async def test_a_workflow_runs_in_the_revision_that_was_deployed_last(cloud):
    workflow = named(await cloud.catalogue(), "Employee Onboarding")
    assert workflow.placements == (
        Placement(environment=TESTING, revision=Revision(number=4, label="1.1.0")),
    )


@pytest.mark.parametrize("status", [400, 403, 404, 500])
async def test_portfolios_need_not_be_listed(cloud, odc, mishaps, status):
    odc.organization.add_portfolio("Retail")
    mishaps("answer", call="portfolios", status=status, times=None)
    catalogue = await cloud.catalogue()
    assert {e.portfolio for e in catalogue.environments} == {""}


async def test_one_portfolio_is_not_asked_for(cloud, odc):
    await cloud.catalogue()
    assert not odc.calls.named("portfolios")


@pytest.mark.parametrize(
    ("purpose", "understood"), [(None, Purpose.PRODUCTION), ("Sandbox", Purpose.PRODUCTION)]
)
async def test_a_purpose_that_is_not_known_counts_as_production(cloud, odc, purpose, understood):
    odc.organization.environments[TESTING].purpose = purpose
    assert (await cloud.catalogue()).environment(TESTING).purpose is understood


@pytest.mark.parametrize(
    ("status", "is_offline"),
    [("Hibernated", True), ("ScheduledForDeletion", True), ("Ready", False)],
)
async def test_an_environment_that_sleeps_is_offline(cloud, odc, status, is_offline):
    odc.organization.environments[TESTING].status = status
    assert (await cloud.catalogue()).environment(TESTING).is_offline is is_offline


async def test_an_environment_that_may_not_be_seen_is_not_there(cloud, odc):
    odc.organization.environments[TESTING].is_visible = False
    catalogue = await cloud.catalogue()
    assert catalogue.environment(TESTING) is None
    assert named(catalogue, "EmployeeBackoffice").revision_in(TESTING) is None


@pytest.mark.parametrize("call", ["environments", "deployed_assets", "assets"])
async def test_a_list_that_fails_fails_the_catalogue_once(cloud, mishaps, call):
    mishaps("answer", call=call, status=403, text="No permission here")
    with pytest.raises(PlatformRefused, match="No permission here"):
        await cloud.catalogue()
    assert (await cloud.catalogue()).applications


async def test_each_api_has_a_limit_of_its_own(odc_bench, odc, in_testing, watched):
    cloud = odc_bench.gateway(odc.url, requests_per_minute=3)
    await cloud.catalogue()
    await cloud.describe(in_testing, watched)
    began = odc_bench.clock.now()
    await cloud.start_packaging(await cloud.describe(in_testing, watched), watcher=watched)
    assert odc_bench.clock.now() - began >= timedelta(seconds=50)
    assert max(odc.calls.per_minute_peak[each] for each in ("portfolios", "builds")) <= 3
    assert watched.waited


async def test_the_platforms_clock_is_compared_with_ours(cloud, odc):
    odc.knobs.clock_ahead = 90
    assert abs((await cloud.clock_ahead()).total_seconds() - 90) < 2


@pytest.mark.parametrize("kind", ["html", "empty_body", "cut_json"])
async def test_lists_that_cannot_be_read_end_in_words(cloud, mishaps, kind):
    mishaps(kind, call="assets", times=None)
    with pytest.raises(PlatformBroken, match="could not list its applications"):
        await cloud.catalogue()


async def test_what_nobody_has_published_is_passed_over(cloud, mishaps):
    mishaps("unknown_fields", times=None)
    catalogue = await cloud.catalogue()
    assert {each.purpose for each in catalogue.environments} == {Purpose.PRODUCTION}
    assert named(catalogue, "EmployeeBackoffice").revision_in(TESTING).number == 12


async def test_lists_may_be_null_and_their_parts_too(odc_bench, wire):
    nothing = {"results": None, "page": None}
    wire.answers = [*opening(wire.url), answer(json.dumps(nothing).encode())]
    catalogue = await odc_bench.gateway(wire.url).catalogue()
    assert (catalogue.environments, catalogue.applications) == ((), ())
    nulls = {
        "results": [
            None,
            {"key": None, "name": None},
            {"key": TESTING, "name": None, "purpose": None, "order": None, "status": None,
             "assetKey": "asset", "revision": None, "deployments": [None, {"name": None}]},
            {"key": "k", "type": None, "deployments": None},
        ]
    }  # fmt: skip
    wire.answers = [*opening(wire.url), answer(json.dumps(nulls).encode())]
    catalogue = await odc_bench.gateway(wire.url).catalogue()
    assert [each.name for each in catalogue.environments] == [TESTING, "k"]
    assert {each.key for each in catalogue.applications} == {TESTING, "k", "asset"}


async def test_who_has_no_network_is_told_so(odc_bench):
    cloud = odc_bench.gateway("http://127.0.0.1:9", attempts=1)
    with pytest.raises(PlatformError, match="could not say where it gives access tokens"):
        await cloud.catalogue()


def test_the_settings_decide_on_the_gateway(odc_bench):
    assert isinstance(odc_bench.gateway("https://portal.example"), OdcGateway)
