"""Which build is packaged, and the sentence that says why."""

from __future__ import annotations

import pytest

from bot.domain.target import Environment, Revision, RevisionWish, Target
from bot.errors import PlatformError, PlatformNotFound
from tests.platforms.odc_bench import (
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
    target_in,
    wished,
)


@pytest.fixture
def backoffice(odc):
    return odc.organization.assets[EMPLOYEE_BACKOFFICE]


@pytest.fixture
def library(odc):
    asset = odc.organization.asset_named("Currency Formatting")
    return Target(
        platform="Cloud",
        environment=None,
        application=asset.key,
        application_name=asset.name,
    )


def build_of(odc, asset, revision):
    return odc.organization.build_of(asset, revision).key


async def test_the_build_that_runs_is_taken(cloud, odc, in_testing):
    described = await cloud.describe(in_testing)
    assert described.build.key == EMPLOYEE_BACKOFFICE_BUILD
    assert described.build.reason == (
        "Revision 12 (1.4.0) runs in Testing; its Release build is taken."
    )
    assert described.revision == Revision(number=12, label="1.4.0")
    assert not odc.calls.named("oml")


async def test_what_runs_is_asked_for_afresh(cloud, odc, backoffice, in_testing):
    await cloud.catalogue()
    await cloud.describe(in_testing)
    odc.organization.deploy_there(backoffice, 10, "Testing")
    described = await cloud.describe(in_testing)
    assert described.revision.number == 10
    assert described.build.key == build_of(odc, backoffice, 10)


async def test_where_a_debug_build_runs_the_release_build_is_taken(
    cloud, odc, backoffice, in_development
):
    described = await cloud.describe(in_development)
    assert described.build.key == build_of(odc, backoffice, 14)
    assert described.build.reason == (
        "Development runs a Debug build of revision 14 (1.5.0), which cannot be packaged; "
        "the Release build of the same revision is taken."
    )


async def test_of_several_release_builds_the_one_that_finished_last_is_taken(
    cloud, odc, backoffice, in_development
):
    newest = odc.organization.add_build(backoffice, 14)
    undated = odc.organization.add_build(backoffice, 14)
    undated.started = undated.finished = None
    odc.organization.add_build(backoffice, 14, status="FinishedWithErrors")
    assert (await cloud.describe(in_development)).build.key == newest.key


async def test_where_the_build_that_runs_was_deleted_another_is_taken(
    cloud, odc, backoffice, in_testing
):
    odc.organization.builds[EMPLOYEE_BACKOFFICE_BUILD].status = "Deleted"
    another = odc.organization.add_build(backoffice, 12)
    described = await cloud.describe(in_testing)
    assert described.build.key == another.key
    assert "Testing runs a Release build of revision 12 (1.4.0) that was deleted; another" in (
        described.build.reason
    )


async def test_where_the_build_that_runs_is_not_there_another_is_taken(
    cloud, odc, backoffice, in_testing
):
    another = odc.organization.add_build(backoffice, 12)
    del odc.organization.builds[EMPLOYEE_BACKOFFICE_BUILD]
    described = await cloud.describe(in_testing)
    assert described.build.key == another.key
    assert "that is not there any more" in described.build.reason


async def test_what_does_not_run_there_any_more_is_not_found(cloud, backoffice, in_testing):
    backoffice.deployments.clear()
    with pytest.raises(PlatformNotFound, match="does not run in Testing any more"):
        await cloud.describe(in_testing)


@pytest.mark.parametrize("all_stages", [False, True])
async def test_of_a_workflow_with_two_live_revisions_the_newest_is_taken(cloud, odc, all_stages):
    odc.knobs.all_stages = all_stages
    workflow = odc.organization.asset_named("Employee Onboarding")
    target = target_in(TESTING, "Testing").model_copy(
        update={"application": workflow.key, "application_name": workflow.name}
    )
    described = await cloud.describe(target)
    assert described.revision == Revision(number=4, label="1.1.0")
    assert "Still live there: 3 (1.0.0); --revision gets another." in described.build.reason


async def test_a_revision_that_was_asked_for_is_taken(cloud, odc, backoffice, in_testing):
    described = await cloud.describe(wished(in_testing, number=10))
    assert described.build.key == build_of(odc, backoffice, 10)
    assert described.build.reason == (
        "Revision 10 was asked for; its Release build is taken. Testing runs revision 12 (1.4.0)."
    )
    assert described.revision == Revision(number=10)
    assert described.wish == RevisionWish(number=10)


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_what_runs_there_need_not_be_known_for_a_revision_that_was_asked_for(
    cloud, odc, backoffice, in_testing, mishaps, status
):
    mishaps("answer", call="deployed_assets", status=status, times=None)
    described = await cloud.describe(wished(in_testing, number=10))
    assert described.build.key == build_of(odc, backoffice, 10)
    assert described.build.reason == "Revision 10 was asked for; its Release build is taken."


async def test_a_tag_that_was_asked_for_is_taken(cloud, library):
    described = await cloud.describe(wished(library, tag="1.1.0"))
    assert described.revision == Revision(number=3, label="1.1.0")
    assert described.build.reason == (
        "Tag 1.1.0 was asked for, which is revision 3; its Release build is taken."
    )


async def test_a_library_is_taken_in_its_latest_revision(cloud, library):
    described = await cloud.describe(library)
    assert described.revision == Revision(number=5)
    assert described.build.reason == "Revision 5 is the latest; its Release build is taken."


@pytest.mark.parametrize(
    "wish", [{"number": 99}, {"number": 0}, {"number": -4}, {"number": 10**12}, {"tag": "9.9.9"}]
)
async def test_what_there_is_not_is_told_with_what_there_is(cloud, library, wish):
    with pytest.raises(PlatformNotFound) as missing:
        await cloud.describe(wished(library, **wish))
    assert str(RevisionWish(**wish)) in missing.value.message
    assert "The latest is revision 5." in missing.value.message
    assert "1.2.0 (revision 4), 1.1.0 (revision 3), 1.0.0 (revision 1)" in missing.value.message


async def test_a_build_is_found_by_its_key(cloud):
    found = await cloud.find_build(EMPLOYEE_BACKOFFICE_BUILD.upper())
    assert found == Target(
        platform="Cloud",
        environment=None,
        application=EMPLOYEE_BACKOFFICE,
        application_name="EmployeeBackoffice",
        revision=Revision(number=12, label="1.4.0"),
        wish=RevisionWish(build=EMPLOYEE_BACKOFFICE_BUILD),
    )
    described = await cloud.describe(found)
    assert described.build.key == EMPLOYEE_BACKOFFICE_BUILD
    assert "was asked for, a Release build of revision 12 (1.4.0)." in described.build.reason


async def test_a_key_of_no_build_is_nothing(cloud):
    assert await cloud.find_build(EMPLOYEE_BACKOFFICE) is None


async def test_a_build_whose_revision_is_gone_is_found_nevertheless(cloud, mishaps):
    mishaps("answer", call="revision", status=404)
    found = await cloud.find_build(EMPLOYEE_BACKOFFICE_BUILD)
    assert found.application_name == EMPLOYEE_BACKOFFICE
    assert found.revision == Revision(number=12)


async def test_for_a_debug_build_the_release_build_of_its_revision_is_taken(cloud, odc, backoffice):
    debug = odc.organization.build_of(backoffice, 14, "Debug")
    described = await cloud.describe(await cloud.find_build(debug.key))
    assert described.build.key == build_of(odc, backoffice, 14)
    assert "a Debug build of revision 14 (1.5.0), which cannot be packaged" in (
        described.build.reason
    )


async def test_a_build_that_is_gone_is_not_found(cloud, odc):
    found = await cloud.find_build(EMPLOYEE_BACKOFFICE_BUILD)
    del odc.organization.builds[EMPLOYEE_BACKOFFICE_BUILD]
    with pytest.raises(PlatformNotFound, match="has no build be77b25f"):
        await cloud.describe(found)


async def test_an_asset_that_is_gone_is_not_found(cloud, odc, library):
    del odc.organization.assets[library.application]
    for target in (library, wished(library, number=1), wished(library, tag="1.0.0")):
        with pytest.raises(PlatformNotFound):
            await cloud.describe(target)


async def test_an_asset_is_called_as_it_is_where_it_runs(cloud, odc, backoffice, in_testing):
    odc.organization.add_revision(backoffice, 13, "1.4.1", name="Backoffice of Employees")
    odc.organization.deploy_there(backoffice, 13, "Testing")
    assert (await cloud.describe(in_testing)).application_name == "Backoffice of Employees"


async def test_an_environment_that_is_not_seen_any_more_is_told_in_words(cloud, odc, in_testing):
    odc.organization.environments[TESTING].is_visible = False
    with pytest.raises(PlatformError, match="does not run in Testing any more"):
        await cloud.describe(in_testing)


async def test_a_rate_limit_is_waited_for_where_somebody_sees_it(
    cloud, odc_bench, in_testing, mishaps, watched
):
    mishaps("answer", call="build", status=429)
    described = await cloud.describe(in_testing, watched)
    assert described.build is not None
    assert sum(odc_bench.clock.waits) >= 60
    assert watched.waited
    assert watched.went_on == 1


async def test_names_are_shown_on_one_line(cloud):
    environment = Environment(platform="Cloud", key=TESTING, name="Test\ning")
    target = target_in(TESTING, "").model_copy(update={"environment": environment})
    assert (await cloud.describe(target)).build.reason.isprintable()
