"""How a package travels: whole, or cut off so that nobody can take it for whole."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.errors import PlatformUnreachable

MIDDLE = 6  # pieces: four go out and two are held back, without the client reading any


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_whole_package_arrives_as_it_was_with_its_headers(
    serve, big_source, http, says_length
):
    big_source.says_length = says_length
    served = await serve(big_source)
    body = b"".join(big_source.pieces)
    async with http.get(served.url, headers={"Range": "bytes=5-9"}) as response:
        assert await response.read() == body
        headers = response.headers
        assert response.status == 200
    assert headers["Content-Type"] == "application/zip"
    assert headers["Content-Disposition"] == (
        'attachment; filename="EmployeeBackoffice-Testing-1.4.0.zip"; '
        "filename*=UTF-8''EmployeeBackoffice-Testing-1.4.0.zip"
    )
    assert headers.get("Content-Length") == (str(len(body)) if says_length else None)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert headers["Server"] == "sast-source"
    await served.audit.until("download.finished")
    assert served.outcomes == [("finished", len(body))]


async def test_a_whole_download_tells_the_size_to_whoever_asks_next(serve, big_source, http):
    served = await serve(big_source)
    async with http.head(served.url) as before:
        assert "Content-Length" not in before.headers
    async with http.get(served.url) as response:
        body = await response.read()
    await served.audit.until("download.finished")
    await served.downloads.abort_all()  # its bookkeeping has ended
    async with http.head(served.url) as after:
        assert after.headers["Content-Length"] == str(len(body))


async def test_each_use_is_audited_with_its_recipient_and_never_with_its_token(
    serve, big_source, http
):
    served = await serve(big_source)
    async with http.get(served.url) as response:
        size = len(await response.read())
    await served.audit.until("download.finished")
    name = "EmployeeBackoffice-Testing-1.4.0.zip"
    assert served.audit.lines == [
        ("U0ANA", "download.started", served.link.id, name),
        ("U0ANA", "download.finished", served.link.id, f"{name}, {size} bytes, finished"),
    ]
    assert served.token not in repr(served.audit.lines)


async def test_a_connection_serves_one_package_after_the_other(serve, big_source):
    served = await serve(big_source)
    body = b"".join(big_source.pieces)
    client = await served.raw()
    for _ in range(2):
        head = await client.read_past(b"\r\n\r\n")
        assert b"chunked" in head
        assert await dechunked(client) == body
        await client.send(f"GET {served.path} HTTP/1.1\r\nHost: bot.example\r\n\r\n".encode())
    client.close()


async def dechunked(client):
    body = bytearray()
    while size := int((await client.read_past(b"\r\n")).strip(), 16):
        body += await client.read_exactly(size)
        await client.read_exactly(2)
    await client.read_exactly(2)
    return bytes(body)


def cut_in_the_middle(source):
    source.pieces = source.pieces[: len(source.pieces) // 2]


def cut_after_the_inner_zip(source):
    body = b"".join(source.pieces)
    at = body.index(b"PK\x05\x06") + 22
    assert at < len(body)
    source.pieces = [*source.pieces[: at // 65536], body[at // 65536 * 65536 : at]]


def cut_of_the_last_byte(source):
    source.pieces = [*source.pieces[:-1], source.pieces[-1][:-1]]


def failure_in_the_middle(source):
    cut_in_the_middle(source)
    source.error_after = PlatformUnreachable()


def failure_after_the_end(source):
    source.error_after = PlatformUnreachable()


def more_than_announced(source):
    source.length = sum(map(len, source.pieces))
    source.pieces = [*source.pieces, bytes(65536)]


FAULTS = [
    cut_in_the_middle,
    cut_after_the_inner_zip,
    cut_of_the_last_byte,
    failure_in_the_middle,
    failure_after_the_end,
    more_than_announced,
]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_body_that_ends_early_never_looks_whole(
    serve, big_source, fault, says_length, version
):
    whole = b"".join(big_source.pieces)
    if says_length:
        big_source.length = len(whole)
    fault(big_source)
    served = await serve(big_source)
    client = await served.raw(version=version)
    received, was_reset = await client.read_all()
    client.close()
    head, _, body = received.partition(b"\r\n\r\n")
    assert was_reset
    assert head.startswith(b"HTTP/1.")
    assert b" 200 OK" in head
    assert not received.endswith(b"0\r\n\r\n")
    assert len(body) < len(whole) - 60_000
    line = await served.audit.until("download.aborted")
    assert line[3].endswith(", cut")
    assert [outcome for outcome, _ in served.outcomes] == ["cut"]
    assert served.downloads.running == 0


@pytest.mark.parametrize("says_length", [True, False])
async def test_clients_notice_the_cut_by_themselves(serve, big_source, http, says_length):
    big_source.says_length = says_length
    big_source.length = sum(map(len, big_source.pieces)) if says_length else None
    cut_of_the_last_byte(big_source)
    served = await serve(big_source)
    async with http.get(served.url) as response:
        with pytest.raises(aiohttp.ClientError):
            await response.read()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_an_error_nobody_foresaw_cuts_the_connection_too(serve, big_source, version):
    cut_in_the_middle(big_source)
    big_source.error_after = ZeroDivisionError()
    served = await serve(big_source)
    client = await served.raw(version=version)
    with capture_logs() as logged:
        received, was_reset = await client.read_all()
    client.close()
    assert was_reset
    assert not received.endswith(b"0\r\n\r\n")
    [broke] = logged
    assert isinstance(broke["exc_info"], ZeroDivisionError)
    assert served.token not in str(logged)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_shutdown_cuts_running_downloads_and_accounts_for_them(serve, big_source, version):
    big_source.hold_at = MIDDLE
    served = await serve(big_source)
    client = await served.raw(version=version)
    await big_source.reached.wait()
    async with asyncio.timeout(5):
        await served.server.stop()
    received, was_reset = await client.read_all()
    client.close()
    assert was_reset
    assert received.startswith(b"HTTP/1.1 200 OK\r\n" if version == "1.1" else b"HTTP/1.0 200")
    assert not received.endswith(b"0\r\n\r\n")
    assert served.audit.lines[-1][1] == "download.aborted"
    assert served.audit.lines[-1][3].endswith(", stopped")
    assert big_source.closed.is_set()


async def test_who_waits_for_the_first_byte_at_shutdown_is_told(serve, big_source, http):
    big_source.hold_at = 0
    served = await serve(big_source)
    asking = asyncio.create_task(http.get(served.url))
    await big_source.reached.wait()
    await served.downloads.abort_all()
    async with await asking as response:
        assert response.status == 503
        assert "restarted" in await response.text()
    async with http.get(served.url) as response:
        assert response.status == 503


async def test_a_client_that_leaves_ends_the_request_at_the_platform(serve, big_source):
    big_source.hold_at = MIDDLE
    served = await serve(big_source)
    client = await served.raw()
    await big_source.reached.wait()
    await client.read_past(b"\r\n\r\n")
    client.close()
    await big_source.closed.wait()
    line = await served.audit.until("download.aborted")
    assert line[3].endswith(", left")
    assert served.downloads.running == 0


async def test_a_client_that_leaves_before_the_first_byte_frees_its_place(serve, big_source):
    big_source.hold_at = 0
    served = await serve(big_source, at_once=1)
    client = await served.raw()
    await big_source.reached.wait()
    client.close()
    await big_source.closed.wait()
    await served.audit.until("download.aborted")
    assert served.downloads.running == 0


async def test_a_platform_that_stops_sending_is_cut_off_after_the_limit(serve, big_source, clock):
    big_source.hold_at = MIDDLE
    served = await serve(big_source, stall_seconds=60)
    client = await served.raw()
    await big_source.reached.wait()
    head = await client.read_past(b"\r\n\r\n")
    assert b" 200 OK" in head
    await client.read_exactly((MIDDLE - 2) * 65536)
    for _ in range(8):
        await clock.advance(15)
    _, was_reset = await client.read_all()
    client.close()
    assert was_reset
    line = await served.audit.until("download.aborted")
    assert line[3].endswith(", stalled")
    assert served.downloads.running == 0


async def test_a_platform_that_never_begins_is_a_504_after_the_limit(
    serve, big_source, http, clock
):
    big_source.hold_at = 0
    served = await serve(big_source, stall_seconds=60)
    asking = asyncio.create_task(http.get(served.url))
    await big_source.reached.wait()
    await clock.advance(60)
    async with await asking as response:
        assert response.status == 504
        assert "does not answer" in await response.text()
    assert served.downloads.running == 0
