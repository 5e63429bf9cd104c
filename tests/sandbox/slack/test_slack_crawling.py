from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from slack_sdk.webhook.async_client import AsyncWebhookClient


@pytest.fixture
async def site(aiohttp_server):
    """A site that notes who came."""
    visits: asyncio.Queue[str] = asyncio.Queue()

    async def page(request: web.Request) -> web.Response:
        visits.put_nowait(request.headers["User-Agent"])
        return web.Response(text="page")

    application = web.Application()
    application.router.add_get("/{name}", page)
    server = await aiohttp_server(application)
    return str(server.make_url("/once")), visits


async def test_a_link_is_fetched_by_slacks_servers(slack, client, site):
    url, visits = site
    channel = slack.channel("releases").id
    await client.chat_postMessage(channel=channel, text=f"<{url}|get it>", unfurl_links=False)
    assert (await visits.get()).startswith("Slackbot-LinkExpanding 1.0")
    assert slack.crawled == [url]


async def test_with_both_flags_off_nothing_is_looked_at(slack, client, site):
    url, visits = site
    await client.chat_postMessage(
        channel=slack.channel("releases").id,
        text=f"<{url}|get it>",
        unfurl_links=False,
        unfurl_media=False,
    )
    assert slack.crawled == []
    assert visits.empty()


async def test_a_link_in_blocks_is_seen_but_not_that_of_a_button(slack, client):
    slack.knobs.crawl_links = False
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<https://a.example|a>"}}
    button = {
        "type": "button",
        "action_id": "b",
        "url": "https://b.example",
        "text": {"type": "plain_text", "text": "https://c.example"},
    }
    await client.chat_postMessage(
        channel=slack.channel("releases").id,
        text="x",
        blocks=[section, {"type": "actions", "elements": [button]}],
    )
    assert slack.crawled == ["https://a.example"]


async def test_a_link_edited_into_a_message_is_looked_at_once(slack, client, site):
    url, visits = site
    channel = slack.channel("releases").id
    posted = await client.chat_postMessage(
        channel=channel, text="soon", unfurl_links=False, unfurl_media=False
    )
    for text in (f"now {url}", f"still {url}"):
        await client.chat_update(channel=channel, ts=posted["ts"], text=text)
    await visits.get()
    assert slack.crawled == [url]


async def test_answers_through_response_url_are_looked_at_too(slack):
    slack.knobs.crawl_links = False
    url = (await slack.slash_command("ada", "releases", "/sast-source")).response_url
    webhook = AsyncWebhookClient(url)
    await webhook.send_dict({"text": "https://a.example"})
    await webhook.send_dict(
        {"text": "https://b.example", "unfurl_links": False, "unfurl_media": False}
    )
    assert slack.crawled == ["https://a.example"]


async def test_links_elsewhere_are_noted_and_never_fetched(slack, client):
    changes = slack.subscribe()
    await client.chat_postMessage(
        channel=slack.channel("releases").id, text="https://elsewhere.invalid/x"
    )
    await slack.stop()
    kinds = {changes.get_nowait().kind for _ in range(changes.qsize())}
    assert slack.crawled == ["https://elsewhere.invalid/x"]
    assert not any(kind.startswith("crawl") for kind in kinds)
