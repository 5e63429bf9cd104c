"""The same over signed HTTP, as with a public address."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.acceptance.reading import text_of


@pytest.fixture
async def http_world(world):
    world.is_http = True
    await world.start_bot()
    return world


def signed(secret, body, at=None):
    timestamp = str(int(at or time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def command(world, text, trigger="1.2.abc"):
    fields = {
        "command": "/sast-source",
        "text": text,
        "user_id": world.slack.user("ada").id,
        "team_id": "T0SANDBOX1",
        "channel_id": world.slack.channel("releases").id,
        "trigger_id": trigger,
        "response_url": f"{world.slack.base_url}/commands/T0SANDBOX1/none",
    }
    return urlencode(fields)


async def test_the_main_story_and_its_buttons_work_over_signed_http(http_world, ada, browser):
    world = http_world
    outcome = await ada.types("EmployeeBackoffice Testing")
    assert outcome.status == 200
    assert outcome.response_type == "ephemeral"
    thread = world.thread()
    link = await thread.gives_link()
    async with browser.get(link) as answer:
        assert answer.status == 200
        await answer.read()
    await ada.types("EmployeBackofice Testin", "core-team")
    told = await ada.is_told("Did you mean")
    await ada.clicks("EmployeeBackoffice in Testing", told)
    await world.thread("core-team").gives_link()


async def test_a_wrong_or_old_signature_is_401_and_stores_nothing(http_world, browser):
    world = http_world
    url, body = f"{world.public_url}/slack/events", command(world, "EmployeeBackoffice Testing")
    secret = world.slack.signing_secret
    ten_minutes_ago = time.time() - 600
    for headers in (
        signed("another secret", body),
        signed(secret, body, at=ten_minutes_ago),
        signed(secret, body + "x"),
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        async with browser.post(url, data=body, headers=headers) as answer:
            assert answer.status == 401
    counts = await world.bot.store.journal.count_by_state()
    assert set(counts.values()) == {0}
    assert "another secret" not in world.log_stream.getvalue()
    assert "trigger_id" not in world.log_stream.getvalue()


async def test_a_replayed_request_is_one_retrieval(http_world, browser):
    world = http_world
    url, body = f"{world.public_url}/slack/events", command(world, "EmployeeBackoffice Testing")
    for _ in range(3):
        headers = signed(world.slack.signing_secret, body)
        async with browser.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
            assert "Got it" in (await answer.json())["text"]
    await world.thread().gives_link()
    counts = await world.bot.store.journal.count_by_state()
    assert sum(counts.values()) == 1
    assert world.thread(number=1).card is None


async def test_an_unreadable_body_is_answered_without_a_traceback(http_world, browser):
    world = http_world
    url = f"{world.public_url}/slack/events"
    for body in ("", "payload=%7B", "payload=[]", "command=%2Fsast-source", json.dumps({"a": 1})):
        headers = signed(world.slack.signing_secret, body)
        async with browser.post(url, data=body, headers=headers) as answer:
            assert answer.status < 500
    await world.slack.slash_command("ada", "releases", "/sast-source", "EmployeeMobile Testing")
    card = await world.thread().shows("EmployeeMobile")
    assert "Failed" not in text_of(card)
    world.may_log_errors = True  # a body that Slack never sends may break its reading, in the log
