"""How packagings of the sandbox ODC begin, move with its clock, and end."""

from __future__ import annotations

import pytest

from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD

ABSENT = "00000000-0000-0000-0000-000000000000"
NOTHING_YET = {"uri": None, "errors": None}


def release(sandbox, name, revision):
    asset = sandbox.organization.asset_named(name)
    return sandbox.organization.build_of(asset, revision).key


async def test_there_is_no_package_before_the_post(client):
    status, problem = await client.status()
    assert status == 404
    assert problem["detail"] == "Couldn't find generated code package for the given build"


async def test_a_packaging_goes_from_not_started_over_running_to_finished(sandbox, client):
    assert await client.start() == (201, {"isSuccessful": True})
    assert await client.status() == (200, {"status": "NotStarted", **NOTHING_YET})
    sandbox.clock.step(0.8)
    assert await client.status() == (200, {"status": "Running", **NOTHING_YET})
    sandbox.clock.step(7.1)
    assert await client.standing() == "Running"
    sandbox.clock.step(0.1)
    status, body = await client.status()
    assert (status, body["status"], body["errors"]) == (200, "Finished", None)
    assert body["uri"].startswith(sandbox.storage_url)


async def test_how_far_it_is_depends_on_the_time_and_not_on_the_polls(sandbox, client):
    await client.start()
    assert {await client.standing() for _ in range(20)} == {"NotStarted"}
    sandbox.clock.step(8)
    assert await client.standing() == "Finished"


async def test_packaging_takes_as_long_as_the_knob_says_for_that_asset(sandbox, client):
    sandbox.knobs.packaging_seconds = 100.0
    sandbox.knobs.packaging_seconds_of["EmployeeBackoffice"] = 2.0
    portal = release(sandbox, "Employee Portal", 28)
    await client.start()
    await client.start(portal)
    sandbox.clock.step(2)
    assert await client.standing() == "Finished"
    assert await client.standing(portal) == "NotStarted"


async def test_a_library_can_be_packaged_too(sandbox, client):
    build = release(sandbox, "Currency Formatting", 3)
    await client.finished(build)
    assert await client.standing(build) == "Finished"


async def test_debug_builds_are_not_valid_for_packaging(sandbox, client):
    asset = sandbox.organization.asset_named("Prototype Lab")
    build = sandbox.organization.build_of(asset, 1, "Debug")
    status, problem = await client.start(build.key)
    assert status == 422
    assert problem["detail"] == "Build is not valid for generated code packaging"
    assert sandbox.calls.packagings_started == 0


@pytest.mark.parametrize(
    "state", ["Pending", "Running", "FinishedWithErrors", "Deleted", "ToBeDeleted"]
)
async def test_builds_that_are_not_finished_are_not_valid_until_they_are(sandbox, client, state):
    build = sandbox.organization.builds[EMPLOYEE_BACKOFFICE_BUILD]
    build.status = state
    assert (await client.start())[0] == 422
    build.status = "Finished"
    assert (await client.start())[0] == 201


@pytest.mark.parametrize("kind", ["AIModelConnection", "ExternalConnection", "MCPConnection"])
async def test_what_is_not_made_in_odc_has_no_generated_code(sandbox, client, kind):
    assert (await client.start(release(sandbox, "Payment Gateway", 1)))[0] == 422
    connection = sandbox.organization.add_asset("Connection", kind)
    sandbox.organization.add_revision(connection, 1)
    build = sandbox.organization.add_build(connection, 1)
    assert (await client.start(build.key))[0] == 422


async def test_an_unknown_build_is_404_and_what_is_no_key_a_bad_request(client):
    status, problem = await client.start(ABSENT)
    assert (status, problem["detail"]) == (404, "Couldn't find build")
    assert (await client.start("nonsense"))[0] == 400
    assert (await client.status("nonsense"))[0] == 404


async def test_a_second_post_begins_the_packaging_anew_and_is_counted(sandbox, client):
    await client.start()
    sandbox.clock.step(6)
    assert await client.start() == (201, {"isSuccessful": True})
    assert sandbox.calls.packagings_doubled == 1
    sandbox.clock.step(6)
    assert await client.standing() == "Running"
    sandbox.clock.step(2)
    assert await client.standing() == "Finished"
    await client.start()
    assert await client.standing() == "NotStarted"
    assert (sandbox.calls.packagings_started, sandbox.calls.packagings_doubled) == (3, 2)
    assert sandbox.calls.packagings_peak == 1


@pytest.mark.parametrize("kind", ["fails", "times_out"])
async def test_a_post_after_a_failure_doubles_nothing(sandbox, client, kind):
    client.fault(kind)
    await client.finished()
    await client.finished()
    assert await client.standing() == "Finished"
    assert sandbox.calls.packagings_doubled == 0


async def test_a_post_after_the_package_was_thrown_away_doubles_nothing(sandbox, client):
    client.fault("kept", seconds=100)
    await client.start()
    sandbox.clock.step(107)
    url = await client.uri()
    assert (await client.fetched(url))[0] == 200
    sandbox.clock.step(1)
    assert (await client.status())[0] == 404
    status, body = await client.fetched(url)
    assert status == 404
    assert b"<Code>NoSuchKey</Code>" in body
    await client.start()
    assert sandbox.calls.packagings_doubled == 0


async def test_packagings_of_many_builds_run_at_once(sandbox, client):
    sandbox.knobs.posts_per_minute = None
    assets = sandbox.organization.add_assets(12)
    for asset in assets:
        await client.start(sandbox.organization.build_of(asset, 1).key)
    assert sandbox.calls.packagings_peak == 12
    assert sandbox.calls.packagings_doubled == 0


# What can go wrong with it


async def test_a_post_can_say_that_it_did_not_begin(sandbox, client):
    client.fault("unsuccessful")
    assert await client.start() == (201, {"isSuccessful": False})
    assert (await client.status())[0] == 404
    assert sandbox.calls.packaging_posts == 1
    assert sandbox.calls.packagings_started == 0
    assert (await client.start())[1] == {"isSuccessful": True}


async def test_a_build_can_be_refused_in_any_words(sandbox, client):
    client.fault("invalid_build", text="The build is older than 2025.")
    status, problem = await client.start()
    assert (status, problem["detail"]) == (422, "The build is older than 2025.")
    assert sandbox.packagings.all == []


async def test_a_packaging_can_be_invisible_at_first(sandbox, client):
    client.fault("not_visible", seconds=5)
    await client.start()
    assert (await client.status())[0] == 404
    sandbox.clock.step(4.9)
    assert (await client.status())[0] == 404
    sandbox.clock.step(0.1)
    assert await client.standing() == "Running"


async def test_a_packaging_can_be_finished_at_once_or_late_or_never(sandbox, client):
    client.fault("done_at_once")
    await client.start()
    assert await client.standing() == "Finished"
    client.fault("takes", seconds=120)
    await client.start()
    sandbox.clock.step(119)
    assert await client.standing() == "Running"
    sandbox.clock.step(1)
    assert await client.standing() == "Finished"
    client.fault("never_done")
    await client.start()
    sandbox.clock.step(1_000_000)
    assert await client.sign_in()
    assert await client.standing() == "Running"


@pytest.mark.parametrize(("kind", "word"), [("fails", "Failed"), ("times_out", "TimedOut")])
@pytest.mark.parametrize(
    ("oddity", "errors"), [("errors_null", None), ("errors_empty", []), ("", ["Too deep."])]
)
async def test_a_packaging_can_end_badly_and_say_why_or_not(
    sandbox, client, kind, word, oddity, errors
):
    client.fault(kind, text="Too deep.")
    if oddity:
        client.fault(oddity)
    await client.start()
    sandbox.clock.step(7.9)
    assert await client.status() == (200, {"status": "Running", **NOTHING_YET})
    sandbox.clock.step(0.1)
    _, body = await client.status()
    assert (body["status"], body["uri"]) == (word, None)
    told = body["errors"] and [each["message"] for each in body["errors"]]
    assert told == errors


async def test_a_finished_packaging_can_come_without_a_uri_counted_from_when_it_is(sandbox, client):
    fault = client.fault("finished_without_uri", times=2)
    await client.start()
    await client.status()
    assert fault.bites == 0
    sandbox.clock.step(8)
    uris = [await client.uri() for _ in range(3)]
    assert uris[:2] == [None, None]
    assert uris[2]


@pytest.mark.parametrize("value", ["finished", "", None, "Suspended"])
async def test_a_status_can_have_any_value_once(client, value):
    await client.finished()
    client.fault("status_value", value=value)
    bodies = [(await client.status())[1] for _ in range(2)]
    assert [each["status"] for each in bodies] == [value, "Finished"]
    assert bodies[0]["uri"] is None


async def test_a_status_can_be_odd_for_as_long_as_the_packaging_runs(sandbox, client):
    client.fault("running_value", value="Queued", times=None)
    await client.start()
    assert await client.standing() == "Queued"
    sandbox.clock.step(8)
    assert await client.standing() == "Finished"


async def test_a_personal_edition_gets_no_code(sandbox, client):
    client.fault("personal_edition", times=None)
    for status, problem in (await client.status(), await client.start()):
        assert status == 403
        assert "Personal Edition" in problem["detail"]
    assert sandbox.calls.packagings_started == 0
    assert await client.get(f"{client.builds}/{EMPLOYEE_BACKOFFICE_BUILD}")
