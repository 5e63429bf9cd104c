"""What is answered to whom, before and without any byte of a package."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.errors import (
    PackageDamaged,
    PlatformBroken,
    PlatformBusy,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)

ROBOTS = [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp/2.23.20.0 A",
    "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "TelegramBot (like TwitterBot)",
    "Mattermost-Bot/1.1",
]
PEOPLE = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Slack_SSB/4.40 Chrome/128 Electron/32",
    "Mozilla/5.0 (Linux; Android 12; CUBOT X50) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32",
]


@pytest.fixture
async def http():
    async with ClientSession() as session:
        yield session


async def answer(served, path, method="GET"):
    client = await served.raw(path=path, method=method, headers=["Connection: close"])
    received, was_reset = await client.read_all()
    client.close()
    assert not was_reset
    return re.sub(rb"\r\nDate: [^\r]*", b"", received)


async def test_unknown_expired_revoked_and_tampered_tokens_get_the_same_404(
    serve, source, clock, order
):
    served = await serve(source)
    path, token = served.path, served.token
    revoked, url = await served.mint.mint(order())
    served.links.change(revoked, revoked_at=clock.now())
    last = "A" if token[-1] != "A" else "B"
    answers = {
        "tampered": await answer(served, path[:-1] + last),
        "case": await answer(served, "/download/" + token.swapcase()),
        "longer": await answer(served, path + "A"),
        "slash": await answer(served, path + "/"),
        "unknown": await answer(served, "/download/" + "A" * 43),
        "empty": await answer(served, "/download/"),
        "odd": await answer(served, "/download/%00%ff%2e%2e%2f"),
        "long": await answer(served, "/download/" + "x" * 5000),
        "revoked": await answer(served, "/download/" + url.get_secret_value()[-43:]),
    }
    await clock.advance(3600)
    answers["expired"] = await answer(served, path)
    assert len(set(answers.values())) == 1, answers
    head = {await answer(served, place, "HEAD") for place in (path, "/download/" + "A" * 43)}
    assert head == {answers["expired"].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"}
    assert source.opened == 0
    assert served.audit.lines == []


async def test_the_404_says_what_to_do_and_is_self_contained(serve, source, http):
    served = await serve(source)
    async with http.get(served.url + "x") as response:
        text = await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert response.status == 404
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Server"] == "sast-source"
    assert "New link" in text
    assert "Slack" in text
    assert not re.search(r"(src|href)=|https?://", text)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


async def test_a_link_works_until_the_moment_it_expires(serve, source, http, clock):
    served = await serve(source)
    await clock.advance(timedelta(hours=1).total_seconds() - 1)
    async with http.get(served.url) as response:
        assert response.status == 200
    await clock.advance(1)
    async with http.get(served.url) as response:
        assert response.status == 404


@pytest.mark.parametrize("robot", ROBOTS)
async def test_a_preview_robot_gets_an_empty_page_and_no_bytes(serve, source, http, robot):
    served = await serve(source)
    for url in (served.url, served.url + "x"):
        async with http.get(url, headers={"User-Agent": robot}) as response:
            assert (response.status, await response.read()) == (200, b"")
            assert response.headers["X-Robots-Tag"].startswith("noindex")
            assert "Content-Disposition" not in response.headers
    assert source.opened == 0
    assert served.outcomes == [("robot", 0), ("robot", 0)]


@pytest.mark.parametrize("person", PEOPLE)
async def test_what_people_use_is_served(serve, source, http, person):
    served = await serve(source)
    async with http.get(served.url, headers={"User-Agent": person}) as response:
        assert await response.read() == b"".join(source.pieces)


@pytest.mark.parametrize("size", [None, 143_654_912])
async def test_head_answers_from_what_is_known_and_calls_no_platform(serve, source, size):
    served = await serve(source)
    served.links.change(served.link, size_bytes=size)
    text = (await answer(served, served.path, "HEAD")).decode()
    assert text.startswith("HTTP/1.1 200 OK\r\n")
    assert text.endswith("\r\n\r\n")
    assert "Content-Type: application/zip" in text
    assert 'filename="EmployeeBackoffice-Testing-1.4.0.zip"' in text
    assert re.findall(r"Content-Length: (\d+)", text) == ([str(size)] if size else [])
    assert "Transfer-Encoding" not in text
    assert source.opened == 0
    assert served.audit.lines == []
    assert served.outcomes == [("asked", 0)]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (PlatformNotFound(), 404, "New link"),
        (PlatformBusy(retry_after=7.2), 503, "open the link again"),
        (PlatformUnreachable(), 504, "open the link again"),
        (PlatformBroken("secret-from-the-platform"), 502, "open the link again"),
        (PlatformRefused(), 502, "sast-source doctor"),
        (PlatformRejected(), 502, "New link"),
        (PackageDamaged(), 502, "open the link again"),
    ],
)
async def test_a_platform_that_fails_before_the_first_byte_is_a_page_in_words(
    serve, source, http, error, status, said
):
    source.error_at_open = error
    served = await serve(source)
    async with http.get(served.url) as response:
        text = await response.text()
        assert response.status == status
        assert response.content_type == "text/html"
        assert response.headers.get("Retry-After") == ("8" if status == 503 else None)
    assert said in text
    assert "secret-from-the-platform" not in text
    assert served.outcomes == [("failed", 0)]
    assert [line[1] for line in served.audit.lines] == ["download.started", "download.aborted"]
    assert served.downloads.running == 0


async def test_a_download_that_fails_is_logged_under_the_reference_on_its_page(serve, source, http):
    source.error_at_open = PlatformRejected("Not here.", error_code="OS-7", trace_id="4711")
    served = await serve(source)
    with capture_logs() as logged:
        async with http.get(served.url) as response:
            assert f"Reference: {served.link.id[:8]}." in await response.text()
    [failed] = logged
    assert (failed["link"], failed["said"]) == (served.link.id, "Not here.")
    assert (failed["error_code"], failed["trace_id"]) == ("OS-7", "4711")
    assert served.token not in str(logged)


async def test_a_small_package_that_is_cut_is_a_page_and_no_200(serve, source, http):
    source.pieces = [b"".join(source.pieces)[:-1]]
    served = await serve(source)
    async with http.get(served.url) as response:
        assert response.status == 502


async def test_a_platform_that_is_not_configured_any_more_is_said_as_gone(serve, source, http):
    served = await serve(source)
    target = served.link.target.model_copy(update={"platform": "removed"})
    served.links.change(served.link, target=target)
    async with http.get(served.url) as response:
        assert response.status == 404
        assert "no longer there" in await response.text()


async def test_the_next_download_when_all_places_are_taken_gets_503_with_retry_after(
    serve, source, http
):
    source.hold_at = 0
    served = await serve(source, at_once=2)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(whole(http, served.url))
        async with served.audit.changed:
            await served.audit.changed.wait_for(lambda: len(served.audit.lines) == 2)
        async with http.get(served.url) as response:
            assert response.status == 503
            assert int(response.headers["Retry-After"]) > 0
            assert "Too many downloads" in await response.text()
        async with http.head(served.url) as response:
            assert response.status == 200
        source.go_on.set()
    async with http.get(served.url) as response:
        assert response.status == 200
    assert served.outcomes[:2] == [("full", 0), ("asked", 0)]


async def whole(http, url):
    async with http.get(url) as response:
        return await response.read()
