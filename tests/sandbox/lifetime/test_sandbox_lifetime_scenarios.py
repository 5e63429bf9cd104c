"""The scenarios that people can choose from do what their sentence says."""

from __future__ import annotations

import pytest
from aiohttp import ClientError

from bot.sandbox.lifetime import SCENARIOS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def test_each_scenario_has_a_name_of_its_own_and_a_sentence():
    assert len(BY_NAME) == len(SCENARIOS) >= 12
    assert all(scenario.sentence.endswith(".") for scenario in SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_after_any_scenario_all_well_makes_all_well_again(sandbox, client, scenario):
    scenario.apply(sandbox.knobs)
    BY_NAME["All well"].apply(sandbox.knobs)
    package = await client.start()
    sandbox.clock.step(8)
    assert (await client.status(package))["Status"] == "Done"
    assert (await client.read((await client.link(package))[1]["url"]))[1].startswith(b"PK")


async def test_a_scenario_chosen_again_happens_again(sandbox, client):
    url = await client.linked()
    for _ in range(2):
        BY_NAME["Link expired before use"].apply(sandbox.knobs)
        assert [(await client.read(url))[0] for _ in range(2)] == [404, 200]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("All well", "Done"),
        ("Packaging is slow", "InProgress"),
        ("Packaging fails", "Failed"),
        ("Package too large", "Failed"),
        ("Packaging never finishes", "InProgress"),
        ("Unknown status", "Suspended"),
    ],
)
async def test_a_packaging_comes_to_what_the_scenario_says(sandbox, client, name, status):
    BY_NAME[name].apply(sandbox.knobs)
    package = await client.start()
    sandbox.clock.step(60)
    told = await client.status(package)
    assert told["Status"] == status
    errors = [each["Detail"] for each in told["Messages"] if each["Type"] == "Error"]
    assert bool(errors) == (status == "Failed")
    assert ("150 Mb" in "".join(errors)) == (name == "Package too large")


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [
        ("Token refused", 403, "Authentication failed"),
        ("No permission", 403, "You need permission"),
        ("Production refused", 400, "non-production"),
        ("Busy", 429, "Too many"),
    ],
)
async def test_a_packaging_is_refused_as_the_scenario_says(sandbox, client, name, status, word):
    BY_NAME[name].apply(sandbox.knobs)
    answered, body = await client.json("POST", client.packages)
    assert answered == status
    assert word in body["Errors"][0]


async def test_lifetime_is_down_for_ten_seconds(sandbox, client):
    BY_NAME["LifeTime down for 10 s"].apply(sandbox.knobs)
    for _ in range(2):
        with pytest.raises(ClientError):
            await client.get("/environments")
        sandbox.clock.step(5)
    assert await client.get("/environments")


async def test_some_answers_get_lost_after_acting(sandbox, client):
    BY_NAME["Answers get lost"].apply(sandbox.knobs)
    for _ in range(40):
        try:
            await client.start()
        except ClientError:
            continue
    assert len(sandbox.packagings.all) == 40
    assert 0 < sandbox.calls.packaging_answers_lost < 25


@pytest.mark.parametrize("name", ["Download cut", "Login page instead of the package"])
async def test_the_next_download_goes_wrong_and_the_one_after_it_well(sandbox, client, name):
    url = await client.linked()
    BY_NAME[name].apply(sandbox.knobs)
    try:
        body = (await client.read(url))[1]
    except ClientError:
        body = b""
    assert not body.startswith(b"PK")
    assert (await client.read(url))[1].startswith(b"PK")


async def test_the_package_is_gone_at_renewal(sandbox, client):
    BY_NAME["Package gone at renewal"].apply(sandbox.knobs)
    package = await client.start()
    sandbox.clock.step(8)
    url = (await client.link(package))[1]["url"]
    assert (await client.read(url))[0] == 200
    sandbox.clock.step(120)
    assert (await client.read(url))[0] == 404
    assert (await client.link(package))[0] == 404
