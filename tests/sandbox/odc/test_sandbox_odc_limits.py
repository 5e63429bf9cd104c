"""The sandbox ODC's rate limits count, for each API domain and for the packaging POST."""

from __future__ import annotations

ENVIRONMENTS = "/api/portfolios/v2/environments"


async def answers(client, number, path=ENVIRONMENTS, method="GET"):
    """Give how many of so many calls were answered with which status."""
    seen = [(await client.json(method, path))[0] for _ in range(number)]
    return {status: seen.count(status) for status in seen}


async def test_a_hundred_requests_a_minute_are_let_through_and_no_more(sandbox, client):
    assert await answers(client, 103) == {200: 100, 429: 3}
    assert sandbox.calls.refused_for_rate == 3
    assert sandbox.calls.refused_for_rate_by_domain == {"portfolios": 3}
    assert sandbox.calls.per_minute_peak["portfolios"] == 103


async def test_each_domain_has_a_limit_of_its_own(sandbox, client):
    sandbox.knobs.requests_per_minute = 3
    for path, good in ((ENVIRONMENTS, 200), (client.assets, 200), (client.code(), 404)):
        assert await answers(client, 5, path) == {good: 3, 429: 2}
    by_domain = sandbox.calls.refused_for_rate_by_domain
    assert by_domain == {"portfolios": 2, "asset-repository": 2, "builds": 2}


async def test_discovery_tokens_and_downloads_have_none(sandbox, client):
    sandbox.knobs.requests_per_minute = 4
    url = await client.linked()
    for _ in range(6):
        assert (await client.sign_in())[0] == 200
        assert (await client.fetched(url))[0] == 200
    assert sandbox.calls.refused_for_rate == 0


async def test_the_window_slides_with_the_clock(sandbox, client):
    sandbox.knobs.requests_per_minute = 4
    assert await answers(client, 2) == {200: 2}
    sandbox.clock.step(40)
    assert await answers(client, 3) == {200: 2, 429: 1}
    sandbox.clock.step(19.9)
    assert await answers(client, 1) == {429: 1}
    sandbox.clock.step(0.1)
    assert await answers(client, 3) == {200: 2, 429: 1}
    assert sandbox.calls.per_minute_peak["portfolios"] == 7


async def test_ten_packaging_posts_a_minute_are_let_through_for_all_builds_together(
    sandbox, client
):
    assets = sandbox.organization.add_assets(12)
    keys = [sandbox.organization.build_of(asset, 1).key for asset in assets]
    codes = [(await client.start(key))[0] for key in keys]
    assert codes == [201] * 10 + [429] * 2
    assert sandbox.calls.starts_per_minute_peak == 12
    assert (await client.status(keys[0]))[0] == 200
    sandbox.clock.step(60)
    assert (await client.start(keys[10]))[0] == 201
    assert sandbox.calls.packagings_started == 11


async def test_packaging_posts_count_towards_their_domain_too(sandbox, client):
    sandbox.knobs.requests_per_minute = 5
    await answers(client, 4, client.code())
    assert [(await client.start())[0] for _ in range(2)] == [201, 429]


async def test_a_429_is_problem_details_and_may_say_when_to_come_back(sandbox, client):
    sandbox.knobs.requests_per_minute = 0
    waits = []
    for wait in (None, 7):
        sandbox.knobs.retry_after = wait
        async with client.call("GET", ENVIRONMENTS) as response:
            problem = await response.json()
            waits.append(response.headers.get("Retry-After"))
        assert (problem["status"], problem["title"]) == (429, "Too Many Requests")
        assert problem["traceId"]
    assert waits == [None, "7"]


async def test_others_in_the_organisation_use_up_the_shared_limit(sandbox, client):
    sandbox.knobs.other_traffic_per_minute = 97
    assert await answers(client, 4) == {200: 3, 429: 1}
    sandbox.clock.step(60)
    sandbox.knobs.other_traffic_per_minute = 500
    assert await answers(client, 1) == {429: 1}


async def test_limits_can_be_taken_away(sandbox, client):
    sandbox.knobs.requests_per_minute = sandbox.knobs.posts_per_minute = None
    assert await answers(client, 110, client.code(), "POST") == {201: 110}


async def test_a_call_without_a_good_token_uses_up_nothing(sandbox, client):
    sandbox.knobs.requests_per_minute = 1
    for _ in range(3):
        assert (await client.json("GET", ENVIRONMENTS, "Bearer wrong"))[0] == 401
    assert (await client.json("GET", ENVIRONMENTS))[0] == 200
