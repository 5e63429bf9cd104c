"""How packagings and links of the sandbox LifeTime move with its clock."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.sandbox.lifetime.infrastructure import PRODUCTION


async def test_a_packaging_is_done_when_its_time_is_over_however_often_it_is_polled(
    sandbox, client
):
    package = await client.start()
    for _ in range(20):
        assert (await client.status(package))["Status"] == "InProgress"
    sandbox.clock.step(7.9)
    assert (await client.status(package))["Status"] == "InProgress"
    sandbox.clock.step(0.2)
    assert (await client.status(package))["Status"] == "Done"


async def test_messages_grow_while_packaging_and_name_each_module(sandbox, client):
    package = await client.start()
    seen = []
    for _ in range(9):
        seen.append([each["Detail"] for each in (await client.status(package))["Messages"]])
        sandbox.clock.step(1)
    assert seen[0] == []
    assert [len(each) for each in seen] == sorted(len(each) for each in seen)
    assert len(seen[-1]) == 5
    assert 0 < len(seen[4]) < 5
    assert "Preparing module 'Gehälter und Zulagen' source code for access." in seen[-1]


async def test_packaging_takes_as_long_as_the_knob_says_for_that_application(sandbox, client):
    sandbox.knobs.packaging_seconds = 100.0
    sandbox.knobs.packaging_seconds_of["EmployeeBackoffice"] = 2.0
    package = await client.start()
    sandbox.clock.step(2)
    assert (await client.status(package))["Status"] == "Done"


async def test_many_and_long_messages_can_be_had(sandbox, client):
    sandbox.knobs.message_count = 500
    sandbox.knobs.message_length = 5000
    messages = (await client.status(await client.finished()))["Messages"]
    assert len(messages) == 500
    assert {len(each["Detail"]) for each in messages} == {5000}


async def test_any_number_of_packagings_run_at_once_each_with_a_key_of_its_own(sandbox, client):
    keys = {await client.start() for _ in range(30)}
    assert len(keys) == 30
    assert sandbox.calls.packagings_peak == 30
    sandbox.clock.step(60)
    await client.start()
    assert sandbox.calls.packagings_peak == 30


async def test_a_package_is_known_only_under_its_own_environment_and_application(client):
    package = await client.finished()
    other = client.packages.replace(client.packages.split("/")[5], PRODUCTION)
    status, body = await client.json("GET", f"{other}/{package}/status")
    assert status == 404
    assert body["Errors"]


async def test_a_link_asked_for_before_done_is_refused(client):
    status, body = await client.link(await client.start())
    assert status == 400
    assert "Done" in body["Errors"][0]


async def test_a_link_lives_sixty_minutes_of_the_clock(sandbox, client):
    package = await client.finished()
    async with client.call("GET", f"{client.packages}/{package}/download") as response:
        link = await response.json()
        assert response.headers["Expires"] == link["expires"]
    lives = datetime.fromisoformat(link["expires"]) - sandbox.clock.now()
    assert 3599 <= lives.total_seconds() <= 3600
    sandbox.clock.step(3599)
    assert (await client.read(link["url"]))[0] == 200
    sandbox.clock.step(2)
    assert (await client.read(link["url"]))[0] == 404
    sandbox.knobs.dead_link_code = 403
    assert (await client.read(link["url"]))[0] == 403


async def test_a_new_link_can_be_had_after_the_first_has_expired(sandbox, client):
    package = await client.finished()
    first = (await client.link(package))[1]["url"]
    sandbox.clock.step(4000)
    second = (await client.link(package))[1]["url"]
    assert first != second
    assert (await client.read(second))[0] == 200


@pytest.mark.parametrize("code", [200, 201, 202])
async def test_success_can_have_any_of_the_codes_that_are_published(sandbox, client, code):
    knobs = sandbox.knobs
    knobs.start_code = knobs.status_code = knobs.link_code = code
    answered, body = await client.json("POST", client.packages)
    sandbox.clock.step(60)
    path = f"{client.packages}/{body['PackageKey']}"
    codes = [(await client.json("GET", f"{path}/{last}"))[0] for last in ("status", "download")]
    assert [answered, *codes] == [code] * 3
