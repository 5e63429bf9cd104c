"""How ODC is got into: one token for all, renewed once, and every refusal in words."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from bot.errors import PlatformBroken, PlatformError, PlatformRefused, SettingsError
from bot.platforms.odc_address import Portal
from tests.platforms.odc_bench import CLIENT_SECRET, OdcBench
from tests.platforms.wire_server import answer


async def at_once(cloud, number=50):
    return await asyncio.gather(
        *(cloud.clock_ahead() for _ in range(number)), return_exceptions=True
    )


async def test_fifty_calls_share_one_token(cloud, odc):
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    assert (odc.calls.tokens_given, len(odc.calls.named("discovery"))) == (1, 1)


async def test_fifty_calls_that_are_refused_share_one_renewal(cloud, odc):
    await cloud.clock_ahead()
    odc.expire_tokens()
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    assert odc.calls.tokens_given == 2


@pytest.mark.parametrize(("lives", "used"), [(43200, 42900), (1000, 900)])
async def test_a_token_is_kept_until_shortly_before_its_end(odc_bench, odc, lives, used):
    odc.knobs.token_seconds = lives
    cloud = odc_bench.gateway(odc.url)
    await cloud.clock_ahead()
    await odc_bench.clock.sleep(used - 1)
    await cloud.clock_ahead()
    assert odc.calls.tokens_given == 1
    await odc_bench.clock.sleep(1)
    await cloud.clock_ahead()
    assert odc.calls.tokens_given == 2
    assert all(call.status == 200 for call in odc.calls)
    assert len(odc.calls.named("discovery")) == 1


async def test_where_it_cannot_be_renewed_in_time_it_is_used_to_its_end(odc_bench, odc, mishaps):
    cloud = odc_bench.gateway(odc.url, attempts=1)
    await cloud.clock_ahead()
    mishaps("drop_before", call="token", times=None)
    await odc_bench.clock.sleep(43000)
    await cloud.clock_ahead()
    await cloud.clock_ahead()
    assert odc.calls.token_requests == 2
    await odc_bench.clock.sleep(200)
    with pytest.raises(PlatformError, match="could not give an access token"):
        await cloud.clock_ahead()


@pytest.mark.parametrize("status", [400, 401])
async def test_a_client_that_is_refused_is_a_clear_sentence(cloud, odc, mishaps, status):
    mishaps("answer", call="token", status=status, text="Invalid client", times=None)
    with pytest.raises(PlatformRefused) as refused:
        await cloud.catalogue()
    said = refused.value.message
    assert "Invalid client" in said
    for meaning in ("wrong", "expired", "suspended or revoked", "Manage > API clients"):
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


async def test_a_token_that_is_refused_although_it_is_new_is_told_in_words(cloud, odc, mishaps):
    mishaps("answer", call="environments", status=401, text="Go away", times=None)
    with pytest.raises(PlatformRefused, match=r"Go away.*suspended or revoked"):
        await cloud.clock_ahead()
    assert odc.calls.tokens_given == 2


async def test_what_is_forbidden_renews_nothing(cloud, odc, mishaps):
    mishaps("answer", call="environments", status=403, times=None)
    with pytest.raises(PlatformRefused, match="Asset management > Open"):
        await cloud.clock_ahead()
    assert odc.calls.tokens_given == 1


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


class Identity:
    """A portal and identity provider that can be held up, and answers what it is told to."""

    def __init__(self, server_of) -> None:
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()
        self.token = web.json_response({"access_token": "the-token-1", "expires_in": 600})
        self.tokens = 0
        self.environments = web.json_response({"results": []})
        self.authorizations: list[str] = []
        self._server_of = server_of
        self.url = ""

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/identity/{path:.*}", self._discovery)
        application.router.add_post("/token", self._token)
        application.router.add_get("/api/{path:.*}", self._environments)
        server = await self._server_of(application)
        self.url = str(server.make_url("")).rstrip("/")

    async def _discovery(self, _: web.Request) -> web.Response:
        return web.json_response({"token_endpoint": f"{self.url}/token"})

    async def _token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        self.form = dict(await request.post())
        self.token_headers = request.headers.copy()
        self.asked.set()
        await self.may_answer.wait()
        return web.Response(
            body=self.token.body, status=self.token.status, content_type=self.token.content_type
        )

    async def _environments(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        echo = self.environments.text.replace("ECHO", self.authorizations[-1])
        return web.Response(text=echo, status=self.environments.status)


@pytest.fixture
async def identity(aiohttp_server):
    server = Identity(aiohttp_server)
    await server.start()
    return server


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(
    odc_bench: OdcBench, identity
):
    cloud = odc_bench.gateway(identity.url)
    callers = [asyncio.create_task(cloud.clock_ahead()) for _ in range(5)]
    await identity.asked.wait()
    callers[0].cancel()
    await asyncio.wait(callers[:1])
    identity.may_answer.set()
    await asyncio.gather(*callers[1:])
    assert identity.tokens == 1
    assert identity.authorizations == ["Bearer the-token-1"] * 4


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


@pytest.mark.parametrize("lives", [None, "soon", -1, 0, 1e300, "nan", "3600", [], True])
async def test_a_token_is_used_whatever_is_said_of_its_life(odc_bench, identity, lives):
    identity.may_answer.set()
    body = {"access_token": "the-token-1", "expires_in": lives, "token_type": "bearer"}
    identity.token = web.Response(text=json.dumps(body))
    cloud = odc_bench.gateway(identity.url)
    await cloud.clock_ahead()
    await cloud.clock_ahead()
    assert identity.tokens == 1


async def test_what_is_no_portal_is_told_in_words(odc_bench, wire):
    wire.answers = [answer(b"<title>Not Found</title>", "404 Not Found", Content_Type="text/html")]
    with pytest.raises(PlatformError, match="portal's URL may be wrong"):
        await odc_bench.gateway(wire.url).catalogue()


def test_no_repr_shows_the_secret_or_a_token(odc_bench):
    cloud = odc_bench.gateway("https://portal.example")
    assert "nobody" not in repr(vars(cloud))
