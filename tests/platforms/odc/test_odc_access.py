"""How ODC is got into: one token for all, renewed once, and every refusal in words."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.errors import (
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    SettingsError,
)
from bot.platforms.odc_address import Portal
from tests.platforms.odc_bench import CLIENT_SECRET, Watched
from tests.platforms.wire_server import answer


@pytest.mark.parametrize("status", [400, 401])
async def test_a_client_that_is_refused_is_a_clear_sentence(cloud, odc, mishaps, status):
    mishaps("answer", call="token", status=status, text="Invalid client", times=None)
    with pytest.raises(PlatformRefused) as refused:
        await cloud.catalogue()
    said = refused.value.message
    assert "Invalid client" in said
    for meaning in ("wrong", "expired", "suspended or revoked", "Management > API clients"):
        assert meaning in said
    assert refused.value.status == status
    assert len(odc.calls.named("token")) == 1


async def test_a_bad_request_that_is_no_refusal_of_the_client_is_not_taken_for_one(
    cloud, odc, mishaps
):
    mishaps("redirect", call="token", text="https://elsewhere.example", times=None)
    with pytest.raises(PlatformError, match="redirect") as failed:
        await cloud.catalogue()
    assert not isinstance(failed.value, PlatformRefused)
    assert len(odc.calls.named("token")) == 1


async def test_a_suspended_client_is_refused_until_it_is_resumed(cloud, odc):
    await cloud.clock_ahead()
    odc.suspend_client()
    with pytest.raises(PlatformRefused, match="suspended or revoked"):
        await cloud.clock_ahead()
    odc.resume_client()
    await cloud.clock_ahead()


async def test_a_secret_in_a_file_is_read_again_when_it_is_refused(odc_bench, odc, tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{CLIENT_SECRET}\n")
    cloud = odc_bench.gateway(odc.url, secret_file=file)
    await cloud.clock_ahead()
    odc.rotate_secret("another")
    odc.expire_tokens()
    with pytest.raises(PlatformRefused):
        await cloud.clock_ahead()
    file.write_text("another\n")
    await cloud.clock_ahead()
    assert odc.calls.tokens_given == 2


async def test_a_secret_that_cannot_be_read_is_told_in_words(odc_bench, odc, tmp_path):
    cloud = odc_bench.gateway(odc.url, secret_file=tmp_path / "missing")
    with pytest.raises(PlatformRefused, match="missing cannot be read") as refused:
        await cloud.catalogue()
    assert isinstance(refused.value.__cause__, SettingsError)
    assert not odc.calls.named("token")


async def test_what_was_discovered_is_kept_until_it_fails(odc_bench, odc, mishaps):
    cloud = odc_bench.gateway(odc.url, attempts=1)
    mishaps("answer", call="token", status=503)
    with pytest.raises(PlatformBroken):
        await cloud.clock_ahead()
    for _ in range(3):
        await cloud.clock_ahead()
        odc.expire_tokens()
    assert len(odc.calls.named("discovery")) == 2


@pytest.mark.parametrize(
    "endpoint", ["", "no address", "ftp://127.0.0.1/", "https://u:p@x/", "//["]
)
async def test_a_token_endpoint_that_cannot_be_used_is_told_in_words(cloud, odc, mishaps, endpoint):
    mishaps("foreign_token_endpoint", text=endpoint, times=None)
    with pytest.raises(PlatformBroken, match="names no token endpoint"):
        await cloud.catalogue()
    assert not odc.calls.named("token")


@pytest.mark.parametrize("document", ["", "[]", "no json", '"text"'])
async def test_a_discovery_without_an_endpoint_is_told_in_words(cloud, mishaps, document):
    mishaps("bad_discovery", text=document, times=None)
    with pytest.raises(PlatformBroken, match="could not say where it gives access tokens"):
        await cloud.catalogue()


@pytest.mark.parametrize(
    ("portal", "endpoint", "is_usable"),
    [
        ("https://portal.example", "https://login.example/token", True),
        ("https://portal.example", "http://portal.example/token", False),
        ("https://portal.example", "HTTPS://login.example:8443/t?a=%2F", True),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/token", True),
        ("http://127.0.0.1:1", "https://login.example/token", True),
        ("http://127.0.0.1:1", "file:///etc/passwd", False),
    ],
)
def test_the_secret_goes_only_where_nobody_listens(portal, endpoint, is_usable):
    assert (Portal(portal).outside(endpoint) is not None) is is_usable


@pytest.mark.parametrize("call", ["token", "discovery"])
@pytest.mark.parametrize("wait", [None, 7200])
async def test_a_rate_limit_on_tokens_is_waited_for_if_somebody_sees_it(
    odc_bench, odc, in_testing, mishaps, watched, call, wait
):
    mishaps("answer", call=call, status=429, retry_after=wait, times=7)
    cloud = odc_bench.gateway(odc.url, attempts=1)
    assert (await cloud.describe(in_testing, watched)).build
    assert (watched.waited, watched.went_on) == ([0] * 7, 7)
    assert sum(odc_bench.clock.waits) >= 7 * (wait or 60)


async def test_all_who_wait_for_a_token_share_the_next_one(cloud, odc, in_testing, mishaps):
    await cloud.clock_ahead()
    odc.expire_tokens()
    mishaps("answer", call="token", status=429)
    watchers = [Watched() for _ in range(20)]
    await asyncio.gather(*(cloud.describe(in_testing, each) for each in watchers))
    assert [0] in [each.waited for each in watchers]
    assert all(each.went_on == len(each.waited) <= 1 for each in watchers)
    assert odc.calls.token_requests == 3
    assert odc.calls.tokens_given == 2


async def test_a_rate_limit_on_tokens_that_nobody_sees_is_an_error_at_once(
    odc_bench, cloud, odc, mishaps
):
    mishaps("answer", call="token", status=429)
    for said in ("too busy to give an access token", "its rate limit is used up"):
        with pytest.raises(PlatformBusy, match=said) as failed:
            await cloud.clock_ahead()
        assert 59 < failed.value.retry_after < 61
    assert odc_bench.clock.waits == []
    await odc_bench.clock.sleep(failed.value.retry_after)
    await cloud.clock_ahead()
    assert odc.calls.tokens_given == 1


async def test_the_secret_goes_in_a_form_and_no_header(odc_bench, identity):
    identity.may_answer.set()
    await odc_bench.gateway(identity.url).clock_ahead()
    assert identity.form == {
        "grant_type": "client_credentials",
        "client_id": "3f0c6a55-client",
        "client_secret": CLIENT_SECRET,
    }
    assert identity.token_headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in identity.token_headers


@pytest.mark.parametrize("body", ["Sent: ECHO", '{"detail": "ECHO"}', "<title>ECHO</title>"])
async def test_a_token_that_is_echoed_is_not_shown(odc_bench, identity, body):
    identity.may_answer.set()
    identity.environments = web.Response(text=body, status=422)
    with pytest.raises(PlatformError) as failed:
        await odc_bench.gateway(identity.url).clock_ahead()
    assert "the-token-1" not in failed.value.message
    assert "[secret]" in failed.value.message


@pytest.mark.parametrize(
    "body", [CLIENT_SECRET, "client_secret=the-secret%2Bnobody%2Fmay%3Dsee&x", f'"{CLIENT_SECRET}"']
)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_a_secret_that_is_echoed_is_not_shown(odc_bench, identity, body, status):
    identity.may_answer.set()
    identity.token = web.Response(text=body, status=status)
    with pytest.raises(PlatformError) as failed:
        await odc_bench.gateway(identity.url, attempts=1).clock_ahead()
    assert "nobody" not in failed.value.message


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "the-token-1", "expires_in": 60',
        '{"access_token": {"is": "the-token-1"}}',
        '{"access_token": null, "id_token": "the-token-1"}',
        '{"access_token": "the-token-1 and more"}',
        '{"access_token": "the-token-1\\r\\nX: y"}',
        '{"access_token": "the-token-1é"}',
        '{"access_token": ""}',
    ],
)
async def test_a_token_that_cannot_be_used_is_not_shown(odc_bench, identity, body):
    identity.may_answer.set()
    identity.token = web.Response(text=body)
    with pytest.raises(PlatformBroken, match="that can be used") as failed:
        await odc_bench.gateway(identity.url, attempts=1).clock_ahead()
    assert "the-token-1" not in repr(failed.value)
    assert not identity.authorizations


async def test_what_is_no_portal_is_told_in_words(odc_bench, wire):
    wire.answers = [answer(b"<title>Not Found</title>", "404 Not Found", Content_Type="text/html")]
    with pytest.raises(PlatformError, match="portal's URL may be wrong"):
        await odc_bench.gateway(wire.url).catalogue()


def test_no_repr_shows_the_secret_or_a_token(odc_bench):
    cloud = odc_bench.gateway("https://portal.example")
    assert "nobody" not in repr(vars(cloud))
