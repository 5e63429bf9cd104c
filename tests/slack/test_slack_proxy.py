"""Behind a proxy: everything goes through it, and what it refuses is said."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.answers import Answer
from bot.domain.policy import LinkVisibility
from bot.errors import SlackRefused, SlackUnavailable
from bot.slack.budgets import Budgets
from bot.slack.calls import Calls
from bot.slack.publisher import Publisher
from tests.slack.samples import link_row, retrieval


class Proxy:
    """Passes requests on, except uploads where a status is set."""

    def __init__(self, session):
        self.url = ""
        self.seen = []
        self.upload_status = None
        self._session = session

    async def handle(self, request):
        self.seen.append(request.url.path)
        body = await request.read()
        if self.upload_status is not None and request.url.path.startswith("/upload/"):
            return web.Response(status=self.upload_status)
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        async with self._session.request(
            request.method, request.url, data=body, headers=headers
        ) as answer:
            return web.Response(
                body=await answer.read(), status=answer.status, content_type=answer.content_type
            )

    def count(self, start):
        return len([path for path in self.seen if path.startswith(start)])


@pytest.fixture
async def proxy(aiohttp_server, session):
    one = Proxy(session)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", one.handle)
    server = await aiohttp_server(application)
    one.url = str(server.make_url(""))
    return one


@pytest.fixture
async def behind(slack, clock, proxy):
    """A publisher that reaches Slack through the proxy."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, proxy=proxy.url
        )

        def observe(*_):
            pass

        calls = Calls(client, clock=clock, budgets=Budgets(clock), observe=observe)
        yield Publisher(
            calls=calls,
            session=session,
            clock=clock,
            observe=observe,
            visibility=LinkVisibility.THREAD,
        )


class Body:
    """The bytes of a package."""

    length = None

    async def __aiter__(self):
        yield b"z" * 1000


async def upload(slack, publisher):
    async def on_file(*_):
        pass

    row = link_row(recipient=slack.user("ada").id)
    return await publisher.upload(retrieval(), "link", row, Body(), direct=True, on_file=on_file)


async def test_private_answers_go_through_the_proxy(slack, behind, proxy):
    url = (await slack.slash_command("ada", "releases", "/sast-source", "x y")).response_url

    await behind.answer(SecretStr(url), Answer(text="Which one?"))

    assert proxy.count("/commands/") == 1
    assert "Which one?" in slack.ephemerals("ada")[-1].text


async def test_files_go_through_the_proxy(slack, behind, proxy):
    await upload(slack, behind)

    assert proxy.count("/upload/") == 1
    assert [file.completed for file in slack.world.files.values()] == [True]


@pytest.mark.parametrize("status", [302, 400, 403, 413])
async def test_a_file_that_is_not_wanted_is_refused_at_once_with_a_sentence(
    slack, behind, proxy, status
):
    proxy.upload_status = status

    with pytest.raises(SlackRefused, match=rf"HTTP {status}.*\.$"):
        await upload(slack, behind)

    assert proxy.count("/upload/") == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_file_that_may_be_wanted_later_is_sent_again(slack, behind, proxy, status):
    proxy.upload_status = status

    with pytest.raises(SlackUnavailable):
        await upload(slack, behind)

    assert proxy.count("/upload/") == 3
