"""Each way in which any call of the sandbox ODC can fail, as a client meets it."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import ClientError

from bot.sandbox.odc import Fault
from bot.sandbox.odc.default_organization import DEVELOPMENT, EMPLOYEE_BACKOFFICE, TESTING

ENVIRONMENTS = "/api/portfolios/v2/environments"


async def answers(client, number, path=ENVIRONMENTS):
    """Give the status of so many calls, or None where there was no answer."""
    seen = []
    for _ in range(number):
        try:
            seen.append((await client.read(path))[0])
        except ClientError:
            seen.append(None)
    return seen


# How often, and for whom


async def test_a_fault_happens_so_many_times_after_letting_some_through(client):
    fault = client.fault("answer", status=502, times=2, after=1)
    assert await answers(client, 5) == [200, 502, 502, 200, 200]
    assert fault.is_over


async def test_a_fault_can_last_some_seconds_of_the_clock(sandbox, client):
    client.fault("drop_before", times=None, lasts=10)
    assert await answers(client, 1) == [None]
    sandbox.clock.step(9)
    assert await answers(client, 1) == [None]
    sandbox.clock.step(1)
    assert await answers(client, 1) == [200]


async def test_a_fault_with_a_probability_happens_about_so_often(sandbox, client):
    sandbox.knobs.requests_per_minute = None
    fault = client.fault("answer", status=500, times=None, probability=0.25)
    seen = await answers(client, 80)
    assert 8 <= seen.count(500) == fault.bites <= 35


@pytest.mark.parametrize("scope", [{"environment": "Testing"}, {"environment": TESTING}])
async def test_a_fault_can_be_scoped_to_an_environment_by_what_is_live_there(
    sandbox, client, scope
):
    client.fault("answer", status=500, times=None, **scope)
    listed = "/api/portfolios/v2/deployed-assets?environmentKey="
    assert await answers(client, 1, listed + TESTING) == [500]
    assert await answers(client, 1, listed + DEVELOPMENT) == [200]
    asset = sandbox.organization.assets[EMPLOYEE_BACKOFFICE]
    build_of = sandbox.organization.build_of
    assert await answers(client, 1, client.code(build_of(asset, 12).key)) == [500]
    # The Release build of what runs in Development as a Debug build.
    assert await answers(client, 1, client.code(build_of(asset, 14).key)) == [404]
    query = f"{client.builds}?assetKey={asset.key}&assetRevision="
    assert await answers(client, 1, f"{query}12") == [500]
    assert await answers(client, 1, f"{query}14") == [200]


@pytest.mark.parametrize("application", ["EmployeeBackoffice", EMPLOYEE_BACKOFFICE])
async def test_a_fault_can_be_scoped_to_one_asset_down_to_its_download(
    sandbox, client, application
):
    url = await client.linked()
    client.fault("answer", status=418, times=None, application=application)
    client.fault("answer", status=500, times=None, application="Employee Portal")
    assert (await client.fetched(url))[0] == 418
    assert await answers(client, 1, f"{client.assets}/{EMPLOYEE_BACKOFFICE}") == [418]
    portal = sandbox.organization.asset_named("Employee Portal").key
    assert await answers(client, 1, f"{client.assets}/{portal}/revisions") == [500]
    assert await answers(client, 1) == [200]


async def test_a_fault_scoped_to_one_call_leaves_the_others_alone(client):
    client.fault("answer", call="environments", status=500, times=None)
    assert await answers(client, 1) == [500]
    assert await answers(client, 1, client.assets) == [200]


def test_a_fault_that_would_mean_nothing_is_refused():
    with pytest.raises(ValueError, match="means nothing in a status call"):
        Fault("chunked", call="status")
    with pytest.raises(ValueError, match="is not a kind of fault"):
        Fault("gremlins")


# Before the call acts


async def test_a_connection_dropped_before_acting_leaves_no_packaging(sandbox, client):
    client.fault("drop_before", call="start")
    with pytest.raises(ClientError):
        await client.start()
    assert sandbox.packagings.all == []
    assert sandbox.calls[-1].dropped
    assert not sandbox.calls[-1].answer_lost


async def test_a_connection_dropped_after_acting_leaves_a_packaging_to_be_found(sandbox, client):
    client.fault("drop_after", call="start")
    with pytest.raises(ClientError):
        await client.start()
    assert await client.standing() == "NotStarted"
    assert sandbox.calls.packaging_answers_lost == 1


async def test_a_slow_answer_takes_seconds_of_the_clock(sandbox, client):
    client.fault("slow", seconds=30)
    assert await answers(client, 1) == [200]
    assert sandbox.clock.slept == 30


async def test_a_hanging_call_is_dropped_when_the_sandbox_stops(sandbox, client):
    client.fault("hang", call="environments")
    hanging = asyncio.ensure_future(client.read(ENVIRONMENTS))
    while not sandbox.calls.named("environments"):
        await client.get(client.assets)
    await sandbox.stop()
    with pytest.raises(ClientError):
        await hanging


async def test_a_hanging_call_can_end_by_itself_without_an_answer(client):
    client.fault("hang", seconds=0.05, call="start")
    # A POST, because aiohttp's client repeats a GET whose connection was dropped.
    with pytest.raises(ClientError):
        await client.start()
    assert (await client.start())[0] == 201


async def test_a_refusal_has_the_words_the_code_and_the_wait_that_were_given(client):
    client.fault("answer", status=403, text="Not you.", value="OS-BEW-40301", retry_after=9)
    async with client.call("GET", client.code()) as response:
        problem = await response.json()
        assert response.headers["Retry-After"] == "9"
    assert (problem["status"], problem["detail"]) == (403, "Not you.")
    assert problem["errorCode"] == "OS-BEW-40301"


async def test_a_refusal_has_the_form_of_the_host_that_gives_it(client):
    url = await client.linked()
    client.fault("answer", call="token", status=503, text="Starting up.")
    assert await client.sign_in() == (
        503,
        {"error": "server_error", "error_description": "Starting up."},
    )
    client.fault("answer", call="download", status=503, text="Slow down.")
    status, body = await client.fetched(url)
    assert status == 503
    assert b"<Code>SlowDown</Code><Message>Slow down.</Message>" in body


async def test_a_redirect_leads_to_another_host(client):
    client.fault("redirect", text="https://elsewhere.example")
    async with client.call("GET", f"{ENVIRONMENTS}?a=b") as response:
        assert response.status == 302
        assert response.headers["Location"] == f"https://elsewhere.example{ENVIRONMENTS}?a=b"


# To the answer


async def test_a_gateways_page_can_stand_where_json_should(client):
    client.fault("html", status=502)
    async with client.call("GET", ENVIRONMENTS) as response:
        assert (response.status, response.content_type) == (502, "text/html")
        assert "<html>" in await response.text()


async def test_an_error_answer_can_be_spoilt_like_any_other(sandbox, client):
    client.fault("html", call="status", status=404)
    async with client.call("GET", client.code()) as response:
        assert (response.status, response.content_type) == (404, "text/html")
    client.fault("drop_after", call="start")
    with pytest.raises(ClientError):
        await client.start("00000000-0000-0000-0000-000000000000")
    assert not sandbox.calls[-1].answer_lost


async def test_an_answer_can_have_no_body(client):
    client.fault("empty_body")
    assert await client.read(ENVIRONMENTS) == (200, b"")


async def test_json_can_be_cut(client):
    whole = (await client.read(ENVIRONMENTS))[1]
    client.fault("cut_json")
    status, half = await client.read(ENVIRONMENTS)
    assert status == 200
    assert whole.startswith(half)
    with pytest.raises(json.JSONDecodeError):
        json.loads(half)


async def test_the_code_of_a_success_can_be_another_than_published(client):
    client.fault("code", status=200)
    assert await client.start() == (200, {"isSuccessful": True})


async def test_json_can_be_called_what_it_is_not(client):
    client.fault("wrong_type")
    async with client.call("GET", ENVIRONMENTS) as response:
        assert response.content_type == "text/html"
        assert json.loads(await response.text())["results"]


async def test_unknown_fields_and_values_turn_up_everywhere(client):
    client.fault("unknown_fields", times=None)
    body = await client.get(ENVIRONMENTS)
    assert body["results"][0]["purpose"] == "Unheard-of"
    assert body["FieldOfTheFuture"]
    [asset, *_] = (await client.get(client.assets))["results"]
    assert asset["assetType"] == "Unheard-of"
    await client.finished()
    status = await client.get(client.code())
    assert status["status"] == "Finished"
    assert status["FieldOfTheFuture"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/portfolios/v2/deployed-assets",
        "/api/portfolios/v2/portfolios",
        "/api/asset-repository/v1/assets",
        f"/api/asset-repository/v1/assets/{EMPLOYEE_BACKOFFICE}/revisions",
    ],
)
async def test_a_page_can_lead_to_itself_or_nowhere(client, path):
    fault = client.fault("stuck_page", times=2)
    for offset in (0, 1):
        page = (await client.get(f"{path}?limit=1&offset={offset}"))["page"]
        assert page["nextPageOffset"] == page["offset"] == offset
    assert fault.bites == 2
    client.fault("last_page")
    assert (await client.get(f"{path}?limit=1"))["page"]["nextPageOffset"] is None
