"""What doctor says of LISTEN and PUBLIC_URL."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import HttpUrl, SecretStr

from bot.cli.doctor.finding import Verdict
from bot.clock import SystemClock
from bot.links.streaming import Downloads
from bot.settings import DownloadLimits, Listen, Secret
from bot.store.store import Store
from bot.web import Address, WebServer


def here(port):
    return Listen(host="127.0.0.1", port=port)


def at(port, path=""):
    return HttpUrl(f"http://127.0.0.1:{port}{path}")


@pytest.fixture
async def web_of_a_bot(tmp_path):
    """Run the part of a bot that listens."""

    @asynccontextmanager
    async def start(instance):
        store = await Store.open(f"sqlite:///{tmp_path / 'other.sqlite3'}")
        downloads = Downloads(
            links=store.links,
            gateways={},
            audit=store.audit,
            clock=SystemClock(),
            limits=DownloadLimits(),
            observe=lambda *_: None,
        )
        address = Address("127.0.0.1", 0)
        server = WebServer(listen=address, instance=instance, downloads=downloads, checks={})
        try:
            yield (await server.start()).port
        finally:
            await server.stop()
            await store.close()

    return start


async def test_where_no_bot_runs_doctor_answers_itself(installation, unused_port):
    port = unused_port()
    installation.change(listen=here(port), public_url=at(port))

    found = await installation.examine()

    assert "is free" in found.one("LISTEN").text
    assert found.one("PUBLIC_URL").verdict is Verdict.OK


async def test_where_a_bot_runs_its_instance_is_the_one_to_find(installation, web_of_a_bot):
    async with web_of_a_bot("the-running-one") as port:
        installation.change(listen=here(port), public_url=at(port))
        found = await installation.examine()

    assert "the-running-one" in found.one("LISTEN").text
    assert found.one("PUBLIC_URL").verdict is Verdict.OK


async def test_a_bot_that_listens_everywhere_is_found_too(installation, web_of_a_bot):
    async with web_of_a_bot("the-running-one") as port:
        everywhere = Listen(host="0.0.0.0", port=port)  # noqa: S104 - that is the case
        installation.change(listen=everywhere, public_url=at(port))
        found = await installation.examine()

    assert "the-running-one" in found.one("LISTEN").text


async def test_a_public_url_that_leads_to_another_bot_blocks(
    installation, web_of_a_bot, unused_port
):
    async with web_of_a_bot("another") as port:
        installation.change(listen=here(unused_port()), public_url=at(port))
        found = (await installation.examine()).one("PUBLIC_URL")

    assert found.verdict is Verdict.BLOCKED
    assert "another sast-source" in found.text


async def test_another_program_on_our_port_blocks(installation):
    port = HttpUrl(installation.lifetime.url).port
    installation.change(listen=here(port))

    found = (await installation.examine()).one("LISTEN")

    assert found.verdict is Verdict.BLOCKED
    assert "Another program" in found.text


async def test_an_address_that_is_not_ours_blocks(installation):
    # 192.0.2.0/24 is kept for documentation (RFC 5737).
    installation.change(listen=Listen(host="192.0.2.1", port=3000))

    found = (await installation.examine()).one("LISTEN")

    assert found.verdict is Verdict.BLOCKED
    assert "192.0.2.1:3000" in found.text


async def test_a_public_url_where_nothing_listens_blocks(installation, unused_port):
    nowhere = unused_port()
    installation.change(listen=here(unused_port()), public_url=at(nowhere))

    found = (await installation.examine()).one("PUBLIC_URL")

    assert found.verdict is Verdict.BLOCKED
    assert "does not accept connections" in found.text


async def answering(aiohttp_server, **answer):
    async def handle(_):
        return web.Response(**answer)

    application = web.Application()
    application.router.add_get("/{path:.*}", handle)
    return (await aiohttp_server(application)).port


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 200, "text": "<html>Welcome</html>"}, "Something else answers"),
        ({"status": 200, "text": '["instance"]'}, "Something else answers"),
        ({"status": 404, "text": "none"}, "Something else answers"),
        ({"status": 502, "text": "Bad gateway"}, "proxy fails"),
        ({"status": 301, "headers": {"Location": "https://bot.example.com"}}, "redirect"),
    ],
)
async def test_a_public_url_that_is_not_this_bot_blocks(
    installation, aiohttp_server, unused_port, answer, said
):
    port = await answering(aiohttp_server, **answer)
    installation.change(listen=here(unused_port()), public_url=at(port))

    found = (await installation.examine()).one("PUBLIC_URL")

    assert found.verdict is Verdict.BLOCKED
    assert said in found.text


async def test_a_path_before_ours_is_kept(installation, aiohttp_server, unused_port):
    asked = []

    async def handle(request):
        asked.append(request.path)
        return web.Response()

    application = web.Application()
    application.router.add_get("/{path:.*}", handle)
    port = (await aiohttp_server(application)).port
    installation.change(listen=here(unused_port()), public_url=at(port, "/bots/sast/"))

    await installation.examine()

    assert asked == ["/bots/sast/healthz"]


async def test_a_public_url_without_a_fixed_port_warns(installation, unused_port):
    installation.change(public_url=at(unused_port()))

    assert (await installation.examine()).one("PUBLIC_URL").verdict is Verdict.WARNING


async def test_links_over_http_to_other_machines_warn(installation, unused_port):
    port = unused_port()
    public = HttpUrl(f"http://0.0.0.0:{port}")
    installation.change(listen=here(port), public_url=public)

    found = (await installation.examine()).about("PUBLIC_URL")

    assert [each.verdict for each in found] == [Verdict.OK, Verdict.WARNING]


async def test_without_public_url_it_is_said_how_packages_travel(installation):
    found = (await installation.examine()).one("PUBLIC_URL")

    assert found.verdict is Verdict.OK
    assert "files in Slack" in found.text


async def test_http_mode_without_public_url_warns(installation):
    secret = Secret(value=SecretStr("signing-secret"))
    installation.change_slack(app_token=None, signing_secret=secret)

    assert (await installation.examine()).one("PUBLIC_URL").verdict is Verdict.WARNING


async def test_metrics_cannot_have_the_port_of_downloads(installation, unused_port):
    listen = here(unused_port())
    installation.change(listen=listen, metrics_listen=listen)

    assert (await installation.examine()).one("METRICS_LISTEN").verdict is Verdict.BLOCKED


async def test_a_free_port_for_metrics_is_fine(installation):
    installation.change(metrics_listen=here(0))

    assert (await installation.examine()).one("METRICS_LISTEN").verdict is Verdict.OK
