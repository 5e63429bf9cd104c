"""What is said where there is no Release build, or little is said of the build that runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.errors import PlatformRejected
from tests.platforms.odc_bench import (
    DEVELOPMENT,
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
    opening,
    target_in,
    wished,
)
from tests.platforms.wire_server import answer


@pytest.fixture
def backoffice(odc):
    return odc.organization.assets[EMPLOYEE_BACKOFFICE]


async def test_a_debug_build_alone_cannot_be_packaged(cloud, odc):
    lab = odc.organization.asset_named("Prototype Lab")
    target = target_in("2a9d1b60-ce1b-47e0-a8d5-3352a1389377", "Development").model_copy(
        update={"application": lab.key, "application_name": lab.name}
    )
    with pytest.raises(PlatformRejected) as rejected:
        await cloud.describe(target)
    said = rejected.value.message
    assert "revision 1 (0.1.0) of Prototype Lab has only a Debug build" in said
    assert "later stage in the ODC Portal" in said
    assert "--revision or --tag" in said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("Pending", r"has not begun\. Ask again when it has finished"),
        ("Running", r"is still running\. Ask again when it has finished"),
        ("FinishedWithErrors", r"finished with errors\. Deploy it"),
        ("Deleted", r"was deleted\. Deploy it"),
        ("ToBeDeleted", "is about to be deleted"),
        ("Odd", 'has the status "Odd"'),
    ],
)
async def test_a_release_build_that_is_of_no_use_is_told_with_its_status(
    cloud, odc, backoffice, in_development, status, said
):
    odc.organization.build_of(backoffice, 14).status = status
    with pytest.raises(PlatformRejected, match=said):
        await cloud.describe(in_development)


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (["Debug"], "has only a Debug build"),
        (["Debug", "Debug"], "has only Debug builds"),
        ([None], "has only a build whose type is not told"),
        (["Debug", None], "has only a Debug build and a build whose type is not told"),
        ([], "has no build"),
    ],
)
@pytest.mark.parametrize("wish", [{"number": 15}, {"tag": "1.6.0"}])
async def test_a_revision_without_a_release_build_is_told_with_the_builds_it_has(
    cloud, odc, backoffice, in_testing, types, said, wish
):
    odc.organization.add_revision(backoffice, 15, "1.6.0")
    for build_type in types:
        odc.organization.add_build(backoffice, 15, "Debug").type = build_type
    with pytest.raises(PlatformRejected) as rejected:
        await cloud.describe(wished(in_testing, **wish))
    assert f"revision 15 (1.6.0) of EmployeeBackoffice {said}. Deploy it" in rejected.value.message
    assert len(odc.calls.named("builds")) == 2


async def test_a_latest_revision_with_a_debug_build_alone_says_so(cloud, odc, backoffice):
    odc.organization.add_revision(backoffice, 15)
    odc.organization.add_build(backoffice, 15, "Debug")
    latest = target_in(TESTING, "Testing").model_copy(update={"environment": None})
    with pytest.raises(PlatformRejected, match="has only a Debug build"):
        await cloud.describe(latest)


async def test_other_builds_are_asked_for_only_where_there_is_no_release_build(
    cloud, odc, in_development
):
    await cloud.describe(in_development)
    assert len(odc.calls.named("builds")) == 1


async def test_a_build_of_a_type_that_is_not_told_is_not_called_a_debug_build(
    cloud, odc, backoffice, in_testing
):
    odc.organization.builds[EMPLOYEE_BACKOFFICE_BUILD].type = None
    another = odc.organization.add_build(backoffice, 12)
    described = await cloud.describe(in_testing)
    assert described.build.key == another.key
    assert described.build.reason == (
        "Testing runs a build of revision 12 (1.4.0) whose type is not told; "
        "a Release build of the same revision is taken."
    )


async def test_a_build_that_is_not_named_is_not_said_to_be_gone(cloud, backoffice, in_testing):
    backoffice.deployments = [replace(each, build=None) for each in backoffice.deployments]
    described = await cloud.describe(in_testing)
    assert described.build.key == EMPLOYEE_BACKOFFICE_BUILD
    assert described.build.reason == (
        "Revision 12 (1.4.0) runs in Testing; its Release build is taken."
    )


@pytest.mark.parametrize("spell", [str, str.upper])
async def test_the_right_asset_is_picked_from_a_longer_list(odc_bench, wire, in_testing, spell):
    """Also where the keys are spelt otherwise, and where the filters were passed over."""

    def deployed(key, environment, revision, at):
        deployment = {
            "environmentKey": environment,
            "name": f"Name {revision}",
            "revision": revision,
            "buildKey": EMPLOYEE_BACKOFFICE_BUILD if revision == 12 else "another",
            "deploymentDateTime": at,
        }
        return {"key": key, "deployments": [deployment]}

    backoffice = deployed(spell(EMPLOYEE_BACKOFFICE), spell(TESTING), 12, "2026-01-02T00:00:00Z")
    elsewhere = deployed("", DEVELOPMENT, 14, "2026-01-03T00:00:00Z")["deployments"]
    backoffice["deployments"] = [*elsewhere, *backoffice["deployments"]]
    others = [deployed(f"other-{n}", TESTING, n, "2026-01-04T00:00:00Z") for n in (7, 8)]
    build = {"buildKey": EMPLOYEE_BACKOFFICE_BUILD, "buildType": "Release", "status": "Finished"}
    bodies = ({"results": [others[0], backoffice, others[1]]}, build)
    wire.answers = [*opening(wire.url), *(answer(json.dumps(each).encode()) for each in bodies)]
    described = await odc_bench.gateway(wire.url).describe(in_testing)
    assert (described.revision.number, described.application_name) == (12, "Name 12")
    assert described.build.key == EMPLOYEE_BACKOFFICE_BUILD
