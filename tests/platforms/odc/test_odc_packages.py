"""A link lets in whoever holds it: no token goes along, and a dead one is asked for anew once."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from bot.errors import (
    PackageDamaged,
    PlatformBroken,
    PlatformError,
    PlatformNotFound,
    PlatformRejected,
    PlatformUnreachable,
)
from tests.platforms.odc_bench import EMPLOYEE_BACKOFFICE_BUILD, opening, taken
from tests.platforms.wire_server import answer

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@pytest.fixture
async def package(cloud, in_testing):
    return (await cloud.start_packaging(in_testing)).package


@pytest.mark.parametrize("kind", [None, "chunked"])
async def test_a_package_arrives_whole(cloud, odc, in_testing, package, mishaps, kind):
    odc.knobs.package_bytes = 300_000
    if kind is not None:
        mishaps(kind)
    whole = await taken(cloud, in_testing, package)
    assert len(whole) == 300_000
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
    again = await taken(cloud, in_testing, package)
    assert hashlib.sha256(again).digest() == hashlib.sha256(whole).digest()
    assert odc.calls.tokens_sent_to_storage == 0


async def test_a_link_lets_in_whoever_holds_it(cloud, odc_bench, in_testing, package):
    link = await cloud.platform_link(in_testing, package)
    assert link.is_presigned
    assert "X-Amz" not in repr(link)
    async with odc_bench.session.get(link.url.get_secret_value()) as response:
        assert (await response.read()).startswith(b"PK")


@pytest.mark.parametrize("style", ["aws", "azure", "expires"])
async def test_a_link_ends_when_its_address_says(cloud, odc, odc_bench, in_testing, package, style):
    odc.knobs.link_style = style
    odc.knobs.link_seconds = 900
    link = await cloud.platform_link(in_testing, package)
    ahead = link.expires_at - odc_bench.clock.now()
    assert timedelta(seconds=898) < ahead <= timedelta(seconds=900)


async def test_a_link_need_not_say_when_it_ends(cloud, odc, in_testing, package):
    odc.knobs.link_style = "none"
    assert (await cloud.platform_link(in_testing, package)).expires_at is None


@pytest.mark.parametrize("ahead", [-7200, 7200])
async def test_a_wrong_clock_of_the_platform_is_taken_out(odc_bench, odc, in_testing, ahead):
    odc.knobs.clock_ahead = ahead
    odc.knobs.link_seconds = 900
    odc.knobs.token_seconds = 40_000
    cloud = odc_bench.gateway(odc.url)
    package = (await cloud.start_packaging(in_testing)).package
    link = await cloud.platform_link(in_testing, package)
    left = link.expires_at - odc_bench.clock.now()
    assert abs(left - timedelta(seconds=900)) < timedelta(seconds=3)
    assert abs((await cloud.clock_ahead()).total_seconds() - ahead) < 3


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "dead_link"},
        {"kind": "xml_error", "status": 400},
        {"kind": "xml_error", "status": 404},
        {"kind": "html", "call": "download"},
        {"kind": "empty_body", "call": "download"},
    ],
)
async def test_a_link_that_fails_is_asked_for_anew_once(
    cloud, odc, in_testing, package, mishaps, fault
):
    asked = len(odc.calls.named("status"))
    mishaps(fault.pop("kind"), **fault)
    assert await taken(cloud, in_testing, package)
    assert len(odc.calls.named("download")) == 2
    assert len(odc.calls.named("status")) == asked + 2


@pytest.mark.parametrize("seconds", [0, -1, -7200])
async def test_a_link_that_has_ended_already_is_asked_for_anew_once(
    cloud, odc, in_testing, package, mishaps, seconds
):
    asked = len(odc.calls.named("status"))
    mishaps("short_link", seconds=seconds)
    assert await taken(cloud, in_testing, package)
    assert len(odc.calls.named("download")) == 1
    mishaps("short_link", seconds=seconds)
    assert await cloud.platform_link(in_testing, package)
    assert len(odc.calls.named("status")) == asked + 4


@pytest.mark.parametrize("style", ["aws", "azure", "expires"])
async def test_a_package_to_which_each_link_has_ended_is_lost(
    cloud, odc, in_testing, package, mishaps, style
):
    odc.knobs.link_style = style
    asked = len(odc.calls.named("status"))
    mishaps("short_link", seconds=-7200, times=4)
    for ask in (cloud.platform_link(in_testing, package), taken(cloud, in_testing, package)):
        with pytest.raises(PlatformNotFound, match="no longer gives a link that works to this pac"):
            await ask
    assert len(odc.calls.named("status")) == asked + 4
    assert not odc.calls.named("download")
    await cloud.start_packaging(in_testing)
    assert odc.calls.packaging_posts == 2
    assert await taken(cloud, in_testing, package)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 410])
async def test_what_the_storage_says_is_told_without_the_link(
    cloud, odc, in_testing, package, mishaps, status
):
    mishaps(
        "xml_error", status=status, value="AccessDenied", text="Request has expired", times=None
    )
    with pytest.raises(PlatformNotFound, match="Request has expired") as failed:
        await taken(cloud, in_testing, package)
    assert "Cloud no longer gives a link that works to this package." in failed.value.message
    for hidden in ("http", "X-Amz", "generated-code.zip", "API client"):
        assert hidden not in failed.value.message
    assert len(odc.calls.named("download")) == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "xml_error", "status": 404, "text": "No such key"}, "No such key"),
        ({"kind": "xml_error", "status": 403, "text": "Expired"}, "Expired"),
        ({"kind": "html", "call": "download", "status": 400}, "502 Bad Gateway"),
        ({"kind": "xml_error", "status": 200, "text": "Gone"}, "Gone"),
    ],
)
async def test_a_package_that_the_storage_does_not_give_is_asked_for_anew(
    cloud, odc, in_testing, package, mishaps, fault, said
):
    mishaps(fault.pop("kind"), times=2, **fault)
    with pytest.raises(PlatformNotFound, match=said):
        await taken(cloud, in_testing, package)
    await cloud.start_packaging(in_testing)
    assert odc.calls.packaging_posts == 2
    assert await taken(cloud, in_testing, package)
    await cloud.start_packaging(in_testing)
    assert odc.calls.packaging_posts == 2


@pytest.mark.parametrize("kind", ["empty_body", "drop_before", "html"])
async def test_a_storage_that_fails_has_lost_nothing(
    odc_bench, odc, in_testing, package, mishaps, kind
):
    cloud = odc_bench.gateway(odc.url, attempts=1)
    mishaps(kind, call="download", times=None)
    with pytest.raises((PackageDamaged, PlatformUnreachable)):
        await taken(cloud, in_testing, package)
    await cloud.start_packaging(in_testing)
    assert odc.calls.packaging_posts == 1


async def test_who_waits_for_a_link_hears_of_the_rate_limit(
    cloud, in_testing, package, mishaps, watched
):
    mishaps("answer", call="status", status=429, times=2)
    assert await cloud.platform_link(in_testing, package, watched)
    assert (watched.waited, watched.went_on) == ([0, 0], 2)


async def test_a_redirect_of_the_storage_is_not_followed(cloud, in_testing, package, mishaps):
    mishaps("redirect", call="download", text="http://elsewhere.example", times=None)
    with pytest.raises(PlatformRejected, match="redirect"):
        await taken(cloud, in_testing, package)


async def test_a_cut_connection_never_looks_like_the_end(cloud, odc, in_testing, package, mishaps):
    odc.knobs.package_bytes = 2_000_000
    mishaps("cut")
    with pytest.raises(PackageDamaged, match="broke off"):
        await taken(cloud, in_testing, package)


async def test_a_package_that_is_gone_is_not_found(cloud, odc, odc_bench, in_testing, mishaps):
    mishaps("kept", seconds=5.0)
    package = (await cloud.start_packaging(in_testing)).package
    await odc_bench.clock.sleep(6)
    for ask in (cloud.platform_link(in_testing, package), taken(cloud, in_testing, package)):
        with pytest.raises(PlatformNotFound, match="no package of build be77b25f"):
            await ask
    assert not odc.calls.named("download")


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ({"status": "Running"}, PlatformRejected, "packaging this build again"),
        ({"status": "NotStarted"}, PlatformNotFound, "no package"),
        ({"status": "Failed", "errors": None}, PlatformNotFound, "no package"),
        ({"status": "TimedOut", "uri": "https://x/y"}, PlatformNotFound, "no package"),
        ({"status": "Finished", "uri": None}, PlatformBroken, "gave no link"),
        ({"status": "Finished", "uri": "/relative"}, PlatformBroken, "cannot be used"),
        ({"status": "Finished", "uri": "ftp://x/y"}, PlatformBroken, "cannot be used"),
        ({"status": "Finished", "uri": "//["}, PlatformBroken, "cannot be used"),
    ],
)
async def test_where_there_is_no_link_it_is_said_why(odc_bench, wire, in_testing, body, kind, said):
    wire.answers = [*opening(wire.url), answer(json.dumps(body).encode())]
    cloud = odc_bench.gateway(wire.url, attempts=1)
    with pytest.raises(kind, match=said):
        await cloud.platform_link(in_testing, EMPLOYEE_BACKOFFICE_BUILD)


async def test_the_address_is_used_as_it_was_signed(odc_bench, wire, in_testing):
    signed = "/a%2Fb%20c/%E2%82%AC.zip?sig=a%2Bb%3D%3D&x=%20+y&Expires=4102444800"
    link = {"status": "Finished", "uri": f" {wire.url}{signed}\n"}
    wire.answers = [
        *opening(wire.url),
        answer(json.dumps(link).encode()),
        answer(EMPTY_ZIP),
    ]
    cloud = odc_bench.gateway(wire.url)
    assert await taken(cloud, in_testing, EMPLOYEE_BACKOFFICE_BUILD) == EMPTY_ZIP
    head = wire.requests[-1].decode()
    assert head.startswith(f"GET {signed} HTTP/1.1")
    assert "authorization" not in head.lower()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_storage_that_is_busy_holds_up_no_api(
    odc_bench, cloud, in_testing, package, mishaps, status
):
    mishaps("answer", call="download", status=status, retry_after=3600, times=None)
    with pytest.raises(PlatformError):
        await taken(cloud, in_testing, package)
    began = odc_bench.clock.now()
    await cloud.clock_ahead()
    assert odc_bench.clock.now() == began


async def test_a_package_that_is_lost_has_no_link_until_it_is_asked_for_anew(
    cloud, in_testing, package, mishaps
):
    mishaps("xml_error", status=404, text="No such key", times=2)
    with pytest.raises(PlatformNotFound):
        await taken(cloud, in_testing, package)
    with pytest.raises(PlatformNotFound, match="has no package of build"):
        await cloud.platform_link(in_testing, package)
    await cloud.start_packaging(in_testing)
    assert await cloud.platform_link(in_testing, package)


async def test_a_finished_package_whose_link_has_ended_is_asked_for_anew(
    odc_bench, odc, in_testing, package, mishaps
):
    mishaps("short_link", seconds=-7200)
    cloud = odc_bench.gateway(odc.url)  # which knows nothing of what was before
    await cloud.start_packaging(in_testing)
    assert odc.calls.packaging_posts == 2
    assert await taken(cloud, in_testing, package)


async def test_what_is_gone_is_told_as_the_platform_tells_it(cloud, in_testing, mishaps):
    mishaps("kept", seconds=0)
    package = (await cloud.start_packaging(in_testing)).package
    with pytest.raises(PlatformNotFound, match="trace id") as failed:
        await cloud.platform_link(in_testing, package)
    assert failed.value.trace_id in failed.value.message
    assert failed.value.trace_id
