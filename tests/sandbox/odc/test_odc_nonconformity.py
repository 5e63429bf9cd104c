"""What is not as published is noticed: in answers of the sandbox ODC, spoilt, and in requests."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from aiohttp import ServerDisconnectedError, web

from bot.sandbox.odc import Fault
from tests.sandbox.odc.openapi import FILES, NO_FILES
from tests.sandbox.odc.recorded_odc import (
    BUILD,
    BUILDS,
    GOOD,
    METHOD,
    OF_REVISION,
    PORTFOLIOS,
    granted,
    packaging,
    recorded_odc,
)

pytestmark = pytest.mark.skipif(not FILES, reason=NO_FILES)

MEANT_TO_BREAK_IT = [
    Fault("redirect", text="http://127.0.0.1:9"),
    Fault("html"),
    Fault("empty_body"),
    Fault("cut_json"),
    Fault("code", status=202),
    Fault("wrong_type"),
    Fault("unknown_fields"),
]


@pytest.fixture
async def odc():
    async with recorded_odc() as odc:
        yield odc


@pytest.mark.parametrize("name", METHOD)
async def test_a_fault_that_breaks_the_contract_is_noticed(odc, name):
    if name == "status":
        await odc.ask("POST", GOOD["start"])
    for fault in MEANT_TO_BREAK_IT:
        odc.fault(fault.kind, status=fault.status, text=fault.text)
        exchange = await odc.ask(METHOD[name], GOOD[name])
        assert odc.published.problems_with_answer(exchange), fault.kind


@pytest.mark.parametrize("kind", ["status_value", "running_value"])
async def test_a_status_that_nobody_has_published_is_noticed(odc, kind):
    odc.fault(kind, value="Suspended")
    await packaging(odc)
    assert any("'Suspended' is not one of" in each for each in odc.problems)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"more": 1}, "Additional properties are not allowed"),
        ({"purpose": "Test"}, "'Test' is not one of"),
        ({"order": None}, "None for not nullable"),
        ({"order": "first"}, "is not of type 'integer'"),
        ({"portfolioKey": "main"}, "is not a 'uuid'"),
    ],
)
async def test_one_wrong_field_is_noticed(odc, change, complaint):
    exchange = await granted(odc, "environments")
    body = json.loads(exchange.answer.text)
    body["results"][1] |= change
    spoilt = replace(exchange, answer=web.json_response(body))
    (problem,) = odc.published.problems_with_answer(spoilt)
    assert "$.results[1]" in problem
    assert complaint in problem


async def test_a_moment_that_is_not_one_and_a_missing_field_are_noticed(odc):
    exchange = await granted(odc, "build")
    body = json.loads(exchange.answer.text) | {"startedDateTime": "2026-08-19 14:01"}
    del body["buildKey"]
    spoilt = replace(exchange, answer=web.json_response(body))
    (problem,) = odc.published.problems_with_answer(spoilt)
    assert "$.startedDateTime: '2026-08-19 14:01' is not a 'date-time'" in problem
    assert "'buildKey' is a required property" in problem


@pytest.mark.parametrize(
    ("method", "path", "complaint"),
    [
        ("GET", "/api/build-operations/v1/build-operations", "no such operation is published"),
        ("GET", f"{PORTFOLIOS}/stages", "no such operation is published"),
        ("DELETE", BUILD, "no such operation is published"),
        ("GET", f"{PORTFOLIOS}/environments?limit=1", "no query parameter 'limit' is published"),
        ("GET", f"{PORTFOLIOS}/deployed-assets?limit=all", "Query parameter error: limit"),
        ("GET", f"{OF_REVISION}1&byBuildType=Fast", "'Fast' is not one of"),
        ("GET", f"{BUILDS}/build-operations/not-a-key", "is not a 'uuid'"),
    ],
)
async def test_a_request_that_is_not_as_published_is_noticed(odc, method, path, complaint):
    (problem,) = odc.published.problems_with_request(await odc.ask(method, path))
    assert complaint in problem


async def test_a_request_without_a_token_or_with_a_body_is_noticed(odc):
    exchange = await odc.ask("POST", GOOD["start"], authorization="")
    (problem,) = odc.published.problems_with_request(exchange)
    assert "Security not found" in problem
    with_a_body = replace(await odc.ask("POST", GOOD["start"]), sent=b"{}")
    (problem,) = odc.published.problems_with_request(with_a_body)
    assert "no body is published" in problem


async def test_the_recording_drops_what_the_sandbox_drops_and_asks_only_once(odc):
    await granted(odc, "assets")
    odc.fault("drop_before")
    with pytest.raises(ServerDisconnectedError):
        await granted(odc, "start")
    assert odc.statuses == [200]
    assert [each.name for each in odc.sandbox.calls] == ["assets", "start"]


async def test_the_recording_passes_on_what_was_answered(odc):
    odc.fault("answer", status=429, retry_after=7)
    refused = await granted(odc, "assets")
    assert refused.answer.headers["Retry-After"] == "7"
    assert refused.answer.content_type == "application/json"
    assert json.loads(refused.answer.text)["status"] == 429
