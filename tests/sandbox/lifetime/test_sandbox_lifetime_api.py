"""What the sandbox LifeTime says about environments and applications, and to whom."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from bot.sandbox.lifetime import Infrastructure
from bot.sandbox.lifetime.infrastructure import (
    EMPLOYEE_BACKOFFICE,
    PRODUCTION,
    TESTING,
    USER_ACCEPTANCE,
)

ABSENT = "00000000-0000-0000-0000-000000000000"


async def test_the_four_environments_are_listed_and_one_is_too_old(client):
    environments = await client.get("/environments/")
    assert [each["Name"] for each in environments] == [
        "Development",
        "Testing",
        "User Acceptance",
        "Production",
    ]
    old = [each["Name"] for each in environments if each["OSVersion"].split(".") < ["11", "27"]]
    assert old == ["User Acceptance"]


async def test_an_environments_applications_are_those_that_run_in_it(client):
    found = await client.get(f"/environments/{TESTING}/applications/?IncludeEnvStatus=true")
    names = [each["Name"] for each in found]
    assert {"EmployeeBackoffice", "Employee Portal", "O'Brien Café", "EmployeeMobile"} < set(names)
    assert "Prototype Lab" not in names
    assert max(map(len, names)) == 200
    statuses = {each["Name"]: each["AppStatusInEnvs"] for each in found}
    [portal] = statuses["Employee Portal"]
    assert portal["EnvironmentKey"] == TESTING
    assert portal["BaseApplicationVersionLabel"] == "2.0.3"
    assert portal["IsModified"] is True


async def test_an_application_tells_of_all_its_environments_only_when_asked(client):
    plain = await client.get(f"/applications/{EMPLOYEE_BACKOFFICE}")
    full = await client.get(
        f"/applications/{EMPLOYEE_BACKOFFICE}?IncludeModules=True&IncludeEnvStatus=True"
    )
    assert plain["AppStatusInEnvs"] == []
    assert [len(each["ModuleStatusInEnvs"]) for each in full["AppStatusInEnvs"]] == [3, 3, 3, 3]


async def test_a_platform_that_tells_no_version_label_tells_it_by_the_version(sandbox, client):
    sandbox.knobs.version_labels = False
    path = f"/environments/{TESTING}/applications/{EMPLOYEE_BACKOFFICE}?IncludeEnvStatus=true"
    [status] = (await client.get(path))["AppStatusInEnvs"]
    assert "BaseApplicationVersionLabel" not in status
    key = status["BaseApplicationVersionKey"]
    version = await client.get(f"/applications/{EMPLOYEE_BACKOFFICE}/versions/{key}")
    assert version["Version"] == "1.4.0"


@pytest.mark.parametrize(
    "path",
    [
        "/environments",
        f"/environments/{TESTING}",
        "/applications",
        f"/applications/{EMPLOYEE_BACKOFFICE}",
        f"/environments/{TESTING}/applications",
        f"/environments/{TESTING}/applications/{EMPLOYEE_BACKOFFICE}",
    ],
)
async def test_a_path_is_the_same_with_and_without_its_last_slash(client, path):
    assert await client.get(path) == await client.get(f"{path}/")


async def test_the_packaging_calls_work_with_a_last_slash_too(sandbox, client):
    status, started = await client.json("POST", f"{client.packages}/")
    assert status == 201
    sandbox.clock.step(60)
    package = f"{client.packages}/{started['PackageKey']}"
    assert (await client.json("GET", f"{package}/status/"))[1]["Status"] == "Done"
    link = (await client.json("GET", f"{package}/download/"))[1]["url"]
    assert (await client.read(f"{link}/"))[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/applications",
        f"/applications/{EMPLOYEE_BACKOFFICE}",
        f"/environments/{TESTING}/applications",
    ],
)
async def test_modules_without_status_are_a_bad_request(client, path):
    status, body = await client.json("GET", f"{client.base}{path}?IncludeModules=true")
    assert status == 400
    assert body["StatusCode"] == 400
    assert "IncludeEnvStatus was not" in body["Errors"][0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/environments/{ABSENT}"),
        ("GET", f"/environments/{ABSENT}/applications"),
        ("GET", f"/applications/{ABSENT}"),
        ("GET", f"/environments/{TESTING}/applications/{ABSENT}"),
        ("POST", f"/environments/{TESTING}/applications/{ABSENT}/sourcecodeaccess"),
        ("GET", f"/applications/{EMPLOYEE_BACKOFFICE}/versions/{ABSENT}"),
        ("GET", f"/downloads/{ABSENT}"),
        ("GET", "/nonsense"),
    ],
)
async def test_what_does_not_exist_is_404_in_lifetimes_own_form(client, method, path):
    status, body = await client.json(method, f"{client.base}{path}")
    assert status == 404
    assert body["StatusCode"] == 404
    assert body["Errors"][0]
    assert "{" not in body["Errors"][0]


async def test_packaging_what_does_not_run_in_the_environment_names_both_keys(sandbox, client):
    prototype = sandbox.infrastructure.application_named("Prototype Lab").key
    path = f"{client.base}/environments/{PRODUCTION}/applications/{prototype}/sourcecodeaccess"
    status, body = await client.json("POST", path)
    assert (status, body["Errors"]) == (
        404,
        [f"The environment {PRODUCTION} or the app {prototype} doesn't exist."],
    )
    assert sandbox.calls.packagings_started == 0


@pytest.mark.parametrize("authorization", ["Bearer wrong", "wrong", "good-token", "Basic x"])
async def test_only_the_bearer_token_opens_the_api(client, authorization):
    answer = await client.json("GET", f"{client.base}/environments", authorization)
    assert answer == (403, {"Errors": ["Authentication failed"], "StatusCode": 403})


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [("Bearer good-token", 200), ("good-token", 200), ("Bearer wrong", 403), ("wrong", 403)],
)
async def test_a_download_takes_the_token_with_and_without_bearer(client, authorization, expected):
    status, _ = await client.read(await client.linked(), authorization)
    assert status == expected


async def test_a_rotated_token_is_refused_at_once_and_the_new_one_is_good(sandbox, client):
    sandbox.rotate_token("newer-token")
    assert (await client.json("GET", f"{client.base}/environments", "Bearer good-token"))[0] == 403
    assert (await client.json("GET", f"{client.base}/environments"))[0] == 200


async def test_renewing_the_token_gives_one_that_replaces_it(client):
    renewal = {"timePeriod": 6, "unit": "M"}
    async with client.call("POST", f"{client.base}/auth/tokens/", json=renewal) as response:
        renewed = await response.json()
    fresh = f"Bearer {renewed['token']}"
    path = f"{client.base}/environments"
    assert (await client.json("GET", path, fresh))[0] == 200
    assert (await client.json("GET", path, "Bearer good-token"))[0] == 403


@pytest.mark.parametrize("renewal", [{"timePeriod": 0, "unit": "M"}, {"timePeriod": 6}, {}, []])
async def test_a_renewal_that_makes_no_sense_changes_nothing(client, renewal):
    async with client.call("POST", f"{client.base}/auth/tokens", json=renewal) as response:
        assert response.status == 400
    assert (await client.json("GET", f"{client.base}/environments"))[0] == 200


async def test_empty_lists_are_204_without_a_body(sandbox, client):
    sandbox.infrastructure = Infrastructure([], [])
    for path in ("/environments/", "/applications/"):
        async with client.call("GET", f"{client.base}{path}") as response:
            assert (response.status, await response.read()) == (204, b"")


async def test_applications_can_be_added_by_the_hundred(sandbox, client):
    added = sandbox.infrastructure.add_applications(300)
    listed = {each["Key"] for each in await client.get(f"/environments/{TESTING}/applications")}
    assert {each.key for each in added} <= listed
    assert len({each.key for each in added}) == 300


async def test_the_platforms_clock_can_be_ahead_of_ours(sandbox, client):
    sandbox.knobs.clock_ahead = 300.0
    async with client.call("GET", f"{client.base}/environments/{USER_ACCEPTANCE}") as response:
        shown = parsedate_to_datetime(response.headers["Date"])
    assert 299 <= (shown - sandbox.clock.now()).total_seconds() <= 300


async def test_a_stopped_sandbox_comes_back_on_the_same_port_with_its_memory(sandbox, client):
    package = await client.start()
    before = sandbox.url
    await sandbox.stop()
    assert await sandbox.start() == before
    assert (await client.status(package))["PackageKey"] == package
