"""The scenarios that people can choose from do what their sentence says."""

from __future__ import annotations

import pytest
from aiohttp import ClientError

from bot.sandbox.odc import SCENARIOS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
ENVIRONMENTS = "/api/portfolios/v2/environments"


def test_each_scenario_has_a_name_of_its_own_and_a_sentence():
    assert len(BY_NAME) == len(SCENARIOS) >= 20
    assert all(scenario.sentence.endswith(".") for scenario in SCENARIOS)
    assert SCENARIOS[0].faults == ()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_after_any_scenario_all_well_makes_all_well_again(sandbox, client, scenario):
    scenario.apply(sandbox.knobs)
    BY_NAME["All well"].apply(sandbox.knobs)
    await client.start()
    sandbox.clock.step(8)
    assert (await client.fetched(await client.uri()))[1].startswith(b"PK")


@pytest.mark.parametrize(
    ("name", "status", "says_why"),
    [
        ("All well", "Finished", False),
        ("Packaging is slow", "Running", False),
        ("Packaging fails", "Failed", True),
        ("Packaging fails silently", "Failed", False),
        ("Packaging times out", "TimedOut", True),
        ("Packaging never finishes", "Running", False),
        ("Packaging is seen late", "Finished", False),
        ("Finished without a link", "Finished", False),
        ("Unknown status", "Suspended", False),
    ],
)
async def test_a_packaging_comes_to_what_the_scenario_says(sandbox, client, name, status, says_why):
    BY_NAME[name].apply(sandbox.knobs)
    await client.start()
    early, _ = await client.status()
    assert early == (404 if name == "Packaging is seen late" else 200)
    sandbox.clock.step(60)
    _, told = await client.status()
    assert told["status"] == status
    assert bool(told["errors"]) == says_why
    assert bool(told["uri"]) == (status == "Finished" and name != "Finished without a link")


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [
        ("Build refused", 422, "not valid"),
        ("Busy", 429, "Too many"),
        ("Client suspended", 401, "token"),
        ("Tokens expire early", 401, "token"),
        ("No permission", 403, "Asset management > Open"),
        ("Personal Edition", 403, "Personal Edition"),
    ],
)
async def test_a_packaging_is_refused_as_the_scenario_says(sandbox, client, name, status, word):
    BY_NAME[name].apply(sandbox.knobs)
    answered, problem = await client.start()
    assert answered == status
    assert word in problem["detail"]
    assert sandbox.packagings.all == []


async def test_a_packaging_may_not_begin_although_it_is_answered_with_201(sandbox, client):
    BY_NAME["Packaging is not started"].apply(sandbox.knobs)
    assert await client.start() == (201, {"isSuccessful": False})
    assert await client.start() == (201, {"isSuccessful": True})


async def test_odc_is_down_for_ten_seconds(sandbox, client):
    BY_NAME["ODC down for 10 s"].apply(sandbox.knobs)
    for _ in range(2):
        with pytest.raises(ClientError):
            await client.get(ENVIRONMENTS)
        sandbox.clock.step(5)
    assert await client.get(ENVIRONMENTS)


async def test_some_answers_get_lost_after_acting(sandbox, client):
    sandbox.knobs.posts_per_minute = None
    BY_NAME["Answers get lost"].apply(sandbox.knobs)
    for _ in range(40):
        try:
            await client.start()
        except ClientError:
            continue
    assert len(sandbox.packagings.all) == 40
    assert 0 < sandbox.calls.packaging_answers_lost < 25


async def test_the_gateway_shows_an_error_page_twice(sandbox, client):
    BY_NAME["Error page from the gateway"].apply(sandbox.knobs)
    seen = [await client.read(ENVIRONMENTS) for _ in range(3)]
    assert [status for status, _ in seen] == [502, 502, 200]
    assert b"<html>" in seen[0][1]


@pytest.mark.parametrize("name", ["Download cut", "Error page instead of the package"])
async def test_the_next_download_goes_wrong_and_the_one_after_it_well(sandbox, client, name):
    url = await client.linked()
    BY_NAME[name].apply(sandbox.knobs)
    try:
        body = (await client.fetched(url))[1]
    except ClientError:
        body = b""
    assert not body.startswith(b"PK")
    assert (await client.fetched(url))[1].startswith(b"PK")


async def test_the_next_link_is_refused_and_the_one_after_it_good(sandbox, client):
    await client.finished()
    BY_NAME["Link expired before use"].apply(sandbox.knobs)
    urls = [await client.uri() for _ in range(2)]
    assert [(await client.fetched(url))[0] for url in urls] == [403, 200]


async def test_the_package_is_gone_at_renewal(sandbox, client):
    BY_NAME["Package gone at renewal"].apply(sandbox.knobs)
    await client.start()
    sandbox.clock.step(8)
    url = await client.uri()
    assert (await client.fetched(url))[0] == 200
    sandbox.clock.step(120)
    assert (await client.fetched(url))[0] == 403
    assert (await client.status())[0] == 404
