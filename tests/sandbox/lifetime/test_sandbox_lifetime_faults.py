"""Each way in which the sandbox LifeTime can fail, as a client meets it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from zipfile import ZipFile

import pytest
from aiohttp import ClientError, ClientPayloadError

from bot.sandbox.lifetime import Fault, SandboxLifeTime
from bot.sandbox.lifetime.infrastructure import PRODUCTION, TESTING
from bot.sandbox.lifetime.texts import NO_PERMISSION, PRODUCTION_REFUSED

ENVIRONMENTS = "/lifetimeapi/rest/v2/environments"


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


async def test_a_fault_happens_so_many_times_and_then_all_is_well(client):
    fault = client.fault("answer", status=502, times=3)
    assert await answers(client, 5) == [502, 502, 502, 200, 200]
    assert fault.is_over
    assert fault.bites == 3


async def test_a_fault_can_let_some_calls_through_first(client):
    client.fault("answer", status=500, after=2)
    assert await answers(client, 4) == [200, 200, 500, 200]


async def test_a_fault_can_last_some_seconds_of_the_clock_from_its_first_time(sandbox, client):
    client.fault("drop_before", times=None, lasts=10)
    sandbox.clock.step(100)
    assert await answers(client, 2) == [None, None]
    sandbox.clock.step(9)
    assert await answers(client, 1) == [None]
    sandbox.clock.step(1)
    assert await answers(client, 1) == [200]


async def test_a_fault_with_a_probability_happens_about_so_often(client):
    fault = client.fault("answer", status=500, times=None, probability=0.15)
    seen = await answers(client, 200)
    assert 15 <= seen.count(500) <= 50
    assert fault.bites == seen.count(500)


async def test_chance_is_the_same_for_the_same_seed(client):
    seen = []
    for _ in range(2):
        client.sandbox.knobs.chance.seed(7)
        client.sandbox.knobs.faults[:] = [Fault("answer", times=None, probability=0.5)]
        seen.append(await answers(client, 20))
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2


@pytest.mark.parametrize("scope", [{"environment": "Testing"}, {"environment": TESTING}])
async def test_a_fault_can_be_scoped_to_one_environment(client, scope):
    client.fault("answer", status=500, times=None, **scope)
    paths = [f"{ENVIRONMENTS}/{key}" for key in (TESTING, PRODUCTION)]
    assert [await answers(client, 1, path) for path in paths] == [[500], [200]]


async def test_a_fault_can_be_scoped_to_one_application_down_to_its_download(sandbox, client):
    url = await client.linked()
    client.fault("answer", status=500, times=None, application="Employee Portal")
    client.fault("answer", status=418, times=None, application="EmployeeBackoffice")
    assert (await client.read(url))[0] == 418
    portal = sandbox.infrastructure.application_named("Employee Portal").key
    assert await answers(client, 1, f"{client.base}/applications/{portal}") == [500]
    assert await answers(client, 1) == [200]


async def test_a_fault_scoped_to_one_call_leaves_the_others_alone(client):
    client.fault("answer", call="status", status=500, times=None)
    package = await client.finished()
    assert (await client.json("GET", f"{client.packages}/{package}/status"))[0] == 500
    assert (await client.link(package))[0] == 200


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
    assert sandbox.packagings.all == {}
    assert sandbox.calls[-1].dropped
    assert not sandbox.calls[-1].answer_lost


async def test_a_connection_dropped_after_acting_leaves_a_packaging(sandbox, client):
    client.fault("drop_after", call="start")
    with pytest.raises(ClientError):
        await client.start()
    assert len(sandbox.packagings.all) == 1
    assert sandbox.calls[-1].answer_lost


async def test_a_slow_answer_takes_seconds_of_the_clock(sandbox, client):
    client.fault("slow", seconds=30)
    assert await answers(client, 1) == [200]
    assert sandbox.clock.slept == 30


async def test_a_hanging_call_is_dropped_when_the_sandbox_stops(sandbox, client):
    client.fault("hang", call="environments")
    hanging = asyncio.ensure_future(client.read(ENVIRONMENTS))
    while not sandbox.calls.named("environments"):
        await client.get("/applications")
    await sandbox.stop()
    with pytest.raises(ClientError):
        await hanging


async def test_a_hanging_call_can_end_by_itself_without_an_answer(client):
    client.fault("hang", seconds=0.05)
    # A POST, because aiohttp's client repeats a GET whose connection was dropped.
    with pytest.raises(ClientError):
        await client.start()
    assert await client.start()


async def test_a_refusal_is_in_the_words_given_with_the_keys_filled_in(client):
    client.fault("answer", call="start", status=403, text=NO_PERMISSION)
    client.fault("answer", call="start", status=400, text=PRODUCTION_REFUSED, after=1)
    status, body = await client.json("POST", client.packages)
    assert status == body["StatusCode"] == 403
    assert TESTING in body["Errors"][0]
    client.sandbox.knobs.faults.pop(0)
    assert (await client.json("POST", client.packages))[0] == 201
    status, body = await client.json("POST", client.packages)
    assert (status, body["Errors"]) == (400, [PRODUCTION_REFUSED])


async def test_too_many_requests_may_or_may_not_say_when_to_come_back(client):
    client.fault("answer", status=429, retry_after=7)
    client.fault("answer", status=429, after=0)
    waits = []
    for _ in range(2):
        async with client.call("GET", ENVIRONMENTS) as response:
            assert response.status == 429
            waits.append(response.headers.get("Retry-After"))
    assert waits == ["7", None]


async def test_a_limit_of_requests_per_second_goes_by_the_clock(sandbox, client):
    sandbox.knobs.max_requests_per_second = 3
    assert await answers(client, 5) == [200, 200, 200, 429, 429]
    sandbox.clock.step(1)
    assert await answers(client, 1) == [200]


async def test_a_redirect_leads_to_another_host(client):
    client.fault("redirect", text="https://elsewhere.example")
    async with client.call("GET", f"{ENVIRONMENTS}?a=b") as response:
        assert response.status == 302
        assert response.headers["Location"] == f"https://elsewhere.example{ENVIRONMENTS}?a=b"


async def test_a_token_can_be_rotated_in_the_middle_of_a_packaging(client):
    package = await client.start()
    client.fault("rotate_token", call="status", text="rotated", after=1)
    path = f"{client.packages}/{package}/status"
    statuses = [(await client.json("GET", path, "Bearer good-token"))[0] for _ in range(3)]
    assert statuses == [201, 403, 403]
    assert (await client.json("GET", path, "Bearer rotated"))[0] == 201


@pytest.mark.parametrize("status", [401, 403])
async def test_a_download_may_know_only_the_bare_token(client, status):
    url = await client.linked()
    client.fault("refuse_bearer", status=status, times=None)
    assert (await client.read(url))[0] == status
    assert (await client.read(url, "good-token"))[0] == 200


# To the answer


async def test_a_login_page_can_stand_where_json_should(client):
    client.fault("html")
    async with client.call("GET", ENVIRONMENTS) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "<html>" in await response.text()


async def test_a_proxy_may_answer_an_old_platforms_404_in_html(client):
    client.fault("html", call="start", status=404, text="<h1>404</h1>")
    assert await answers(client, 1) == [200]
    async with client.call("POST", client.packages) as response:
        assert (response.status, await response.text()) == (404, "<h1>404</h1>")


@pytest.mark.parametrize(
    ("kind", "expected"), [("empty_body", (200, b"")), ("no_content", (204, b""))]
)
async def test_an_answer_can_have_no_body(client, kind, expected):
    client.fault(kind)
    assert await client.read(ENVIRONMENTS) == expected


async def test_json_can_be_cut(client):
    whole = (await client.read(ENVIRONMENTS))[1]
    client.fault("cut_json")
    status, half = await client.read(ENVIRONMENTS)
    assert status == 200
    assert whole.startswith(half)
    with pytest.raises(json.JSONDecodeError):
        json.loads(half)


async def test_a_code_can_be_another_than_usual(client):
    client.fault("code", status=202)
    assert await answers(client, 2) == [202, 200]


async def test_a_body_can_be_called_what_it_is_not(client):
    url = await client.linked()
    client.fault("wrong_type", times=None)
    for path, start in ((ENVIRONMENTS, b"[{"), (url, b"PK")):
        async with client.call("GET", path) as response:
            assert response.content_type == "text/html"
            assert (await response.read()).startswith(start)


async def test_any_bytes_can_stand_for_a_package(client):
    client.sandbox.knobs.package_body_of["EmployeeBackoffice"] = b"PK, or so it seems"
    assert await client.read(await client.linked()) == (200, b"PK, or so it seems")


async def test_unknown_fields_and_values_turn_up_everywhere(client):
    client.fault("unknown_fields", times=None)
    [first, *_] = await client.get("/environments")
    assert first["EnvironmentType"] == "Unheard-of"
    assert first["FieldOfTheFuture"]
    [first, *_] = await client.get("/applications?IncludeEnvStatus=true")
    assert first["Kind"] == "Unheard-of"
    assert first["AppStatusInEnvs"][0]["FieldOfTheFuture"]


# Packagings


@pytest.mark.parametrize("value", ["DONE", "", None, "Suspended"])
async def test_a_status_can_have_any_value_once(client, value):
    package = await client.start()
    client.fault("status_value", value=value)
    seen = [(await client.status(package))["Status"] for _ in range(2)]
    assert seen == [value, "InProgress"]


async def test_a_status_can_be_odd_for_as_long_as_the_packaging_runs(sandbox, client):
    package = await client.start()
    client.fault("running_value", value="inPROGRESS", times=None)
    assert (await client.status(package))["Status"] == "inPROGRESS"
    sandbox.clock.step(60)
    assert (await client.status(package))["Status"] == "Done"


async def test_messages_can_be_null(client):
    package = await client.finished()
    client.fault("messages_null")
    assert (await client.status(package))["Messages"] is None


async def test_a_packaging_can_be_done_in_the_answer_that_starts_it(client):
    client.fault("done_at_once")
    _, body = await client.json("POST", client.packages)
    assert body["Status"] == "Done"
    assert (await client.link(body["PackageKey"]))[0] == 200


async def test_a_packaging_can_go_on_for_ever(sandbox, client):
    client.fault("never_done")
    package = await client.start()
    sandbox.clock.step(1_000_000)
    assert (await client.status(package))["Status"] == "InProgress"
    assert (await client.link(package))[0] == 400


async def test_a_packaging_can_take_longer_than_usual(sandbox, client):
    client.fault("takes", seconds=120)
    package = await client.start()
    sandbox.clock.step(119)
    assert (await client.status(package))["Status"] == "InProgress"
    sandbox.clock.step(1)
    assert (await client.status(package))["Status"] == "Done"


@pytest.mark.parametrize(("given", "shown"), [(None, "Failed"), ("Error", "Error")])
async def test_a_packaging_can_fail_in_its_time_and_say_why(sandbox, client, given, shown):
    client.fault("fails", text="Module X is broken.", value=given)
    package = await client.start()
    assert (await client.status(package))["Status"] == "InProgress"
    sandbox.clock.step(8)
    status = await client.status(package)
    assert status["Status"] == shown
    assert [e["Detail"] for e in status["Messages"] if e["Type"] == "Error"] == [
        "Module X is broken."
    ]
    assert (await client.link(package))[0] == 400


async def test_done_may_come_with_an_error_message_and_without_a_link(client):
    client.fault("done_with_error", text="Nothing to package.")
    package = await client.finished()
    status = await client.status(package)
    assert status["Status"] == "Done"
    assert status["Messages"][-1]["Type"] == "Error"
    assert (await client.link(package))[0] == 400


async def test_a_package_can_be_gone_some_time_after_it_was_done(sandbox, client):
    client.fault("kept", seconds=100)
    package = await client.start()
    sandbox.clock.step(8)
    url = (await client.link(package))[1]["url"]
    sandbox.clock.step(99)
    assert (await client.read(url))[0] == 200
    sandbox.clock.step(1)
    assert (await client.read(url))[0] == 404
    assert (await client.link(package))[0] == 404
    assert (await client.json("GET", f"{client.packages}/{package}/status"))[0] == 404


# Links


async def test_a_link_can_name_a_foreign_host_with_the_right_key(client):
    client.fault("foreign_host", text="http://10.0.0.9")
    url = await client.linked()
    assert url.startswith(f"http://10.0.0.9{client.base}/downloads/")
    own = url.replace("http://10.0.0.9", client.sandbox.url)
    assert (await client.read(own))[0] == 200


async def test_a_link_can_be_dead_although_it_says_it_lives(client):
    client.fault("dead_link")
    package = await client.finished()
    dead, good = [(await client.link(package))[1]["url"] for _ in range(2)]
    assert (await client.read(dead))[0] == 404
    assert (await client.read(good))[0] == 200


async def test_a_link_can_be_short_lived_and_say_so(sandbox, client):
    client.fault("short_link", seconds=5)
    url = await client.linked()
    assert (await client.read(url))[0] == 200
    sandbox.clock.step(5)
    assert (await client.read(url))[0] == 404


# The package on its way


async def test_a_package_comes_with_its_length(client):
    async with client.call("GET", await client.linked()) as response:
        body = await response.read()
        assert response.content_type == "application/octet-stream"
        assert response.content_length == len(body)
    assert len(ZipFile(io.BytesIO(body)).namelist()) == 3


async def test_a_package_can_come_as_json_with_base64(client):
    url = await client.linked()
    plain = (await client.read(url))[1]
    client.fault("base64_json")
    async with client.call("GET", url) as response:
        assert response.content_type == "application/json"
        body = await response.read()
        assert response.content_length == len(body)
    assert base64.b64decode(json.loads(body)["fileContents"]) == plain


@pytest.mark.parametrize("size", [999_998, 999_999, 1_000_000])
async def test_a_large_package_can_come_as_json_with_base64_whatever_its_length(client, size):
    client.sandbox.knobs.package_bytes = size
    client.fault("base64_json")
    body = json.loads((await client.read(await client.linked()))[1])
    assert ZipFile(io.BytesIO(base64.b64decode(body["fileContents"]))).testzip() is None


async def test_a_package_can_come_without_its_length(client):
    client.fault("chunked")
    async with client.call("GET", await client.linked()) as response:
        assert response.content_length is None
        assert ZipFile(io.BytesIO(await response.read())).testzip() is None


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("kind", ["cut", "drop_after"])
async def test_a_download_can_be_cut_so_that_the_client_notices(client, kind, chunked):
    client.sandbox.knobs.package_bytes = 2_000_000
    url = await client.linked()
    client.fault(kind, share=0.25)
    if chunked:
        client.fault("chunked")
    async with client.call("GET", url) as response:
        assert len(await response.content.readexactly(500_000)) == 500_000
        with pytest.raises(ClientPayloadError):
            await response.content.read()
    assert client.sandbox.calls[-1].dropped


async def test_a_download_can_end_early_and_look_whole(client):
    client.sandbox.knobs.package_bytes = 2_000_000
    client.fault("ends_early")
    status, body = await client.read(await client.linked())
    assert (status, len(body)) == (200, 1_000_000)


@pytest.mark.parametrize("kind", ["html", "empty_body"])
async def test_a_login_page_or_nothing_can_come_instead_of_a_package(client, kind):
    url = await client.linked()
    client.fault(kind, call="download")
    status, body = await client.read(url)
    assert status == 200
    assert not body.startswith(b"PK")
    assert (await client.read(url))[1].startswith(b"PK")


async def test_a_download_is_paced_in_bytes_per_second_of_the_clock(sandbox, client):
    sandbox.knobs.package_bytes = 4_000_000
    sandbox.knobs.pace_bytes_per_second = 1_000_000
    url = await client.linked()
    assert len((await client.read(url))[1]) == 4_000_000
    assert sandbox.clock.slept == pytest.approx(4.0, abs=0.3)


async def test_two_sandboxes_do_not_know_each_others_tokens_or_packages(client):
    url = await client.linked()
    other = SandboxLifeTime(token="another")
    origin = await other.start()
    try:
        elsewhere = url.replace(client.sandbox.url, origin)
        assert (await client.read(elsewhere))[0] == 403
        assert (await client.read(elsewhere, "Bearer another"))[0] == 404
    finally:
        await other.stop()
