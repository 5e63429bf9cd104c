"""Pre-signed URLs of the sandbox ODC: how they tell their end, and what the storage host says."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from aiohttp import ClientPayloadError


def told_end(url):
    """Read from the URL alone when it ends."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    if "X-Amz-Date" in query:
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed + timedelta(seconds=int(query["X-Amz-Expires"]))
    if "se" in query:
        return datetime.fromisoformat(query["se"])
    return datetime.fromtimestamp(int(query["Expires"]), UTC)


def error_in(body):
    """Read S3's error: its code and message."""
    root = ET.fromstring(body)  # noqa: S314 - written by the sandbox
    assert root.tag == "Error"
    return root.findtext("Code"), root.findtext("Message")


async def test_a_link_is_on_a_host_of_its_own_and_new_at_each_look(sandbox, client):
    await client.finished()
    first, second = [await client.uri() for _ in range(2)]
    assert first != second
    hosts = {urlsplit(url).netloc for url in (first, sandbox.url, sandbox.identity_url)}
    assert len(hosts) == 3
    assert [(await client.fetched(url))[0] for url in (first, second)] == [200, 200]


async def test_a_package_comes_as_from_s3(client):
    async with client.fetch(await client.linked()) as response:
        body = await response.read()
        assert response.status == 200
        assert response.content_type == "application/zip"
        assert response.content_length == len(body)
        disposition = response.content_disposition
    assert (disposition.type, disposition.filename) == ("attachment", "generated-code.zip")
    assert ZipFile(io.BytesIO(body)).testzip() is None


@pytest.mark.parametrize("style", ["aws", "azure", "expires"])
async def test_a_link_says_when_it_ends_and_ends_then(sandbox, client, style):
    sandbox.knobs.link_style = style
    url = await client.linked()
    lives = told_end(url) - sandbox.clock.now()
    assert 3599 <= lives.total_seconds() <= 3600
    sandbox.clock.step(3598)
    assert (await client.fetched(url))[0] == 200
    sandbox.clock.step(2)
    async with client.fetch(url) as response:
        assert (response.status, response.content_type) == (403, "application/xml")
        assert error_in(await response.text()) == ("AccessDenied", "Request has expired")


async def test_a_link_may_say_nothing_of_its_end(sandbox, client):
    sandbox.knobs.link_style = "none"
    sandbox.knobs.link_seconds = 10
    url = await client.linked()
    assert set(parse_qs(urlsplit(url).query)) == {"signature"}
    assert (await client.fetched(url))[0] == 200
    sandbox.clock.step(10)
    assert (await client.fetched(url))[0] == 403


@pytest.mark.parametrize("style", ["aws", "azure", "expires", "none"])
async def test_whoever_brings_a_token_is_refused_and_remembered(sandbox, client, style):
    sandbox.knobs.link_style = style
    url = await client.linked()
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.fetch(url, headers=headers) as response:
        assert response.status == 400
        code, message = error_in(await response.text())
    assert code == "InvalidArgument"
    assert message.startswith("Only one auth mechanism allowed")
    assert sandbox.calls.tokens_sent_to_storage == 1
    assert (await client.fetched(url))[0] == 200
    assert sandbox.calls.tokens_sent_to_storage == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("X-Amz-Expires=3600", "X-Amz-Expires=9999"),
        lambda url: url.replace("/generated-code.zip", "/other.zip"),
        lambda url: url + "0",
        lambda url: url.partition("?")[0],
    ],
)
async def test_what_was_not_signed_so_is_refused(client, spoil):
    status, body = await client.fetched(spoil(await client.linked()))
    assert status == 403
    assert error_in(body)[0] in {"SignatureDoesNotMatch", "AccessDenied"}


async def test_a_link_is_good_for_get_only(client):
    url = await client.linked()
    async with client.session.head(url) as response:
        assert response.status == 403


async def test_a_link_can_be_short_lived_or_over_when_it_is_given_and_says_so(sandbox, client):
    await client.finished()
    client.fault("short_link", seconds=5)
    url = await client.uri()
    assert 4 <= (told_end(url) - sandbox.clock.now()).total_seconds() <= 5
    assert (await client.fetched(url))[0] == 200
    sandbox.clock.step(5)
    assert (await client.fetched(url))[0] == 403
    client.fault("short_link", seconds=-60)
    url = await client.uri()
    assert told_end(url) < sandbox.clock.now()
    assert (await client.fetched(url))[0] == 403


async def test_a_link_can_be_dead_although_it_says_it_lives(sandbox, client):
    await client.finished()
    client.fault("dead_link")
    dead, good = [await client.uri() for _ in range(2)]
    assert told_end(dead) > sandbox.clock.now()
    status, body = await client.fetched(dead)
    assert (status, error_in(body)) == (403, ("AccessDenied", "Request has expired"))
    assert (await client.fetched(good))[0] == 200


async def test_odcs_clock_can_be_ahead_of_ours(sandbox, client):
    sandbox.knobs.clock_ahead = 300
    url = await client.linked()
    assert 3899 <= (told_end(url) - sandbox.clock.now()).total_seconds() <= 3900
    sandbox.clock.step(3598)
    assert (await client.fetched(url))[0] == 200


# The package on its way


@pytest.mark.parametrize("status", [200, 403, 503])
async def test_s3s_xml_can_come_instead_of_a_package_with_any_status(client, status):
    url = await client.linked()
    client.fault("xml_error", status=status, value="SlowDown", text="Please reduce your rate.")
    answered, body = await client.fetched(url)
    assert (answered, error_in(body)) == (status, ("SlowDown", "Please reduce your rate."))
    assert (await client.fetched(url))[0] == 200


@pytest.mark.parametrize("kind", ["html", "empty_body"])
async def test_a_page_or_nothing_can_come_instead_of_a_package(client, kind):
    url = await client.linked()
    client.fault(kind, call="download")
    status, body = await client.fetched(url)
    assert status == 200
    assert not body.startswith(b"PK")
    assert (await client.fetched(url))[1].startswith(b"PK")


async def test_a_package_can_be_called_what_it_is_not(client):
    url = await client.linked()
    client.fault("wrong_type", text="text/plain")
    async with client.fetch(url) as response:
        assert response.content_type == "text/plain"
        assert (await response.read()).startswith(b"PK")


async def test_a_package_can_come_without_its_length(client):
    url = await client.linked()
    client.fault("chunked")
    async with client.fetch(url) as response:
        assert response.content_length is None
        assert ZipFile(io.BytesIO(await response.read())).testzip() is None


@pytest.mark.parametrize("kind", ["cut", "drop_after"])
async def test_a_download_can_be_cut_so_that_the_client_notices(sandbox, client, kind):
    sandbox.knobs.package_bytes = 2_000_000
    url = await client.linked()
    client.fault(kind, call="download", share=0.25)
    async with client.fetch(url) as response:
        assert len(await response.content.readexactly(500_000)) == 500_000
        with pytest.raises(ClientPayloadError):
            await response.content.read()
    assert sandbox.calls[-1].dropped


async def test_a_download_can_end_early_and_look_whole(sandbox, client):
    sandbox.knobs.package_bytes = 2_000_000
    url = await client.linked()
    client.fault("ends_early")
    status, body = await client.fetched(url)
    assert (status, len(body)) == (200, 1_000_000)


async def test_a_download_is_paced_in_bytes_per_second_of_the_clock(sandbox, client):
    sandbox.knobs.package_bytes = 4_000_000
    sandbox.knobs.pace_bytes_per_second = 1_000_000
    status, body = await client.fetched(await client.linked())
    assert (status, len(body)) == (200, 4_000_000)
    assert sandbox.clock.slept == pytest.approx(4.0, abs=0.3)
