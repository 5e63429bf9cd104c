"""A package arrives whole or not at all, in whatever form and through whatever link."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import io
import json
import random
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import (
    PackageDamaged,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)
from bot.platforms.base64_json import Base64Content
from tests.platforms.bench import ASKED_AT, EMPLOYEE_BACKOFFICE, TOKEN
from tests.platforms.wire_server import answer

PIECE = 64 * 1024
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def some_zip(size: int = 300_000) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Module.v1.zip", random.Random(7).randbytes(size))
    return file.getvalue()


@pytest.fixture
async def package(platform, target):
    return (await platform.start_packaging(target)).package


async def taken(platform, target, package) -> bytes:
    """Download, and hold every piece to what the port promises."""
    async with platform.open_package(target, package) as body:
        pieces = [piece async for piece in body]
    assert all(0 < len(piece) <= PIECE for piece in pieces)
    whole = b"".join(pieces)
    assert body.length in {None, len(whole)}
    return whole


@pytest.mark.parametrize("size", [30_000, 3_000_000])
@pytest.mark.parametrize("kind", [None, "chunked", "base64_json"])
async def test_every_form_of_a_package_gives_the_same_zip(
    platform, lifetime, target, package, *, faults, kind, size
):
    lifetime.knobs.package_bytes = size
    plain = await taken(platform, target, package)
    if kind is not None:
        faults(kind)
    again = await taken(platform, target, package)
    assert hashlib.sha256(again).digest() == hashlib.sha256(plain).digest()
    assert len(again) == size
    assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None


async def test_the_length_is_told_where_it_is_known(platform, target, package, faults):
    async with platform.open_package(target, package) as body:
        assert body.length is not None
    faults("chunked")
    async with platform.open_package(target, package) as body:
        assert body.length is None


async def test_each_download_asks_for_a_link_of_its_own(platform, lifetime, target, package):
    for _ in range(3):
        await taken(platform, target, package)
    assert len(lifetime.calls.named("link")) == 3


@pytest.mark.parametrize("status", [401, 403])
async def test_the_token_goes_bare_where_bearer_is_refused(
    platform, lifetime, target, package, faults, status
):
    faults("refuse_bearer", status=status, times=None)
    assert await taken(platform, target, package)
    assert [call.authorization for call in lifetime.calls.named("download")] == ["bearer", "bare"]
    assert len(lifetime.calls.named("link")) == 1


@pytest.mark.parametrize("origin", ["https://10.0.0.1:9443", "http://internal-lt.example"])
async def test_a_link_to_another_host_is_followed_on_the_configured_one(
    platform, lifetime, target, package, faults, origin
):
    faults("foreign_host", text=origin, times=None)
    link = await platform.platform_link(target, package)
    base = f"{lifetime.url}/lifetimeapi/rest/v2/downloads/"
    assert link.url.get_secret_value().startswith(base)
    assert await taken(platform, target, package)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
async def test_a_link_that_died_before_use_is_asked_for_anew_once(
    platform, lifetime, target, package, faults, code
):
    lifetime.knobs.dead_link_code = code
    faults("dead_link")
    assert await taken(platform, target, package)
    assert len(lifetime.calls.named("link")) == 2


@pytest.mark.parametrize(
    ("code", "kind"),
    [(400, PlatformRejected), (403, PlatformRefused), (404, PlatformNotFound)],
)
async def test_links_that_stay_dead_are_an_error(
    platform, lifetime, target, package, *, faults, code, kind
):
    lifetime.knobs.dead_link_code = code
    faults("dead_link", times=None)
    with pytest.raises(kind):
        await taken(platform, target, package)
    assert len(lifetime.calls.named("link")) == 2


async def test_a_package_that_is_gone_is_not_found(platform, lifetime, target, faults):
    faults("kept", seconds=0.0)
    package = (await platform.start_packaging(target)).package
    with pytest.raises(PlatformNotFound):
        await taken(platform, target, package)
    assert len(lifetime.calls.named("download")) == 0


@pytest.mark.parametrize(
    ("kind", "said"), [("html", "LifeTime - Login"), ("empty_body", "an empty answer")]
)
async def test_what_is_no_package_once_is_asked_for_again_and_then_described(
    platform, target, package, faults, kind, said
):
    faults(kind, call="download")
    assert await taken(platform, target, package)
    faults(kind, call="download", times=None)
    with pytest.raises(PackageDamaged, match=said):
        await taken(platform, target, package)


async def test_an_error_that_is_sent_as_a_success_is_told(platform, target, package, faults):
    faults("answer", call="download", status=500, text="It has 187 Mb.", times=None)
    faults("code", call="download", status=200, times=None)
    with pytest.raises(PlatformError, match=r"It has 187 Mb\."):
        await taken(platform, target, package)


@pytest.mark.parametrize("kind", ["hang", "drop_before"])
async def test_a_download_that_does_not_begin_at_first_is_tried_again(
    bench, lifetime, target, package, faults, kind
):
    faults(kind, call="download")
    platform = bench.gateway(lifetime.url, timeout_seconds=0.3)
    assert await taken(platform, target, package)


async def test_a_cut_connection_never_looks_like_the_end(
    bench, platform, lifetime, target, package, faults
):
    lifetime.knobs.package_bytes = 2_000_000
    faults("cut")
    received = bytearray()

    async def receive(body):
        async for piece in body:
            received.extend(piece)

    async with platform.open_package(target, package) as body:
        with pytest.raises(PackageDamaged, match="broke off after"):
            await receive(body)
    assert 0 < len(received) < 2_000_000
    assert bench.observed.count("download", "damaged") == 1


@pytest.mark.parametrize("form", ["chunked", "base64_json"])
async def test_a_cut_connection_is_noticed_in_every_form(
    platform, lifetime, target, package, faults, form
):
    lifetime.knobs.package_bytes = 500_000
    faults(form, "cut")
    with pytest.raises(PackageDamaged):
        await taken(platform, target, package)


async def test_base64_that_ends_early_never_looks_whole(
    platform, lifetime, target, package, faults
):
    lifetime.knobs.package_bytes = 500_000
    faults("base64_json", "ends_early")
    with pytest.raises(PackageDamaged, match="ends before its end"):
        await taken(platform, target, package)


async def test_a_download_that_stalls_is_given_up(bench, wire, target):
    body = some_zip()

    async def stall(reader, writer):
        writer.write(answer(body)[: len(body) // 2])
        await writer.drain()
        await reader.read()

    link = json.dumps({"url": f"{wire.url}/d/k"}).encode()
    wire.answers = [answer(link), stall]
    platform = bench.gateway(wire.url, timeout_seconds=0.3)
    with pytest.raises(PlatformUnreachable, match=r"did not answer within 0\.3 s"):
        await taken(platform, target, "key")


async def test_a_slow_reader_holds_little_and_is_not_taken_for_a_stall(
    bench, lifetime, target, package
):
    size = 8_000_000
    lifetime.knobs.package_bytes = size
    platform = bench.gateway(lifetime.url, timeout_seconds=0.5)
    loop = asyncio.get_running_loop()
    async with platform.open_package(target, package) as body:
        pieces = aiter(body)
        received = len(await anext(pieces))
        paused = loop.create_future()
        loop.call_later(0.8, paused.set_result, None)
        await paused  # longer than the time-out; the buffers fill, and reading stops
        stream = body._stream  # noqa: SLF001 - what is held is a promise, and seen nowhere else
        assert stream._content._size <= 512 * 1024  # noqa: SLF001 - likewise
        async for piece in pieces:
            received += len(piece)
    assert received == size


async def test_a_reader_that_leaves_early_lets_go_of_the_connection(
    bench, platform, lifetime, target, package
):
    lifetime.knobs.package_bytes = 8_000_000
    async with platform.open_package(target, package) as body:
        async for _ in body:
            break
    await bench.session.close()  # would wait for, or warn of, what is still open
    assert lifetime.calls.downloads_peak == 1


async def test_downloads_do_not_keep_others_from_asking(bench, lifetime, target, package):
    lifetime.knobs.package_bytes = 8_000_000
    platform = bench.gateway(lifetime.url, requests_at_once=1)
    async with platform.open_package(target, package), asyncio.timeout(5):
        assert await platform.packaging_report(target, package, asked_at=ASKED_AT)


async def test_a_body_in_an_encoding_has_no_known_length(bench, wire, target):
    link = json.dumps({"url": f"{wire.url}/d/k"}).encode()
    zipped = some_zip()
    wire.answers = [answer(link), answer(gzip.compress(zipped), Content_Encoding="gzip")]
    platform = bench.gateway(wire.url)
    async with platform.open_package(target, "key") as body:
        assert body.length is None
        assert b"".join([piece async for piece in body]) == zipped


async def test_an_empty_zip_is_a_zip(bench, wire, target):
    link = json.dumps({"url": f"{wire.url}/d/k"}).encode()
    wire.answers = [answer(link), answer(EMPTY_ZIP)]
    assert await taken(bench.gateway(wire.url), target, "key") == EMPTY_ZIP


@pytest.mark.parametrize("url", ["", None, "http://[", "https://elsewhere.example/", "/.."])
async def test_a_link_that_names_nothing_cannot_be_used(bench, wire, target, url):
    wire.answers = [answer(json.dumps({"url": url}).encode())]
    with pytest.raises(PlatformError, match="cannot be used"):
        await bench.gateway(wire.url, attempts=1).platform_link(target, "key")


@pytest.mark.parametrize(
    "url", ["https://evil.example/{0}", "//evil.example/{0}", "http://{0}@e/k"]
)
async def test_the_token_is_shown_to_the_configured_host_only(bench, wire, target, url):
    link = json.dumps({"url": url.format("downloads")}).encode()
    wire.answers = [answer(link), answer(some_zip())]
    await taken(bench.gateway(wire.url), target, "key")
    assert all(TOKEN.encode() in request for request in wire.requests)
    assert len(wire.requests) == 2


def fed(text: bytes, size: int) -> bytes:
    content = Base64Content.within(text[:60], "Acme")
    assert content is not None
    decoded = content.feed(b"")
    for start in range(60, len(text), size):
        if not content.is_complete:
            decoded += content.feed(text[start : start + size])
    if not content.is_complete:
        content.end()
    return decoded


@settings(max_examples=200, deadline=None)
@given(
    content=st.binary(min_size=60, max_size=400),
    size=st.integers(min_value=1, max_value=50),
    writer=st.sampled_from(["plain", "escaped", "lines", "dotnet"]),
    before=st.sampled_from(["", '"Status": "Done", ']),
)
def test_base64_is_decoded_however_it_is_written_and_cut(content, size, writer, before):
    text = base64.b64encode(content).decode()
    if writer == "lines":
        text = "\\r\\n".join(text[n : n + 76] for n in range(0, len(text), 76))
    text = text.replace("/", "\\/") if writer == "escaped" else text
    text = text.replace("+", "\\u002B").replace("/", "\\u002f") if writer == "dotnet" else text
    body = f'{{ {before}"fileContents" : "{text}" , "More": 1}}'.encode()
    assert fed(body, size) == content


@settings(max_examples=200, deadline=None)
@given(text=st.binary(max_size=200), size=st.integers(min_value=1, max_value=50))
def test_base64_that_is_none_is_a_damaged_package(text, size):
    begin = b'{"fileContents":"' + base64.b64encode(bytes(60))
    with suppress(PackageDamaged):
        assert fed(begin + text, size).startswith(bytes(60))


async def test_one_application_is_downloaded_at_a_time_for_each_who_asks(
    platform, lifetime, target, package
):
    lifetime.knobs.package_bytes = 200_000
    several = await asyncio.gather(*(taken(platform, target, package) for _ in range(5)))
    assert len(set(several)) == 1
    assert target.application == EMPLOYEE_BACKOFFICE
