from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import logging
import socket
import time
from datetime import UTC, datetime

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.errors import SettingsError
from bot.links.streaming import Downloads
from bot.settings import DownloadLimits
from bot.web import Address, Metrics, WebServer

ANYWHERE = Address("127.0.0.1", 0)
SIGNING_SECRET = "pretend-secret"


class NoLinks:
    async def by_token(self, _):
        return None


class NoAudit:
    async def record(self, *_):
        raise AssertionError("no download was begun")


class BrokenLinks:
    async def by_token(self, _):
        raise RuntimeError("the database has gone")


class RealTime:
    def now(self):
        return datetime.now(UTC)

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


def downloads(links):
    return Downloads(
        links=links,
        gateways={},
        audit=NoAudit(),
        clock=RealTime(),
        limits=DownloadLimits(),
        observe=lambda *_: None,
    )


@pytest.fixture
async def serve():
    started = []

    async def start(links=None, **parts):
        parts = {"listen": ANYWHERE, "instance": "i-42", "checks": {}, **parts}
        server = WebServer(downloads=downloads(links or NoLinks()), **parts)
        started.append(server)
        await server.start()
        return server

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_healthz_says_which_instance_answers(serve, http):
    server = await serve()
    async with http.get(f"http://{server.address}/healthz") as response:
        assert response.status == 200
        assert await response.json() == {"status": "alive", "instance": "i-42"}
        assert response.headers["Server"] == "sast-source"


async def well():
    return ""


async def ill():
    return "Socket Mode is not connected"


async def broken():
    raise ConnectionError("password=secret")


async def test_readyz_is_200_while_every_check_is_well(serve, http):
    server = await serve(checks={"database": well, "slack": well})
    async with http.get(f"http://{server.address}/readyz") as response:
        assert response.status == 200
        assert await response.json() == {
            "status": "ready",
            "checks": {"database": "ok", "slack": "ok"},
        }


async def test_readyz_is_503_and_says_which_check_is_not_well(serve, http):
    server = await serve(checks={"database": broken, "slack": ill, "disk": well})
    async with http.get(f"http://{server.address}/readyz") as response:
        assert response.status == 503
        assert (await response.json())["checks"] == {
            "database": "failed (ConnectionError)",
            "slack": "Socket Mode is not connected",
            "disk": "ok",
        }


async def test_unknown_paths_are_a_small_404(serve, http):
    server = await serve()
    for path in ("/", "/metrics", "/slack/events", "/download", "/healthz/x"):
        async with http.get(f"http://{server.address}{path}") as response:
            assert response.status == 404, path
            assert len(await response.read()) < 50
            assert response.headers["Server"] == "sast-source"


async def test_metrics_stand_on_a_listener_of_their_own(serve, http):
    registry = CollectorRegistry()
    Counter("downloads", "Downloads by outcome.", registry=registry).inc(3)
    server = await serve(metrics=Metrics(ANYWHERE, registry))
    assert server.metrics_address.port != server.address.port
    async with http.get(f"http://{server.metrics_address}/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert "downloads_total 3.0" in await response.text()
    async with http.get(f"http://{server.metrics_address}/healthz") as response:
        assert response.status == 404


async def test_a_port_that_is_taken_is_one_sentence(serve):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"^LISTEN=127.0.0.1:{port} cannot be used: "):
            await serve(listen=Address("127.0.0.1", port))
        metrics = Metrics(Address("127.0.0.1", port), CollectorRegistry())
        with pytest.raises(SettingsError, match=r"^METRICS_LISTEN="):
            await serve(metrics=metrics)


async def test_an_address_of_another_machine_is_one_sentence(serve):
    with pytest.raises(SettingsError, match="does not have that address"):
        await serve(listen=Address("192.0.2.1", 0))


async def test_the_port_is_free_after_a_stop(serve):
    server = await serve()
    await server.stop()
    with socket.create_server(tuple(server.address)) as again:
        assert again.getsockname()[1] == server.address.port


def bolt_app():
    app = AsyncApp(
        signing_secret=SIGNING_SECRET,
        request_verification_enabled=True,
        authorize=authorize,
    )
    app.done = asyncio.Event()
    app.go_on = asyncio.Event()
    app.go_on.set()

    @app.command("/sast-source")
    async def answer(ack, body):
        app.begun.set()
        await app.go_on.wait()
        await ack(f"heard {body['text']}")
        app.done.set()

    app.begun = asyncio.Event()
    return app


async def authorize(**_):
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-pretend")


def signed(body, secret=SIGNING_SECRET):
    at = str(int(time.time()))
    mac = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={mac.hexdigest()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


COMMAND = b"command=%2Fsast-source&text=Portal+Testing&team_id=T1&user_id=U1&channel_id=C1"


@pytest.fixture
def slack():
    return bolt_app()


async def test_slack_is_answered_by_bolt_when_the_signature_is_right(serve, http, slack):
    server = await serve(slack=slack)
    url = f"http://{server.address}/slack/events"
    async with http.post(url, data=COMMAND, headers=signed(COMMAND)) as response:
        assert (response.status, await response.text()) == (200, "heard Portal Testing")
    async with http.post(url, data=COMMAND, headers=signed(COMMAND, "wrong")) as response:
        assert response.status == 401
    async with http.get(url) as response:
        assert response.status == 405


async def test_a_slack_request_is_seen_through_though_slack_hangs_up(serve, slack):
    slack.go_on.clear()
    server = await serve(slack=slack)
    _, writer = await asyncio.open_connection(*server.address)
    headers = {**signed(COMMAND), "Host": "b", "Content-Length": str(len(COMMAND))}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(["POST /slack/events HTTP/1.1", *lines, "", ""]).encode() + COMMAND)
    await slack.begun.wait()
    writer.close()
    await writer.wait_closed()
    slack.go_on.set()
    await slack.done.wait()


async def test_a_body_beyond_the_limit_or_in_no_charset_is_refused(serve, http, slack):
    server = await serve(slack=slack)
    url = f"http://{server.address}/slack/events"
    async with http.post(url, data=io.BytesIO(bytes(1024 * 1024 + 1))) as response:
        assert response.status == 413
    for kind, body in (("text/plain; charset=nonsense", b"a"), ("text/plain", b"\xff")):
        async with http.post(url, data=body, headers={"Content-Type": kind}) as response:
            assert response.status == 400


UNREADABLE = [
    "GET /download/{token} HTTP/9.9\r\n\r\n",
    "GET /download/{token}\x01 HTTP/1.1\r\nHost: b\r\n\r\n",
    "GET /download/{token} HTTP/1.1\r\nBad Header: x\r\n\r\n",
    "GET /download/{token} HTTP/1.1\r\nHost: b\r\nX: " + "a" * 9000 + "\r\n\r\n",
    "GET /download/{token}" + "a" * 9000 + " HTTP/1.1\r\nHost: b\r\n\r\n",
    "G@T /download/{token} HTTP/1.1\r\nHost: b\r\n\r\n",
]


@pytest.mark.parametrize("request_text", UNREADABLE)
async def test_no_log_shows_the_path_of_a_request_that_cannot_be_read(serve, caplog, request_text):
    caplog.set_level(logging.DEBUG)
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(request_text.format(token="SECRET-TOKEN").encode())
    assert b"HTTP/1." in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert "SECRET-TOKEN" not in caplog.text


async def test_no_log_shows_the_path_of_a_download_that_breaks(serve, http, caplog):
    caplog.set_level(logging.DEBUG)
    server = await serve(links=BrokenLinks())
    async with http.get(f"http://{server.address}/download/SECRET-TOKEN") as response:
        assert response.status == 500
        assert "SECRET-TOKEN" not in await response.text()
    assert "the database has gone" in caplog.text
    assert "SECRET-TOKEN" not in caplog.text
