"""After a whole story, secrets are nowhere but where they belong."""

from __future__ import annotations

import json
import logging

import pytest

from bot.sandbox.slack import Fault as SlackFault
from bot.settings import Listen
from tests.acceptance.reading import WITHIN, links_in


async def whole_story(world, ada, browser):
    """A failure, a retry, a download, an expiry, a renewal; gives the links in their order."""
    said = f"Bad token {world.platform.secret}!"
    world.platform.break_down("answer", call="start", status=403, text=said)
    world.platform.break_down("drop_before", call="status", times=2)
    world.slack.inject(SlackFault("chat.postMessage", "drop_after", times=1))
    await ada.types("EmployeBackofice Testin", "core-team")
    await ada.is_told("Did you mean")
    await ada.types("EmployeeBackoffice Testing")
    failed = await world.thread().shows("Failed", "Bad token")
    await ada.clicks("Retry", failed)
    thread = world.thread(number=1)
    link = await thread.gives_link()
    async with browser.get(link) as answer:
        assert answer.status == 200
        await answer.read()
    await thread.shows("Ready")
    world.clock.skip(3600)
    await thread.shows("Expired")
    async with browser.get(link) as answer:
        assert answer.status == 404
    await ada.clicks("New link", thread.card)
    return link, await thread.gives_link()


def everything_in_slack(world, but=()):
    shown = [m for m in world.slack.world.posted if m not in but]
    told = [json.dumps(m.blocks) + m.text + json.dumps(m.metadata or {}) for m in shown]
    return "\n".join(told)


def everything_at_rest(world):
    files = [f for f in world.folder.iterdir() if f.name.startswith("bot.sqlite3")]
    assert any(f.name.endswith("-wal") for f in files)
    return b"\n".join(f.read_bytes() for f in files)


async def test_after_a_whole_story_no_secret_is_found_where_it_does_not_belong(world, ada, browser):
    logging.getLogger().setLevel(logging.DEBUG)
    world.metrics_listen = Listen(host="127.0.0.1", port=0)
    bot = await world.start_bot()
    first, second = await whole_story(world, ada, browser)
    async with browser.get(f"http://{bot.metrics_address}/metrics") as answer:
        metrics = await answer.text()
    [delivering] = [m for m in world.thread(number=1).replies if links_in(m)]

    platform_links = world.platform.link_secrets
    assert len(platform_links) >= 2
    tokens = [link.rpartition("/")[2] for link in (first, second)]
    secrets = [
        *world.platform.secrets,
        world.slack.bot_token,
        world.slack.app_token,
        world.slack.signing_secret,
        *platform_links,
        *tokens,
    ]
    log, at_rest = world.log_stream.getvalue(), everything_at_rest(world)
    slack = everything_in_slack(world, but=[delivering])
    for secret in secrets:
        assert secret not in log
        assert secret not in metrics
        assert secret not in slack
        assert secret.encode() not in at_rest
    assert tokens[1] in json.dumps(delivering.blocks)
    assert tokens[1] not in delivering.text


async def test_a_response_url_is_wiped_after_half_an_hour_and_never_logged(world, ada):
    logging.getLogger().setLevel(logging.DEBUG)
    await world.start_bot()
    outcome = await ada.types("EmployeeBackoffice Testing")
    secret = outcome.response_url.rpartition("/")[2]
    await world.thread().gives_link()
    assert secret not in world.log_stream.getvalue()
    assert secret.encode() in everything_at_rest(world)
    world.clock.skip(1900)
    await ada.types("EmployeeMobile Testing", "core-team")
    await world.thread("core-team").gives_link()
    await ada.types("Employee Portal Testing", "partner-acme")
    await world.thread("partner-acme").shows("Ready")
    await world.slack.wait_until(
        lambda: secret.encode() not in everything_at_rest(world), within=WITHIN
    )


@pytest.mark.parametrize("product", ["lifetime"], indirect=True)
async def test_an_upload_leaves_no_secret_behind_either(world, ada):
    logging.getLogger().setLevel(logging.DEBUG)
    world.public_url = None
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.thread().says("is the file above")
    [file] = world.slack.world.files.values()
    secrets = [*world.platform.secrets, world.slack.bot_token, file.upload_token]
    secrets += world.platform.link_secrets
    log, at_rest = world.log_stream.getvalue(), everything_at_rest(world)
    for secret in secrets:
        assert secret not in log
        assert secret not in everything_in_slack(world)
        assert secret.encode() not in at_rest
