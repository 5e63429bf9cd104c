"""What the sandbox ODC says about environments, assets, revisions and builds."""

from __future__ import annotations

import pytest

from bot.sandbox.odc.default_organization import (
    DEVELOPMENT,
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
)

ABSENT = "00000000-0000-0000-0000-000000000000"


async def deployed(client, query=""):
    """Give name, environment and revision of everything deployed that matches."""
    body = await client.get(f"{client.portfolios}/deployed-assets?{query}")
    return [
        (live["name"], live["environmentKey"], live["revision"])
        for asset in body["results"]
        for live in asset["deployments"]
    ]


async def names(client, query=""):
    body = await client.get(f"{client.assets}?{query}")
    return [each["name"] for each in body["results"]]


# Environments


async def test_environments_come_in_no_order_with_a_sparse_order_to_sort_by(client):
    body = await client.get(f"{client.portfolios}/environments")
    shown = {each["order"]: each["name"] for each in body["results"]}
    assert list(shown) != sorted(shown)
    assert [shown[order] for order in sorted(shown)] == [
        "Development",
        "Testing",
        "User Acceptance",
        "Production",
    ]
    assert sorted(shown) != [0, 1, 2, 3]
    assert {each["purpose"] for each in body["results"]} == {
        "Development",
        "NonProduction",
        "Production",
    }


async def test_environments_of_one_portfolio_can_be_asked_for(sandbox, client):
    portfolio = sandbox.organization.add_portfolio("Subsidiary")
    path = f"{client.portfolios}/environments"
    assert len((await client.get(path))["results"]) == 7
    own = (await client.get(f"{path}?portfolioKey={portfolio.key}"))["results"]
    assert {each["name"] for each in own} == {"Development", "Testing", "Production"}
    assert {each["portfolioKey"] for each in own} == {portfolio.key}
    status, problem = await client.json("GET", f"{path}?portfolioKey=nonsense")
    assert (status, problem["status"]) == (400, 400)


async def test_portfolios_are_listed_in_pages(sandbox, client):
    sandbox.organization.add_portfolio("Subsidiary")
    body = await client.get(f"{client.portfolios}/portfolios?limit=1")
    assert [each["isMainPortfolio"] for each in body["results"]] == [True]
    assert body["page"]["nextPageOffset"] == 1
    body = await client.get(f"{client.portfolios}/portfolios?limit=1&offset=1")
    assert [each["name"] for each in body["results"]] == ["Subsidiary"]
    assert body["page"]["nextPageOffset"] is None


async def test_an_environment_that_may_not_be_viewed_is_missing_everywhere(sandbox, client):
    sandbox.organization.environments[TESTING].is_visible = False
    body = await client.get(f"{client.portfolios}/environments")
    assert TESTING not in {each["key"] for each in body["results"]}
    assert TESTING not in {key for _, key, _ in await deployed(client)}
    assert await deployed(client, f"environmentKey={TESTING}") == []


async def test_an_environment_may_have_no_purpose(sandbox, client):
    sandbox.organization.environments[TESTING].purpose = None
    body = await client.get(f"{client.portfolios}/environments")
    without = [each["key"] for each in body["results"] if "purpose" not in each]
    assert without == [TESTING]


# Deployed assets


async def test_the_list_carries_all_stages_of_an_asset_unless_one_is_asked_for(sandbox, client):
    query = "nameContains=EMPLOYEEBACK"
    assert len(await deployed(client, query)) == 4
    testing = f"{query}&environmentKey={TESTING}"
    assert await deployed(client, testing) == [("EmployeeBackoffice", TESTING, 12)]
    both = f"{query}&environmentKey={TESTING},{DEVELOPMENT}"
    assert {key for _, key, _ in await deployed(client, both)} == {TESTING, DEVELOPMENT}
    sandbox.knobs.all_stages = True
    assert len(await deployed(client, testing)) == 4


async def test_the_name_stands_in_the_deployments_and_is_that_of_the_revision(sandbox, client):
    asset = sandbox.organization.asset_named("EmployeeBackoffice")
    sandbox.organization.add_revision(asset, 20, "2.0.0", name="PeopleBackoffice")
    sandbox.organization.deploy_there(asset, 20, "Development")
    assert await deployed(client, "nameContains=people") == [("PeopleBackoffice", DEVELOPMENT, 20)]
    body = await client.get(f"{client.portfolios}/deployed-assets?nameContains=people")
    assert "name" not in body["results"][0]
    assert len(await deployed(client, "nameContains=employeebackoffice")) == 3


async def test_deployed_assets_can_be_filtered_by_key_and_type(client):
    assert len(await deployed(client, f"key={EMPLOYEE_BACKOFFICE},{ABSENT}")) == 4
    both = {name for name, *_ in await deployed(client, "type=Workflow&type=MobileApplication")}
    assert both == {"Employee Onboarding", "EmployeeMobile"}
    assert await deployed(client, "type=Workflow,MobileApplication&nameContains=mobile&key=x") == []


async def test_libraries_are_not_among_the_deployed(client):
    assert await deployed(client, "nameContains=currency") == []
    assert await names(client, "nameContains=currency") == ["Currency Formatting"]


async def test_a_workflow_may_live_in_two_revisions_the_latest_deployed_first(client):
    query = f"nameContains=onboarding&environmentKey={TESTING}"
    body = await client.get(f"{client.portfolios}/deployed-assets?{query}")
    [workflow] = body["results"]
    moments = [each["deploymentDateTime"] for each in workflow["deployments"]]
    assert moments == sorted(moments, reverse=True)
    assert [each["revision"] for each in workflow["deployments"]] == [4, 3]


async def test_pages_can_be_followed_to_the_end_and_hold_everything_once(sandbox, client):
    sandbox.organization.add_assets(25)
    seen, offset, pages = [], 0, 0
    while offset is not None:
        path = (
            f"{client.portfolios}/deployed-assets?nameContains=generated&limit=10&offset={offset}"
        )
        body = await client.get(path)
        seen += [each["key"] for each in body["results"]]
        assert body["page"]["count"] == len(body["results"])
        assert (body["page"]["totalResults"], body["page"]["totalPages"]) == (25, 3)
        offset = body["page"]["nextPageOffset"]
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (25, 25, 3)


async def test_pages_can_be_smaller_than_asked_for(sandbox, client):
    sandbox.knobs.largest_page = 2
    body = await client.get(f"{client.assets}?limit=500")
    assert (body["page"]["limit"], body["page"]["nextPageOffset"]) == (2, 2)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "portfolioKey=1", "sort=-deployments"]
)
async def test_parameters_that_cannot_be_are_refused_and_not_ignored(client, query):
    status, problem = await client.json("GET", f"{client.portfolios}/deployed-assets?{query}")
    assert (status, problem["title"]) == (400, "Bad Request")


# The asset repository


async def test_assets_are_listed_as_their_latest_revision_by_name(client):
    shown = await names(client)
    assert shown == sorted(shown, key=str.casefold)
    assert "Payment Gateway" in shown
    found = await client.get(f"{client.assets}?assetKeys={EMPLOYEE_BACKOFFICE}&assetKeys={ABSENT}")
    [backoffice] = found["results"]
    assert (backoffice["revision"], backoffice["tag"]) == (14, "1.5.0")
    assert backoffice["assetType"] == "WebApplication"
    libraries = await names(client, "assetTypes=LowCodeLibrary&assetTypes=ExternalLibrary")
    assert libraries == ["Colour Palette", "Currency Formatting", "Payment Gateway"]
    assert await names(client, "assetTypes=ExternalLibrary&sort=-createdAt") == ["Payment Gateway"]


async def test_revisions_can_be_sorted_and_filtered(sandbox, client):
    key = sandbox.organization.asset_named("Currency Formatting").key
    path = f"{client.assets}/{key}/revisions"

    async def numbers(query):
        return [each["revision"] for each in (await client.get(f"{path}?{query}"))["results"]]

    assert await numbers("") == [1, 2, 3, 4, 5]
    assert await numbers("sort=-revision&limit=2") == [5, 4]
    assert await numbers("tag=1.1.0") == [3]
    assert await numbers("tag=9.9.9") == []
    assert await numbers("isTagged=true") == [1, 3, 4]
    assert await numbers("isTagged=false&sort=revision&offset=1") == [5]
    assert await numbers("isTagged=true&sort=-tag") == [4, 3, 1]
    assert (await client.json("GET", f"{path}?sort=colour"))[0] == 400
    assert (await client.json("GET", f"{path}?limit=1001"))[0] == 400


async def test_single_revisions_can_be_had_by_number_as_latest_and_as_highest_tag(sandbox, client):
    key = sandbox.organization.asset_named("Currency Formatting").key
    seen = [
        (await client.get(f"{client.assets}/{key}{last}"))["revision"]
        for last in ("", "/latest-revision", "/highest-tag-revision", "/revisions/2")
    ]
    assert seen == [5, 5, 4, 2]


async def test_an_asset_that_was_never_tagged_has_no_highest_tag(sandbox, client):
    key = sandbox.organization.asset_named("Colour Palette").key
    status, problem = await client.json("GET", f"{client.assets}/{key}/highest-tag-revision")
    assert (status, problem["detail"]) == (404, "The asset has no tagged revision.")


async def test_the_model_can_be_asked_for_and_that_is_remembered(sandbox, client):
    path = f"{client.assets}/{EMPLOYEE_BACKOFFICE}/revisions/12/source-code"
    body = await client.get(path)
    [call] = sandbox.calls.named("oml")
    assert (call.asset, call.status) == (EMPLOYEE_BACKOFFICE, 200)
    assert (await client.fetched(body["sourceCodeBinaryUrl"]))[0] == 403


# Builds


async def test_builds_of_a_revision_are_listed_whole_and_by_type(client):
    query = f"assetKey={EMPLOYEE_BACKOFFICE}&assetRevision=14"
    body = await client.get(f"{client.builds}?{query}")
    assert set(body) == {"builds"}
    assert [each["buildType"] for each in body["builds"]] == ["Release", "Debug"]
    [release] = (await client.get(f"{client.builds}?{query}&byBuildType=Release"))["builds"]
    assert (release["status"], release["assetRevision"]) == ("Finished", 14)
    assert await client.get(f"{client.builds}/{release['buildKey']}") == release


async def test_a_revision_can_have_only_a_debug_build(sandbox, client):
    key = sandbox.organization.asset_named("Prototype Lab").key
    query = f"assetKey={key}&assetRevision=1"
    assert (await client.get(f"{client.builds}?{query}&byBuildType=Release"))["builds"] == []
    [only] = (await client.get(f"{client.builds}?{query}"))["builds"]
    assert only["buildType"] == "Debug"


@pytest.mark.parametrize(
    ("status", "started", "ended"),
    [("Pending", False, False), ("Running", True, False), ("FinishedWithErrors", True, True)],
)
async def test_a_build_can_be_in_any_state_and_has_the_moments_of_it(
    sandbox, client, status, started, ended
):
    asset = sandbox.organization.asset_named("EmployeeBackoffice")
    build = sandbox.organization.add_build(asset, 10, status=status)
    told = await client.get(f"{client.builds}/{build.key}")
    assert told["status"] == status
    assert (told["startedDateTime"] is not None, told["finishedDateTime"] is not None) == (
        started,
        ended,
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/api/builds/v1/build-operations?assetKey={ABSENT}&assetRevision=1",
        f"/api/builds/v1/build-operations?assetKey={EMPLOYEE_BACKOFFICE}&assetRevision=99",
        f"/api/builds/v1/build-operations?assetKey={EMPLOYEE_BACKOFFICE}",
        "/api/builds/v1/build-operations?assetRevision=12&byBuildType=Rapid&assetKey="
        + EMPLOYEE_BACKOFFICE,
        f"/api/builds/v1/build-operations/{ABSENT}",
        f"/api/builds/v1/build-operations/{ABSENT}/generated-code",
        f"/api/asset-repository/v1/assets/{ABSENT}",
        f"/api/asset-repository/v1/assets/{ABSENT}/revisions",
        f"/api/asset-repository/v1/assets/{EMPLOYEE_BACKOFFICE}/revisions/99",
        f"/api/build-operations/v1/{EMPLOYEE_BACKOFFICE_BUILD}",
        "/api/portfolios/v1/environments",
    ],
)
async def test_what_does_not_exist_is_404_as_problem_details(client, path):
    async with client.call("GET", path) as response:
        assert (response.status, response.content_type) == (404, "application/json")
        problem = await response.json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert set(problem) == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "traceId",
        "errorCode",
    }
