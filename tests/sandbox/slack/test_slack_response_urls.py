from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

BUTTON = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
ACTIONS = [{"type": "actions", "elements": [BUTTON]}]


@pytest.fixture
async def answer(slack):
    """Give a function that answers a command typed where the bot is not."""
    url = (await slack.slash_command("ada", "war-room", "/sast-source")).response_url
    before = len(slack.ephemerals("ada"))

    async def answer(**body):
        return await AsyncWebhookClient(url).send_dict(body)

    answer.shown_before = before
    return answer


async def clicked(slack, message):
    return (await slack.click("ada", message, "again")).response_url


async def test_an_answer_reaches_a_channel_that_the_bot_is_not_in(slack, answer):
    assert (await answer(text="only you")).body == "ok"
    assert (await answer(text="all of you", response_type="in_channel")).status_code == 200
    assert slack.ephemerals("ada")[-1].text == "only you"
    assert [m.text for m in slack.messages("war-room")] == ["all of you"]


async def test_five_answers_are_taken_and_the_sixth_refused(slack, answer):
    for number in range(5):
        assert (await answer(text=str(number))).status_code == 200
    sixth = await answer(text="too many")
    assert sixth.status_code == 404
    assert "used_url" in sixth.body
    assert len(slack.ephemerals("ada")) == answer.shown_before + 5


async def test_after_thirty_minutes_no_answer_is_taken(clock, answer):
    clock.step(30 * 60)
    assert (await answer(text="just in time")).status_code == 200
    clock.step(1)
    late = await answer(text="late")
    assert late.status_code == 404
    assert "expired_url" in late.body


async def test_an_answer_can_go_into_a_thread(slack, answer):
    root = slack.say("bruno", "war-room", "root").ts
    await answer(text="below", response_type="in_channel", thread_ts=root)
    assert [m.text for m in slack.replies("war-room", root)] == ["below"]


async def test_a_command_line_cannot_be_replaced(slack, answer):
    await answer(text="new", replace_original=True)
    await answer(delete_original=True)
    assert slack.ephemerals("ada")[-1].text == "new"


async def test_a_click_on_a_message_can_replace_or_delete_it(slack, client):
    channel = slack.channel("releases").id
    await client.chat_postMessage(channel=channel, text="old", blocks=ACTIONS)
    message = slack.messages("releases")[0]
    webhook = AsyncWebhookClient(await clicked(slack, message))
    await webhook.send_dict({"text": "new", "blocks": ACTIONS, "replace_original": True})
    assert [m.text for m in slack.messages("releases")] == ["new"]
    await webhook.send_dict({"delete_original": True})
    assert slack.messages("releases") == []


async def test_bad_answers_are_refused(slack, answer):
    assert (await answer(text="x", blocks=[{"type": "section"}])).status_code == 400
    assert (await answer(text="")).status_code == 400
    forged = AsyncWebhookClient(f"{slack.base_url}/commands/T0/forged")
    assert (await forged.send_dict({"text": "x"})).status_code == 404
    slack.knobs.unavailable_channels.add(slack.channel("war-room").id)
    assert (await answer(text="x")).status_code == 400
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.base_url}/commands/T0/forged", json=["no", "object"]) as response,
    ):
        assert response.status == 400


async def test_answers_stand_in_the_journal(slack, answer):
    await answer(text="hello")
    call = slack.calls[-1]
    assert (call.method, call.channel, call.ok) == (
        "response_url",
        slack.channel("war-room").id,
        True,
    )
