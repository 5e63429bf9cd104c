from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import Fault


async def retry_after(call) -> int:
    with pytest.raises(SlackApiError) as caught:
        await call
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    return int(caught.value.response.headers["Retry-After"])


@pytest.fixture
def post(slack, client):
    async def post(text="x", channel="releases", **more):
        return await client.chat_postMessage(channel=slack.channel(channel).id, text=text, **more)

    return post


async def test_after_a_burst_a_channel_takes_one_message_a_second(slack, clock, post):
    for _ in range(3):
        await post()
    assert await retry_after(post()) == 1
    await post(channel="core-team")
    for _ in range(5):
        clock.step(1)
        await post()
    assert await retry_after(post()) == 1
    assert slack.refused_by_limits == {"chat.postMessage": 2}
    assert len(slack.messages("releases")) == 8


async def test_a_message_a_second_is_never_refused(slack, clock, post):
    for _ in range(40):
        await post()
        clock.step(1)
    assert not slack.refused_by_limits


async def test_updates_share_fifty_a_minute_over_all_channels(slack, client, clock, post):
    cards = [(await post(channel=name)) for name in ("releases", "core-team")]
    for number in range(50):
        card = cards[number % 2]
        await client.chat_update(channel=card["channel"], ts=card["ts"], text=str(number))
    clock.step(20)
    late = client.chat_update(channel=cards[0]["channel"], ts=cards[0]["ts"], text="late")
    assert await retry_after(late) == 40
    await post()
    clock.step(40)
    await client.chat_update(channel=cards[0]["channel"], ts=cards[0]["ts"], text="in time")
    assert slack.messages("releases")[0].text == "in time"


async def test_limits_can_be_switched_off(slack, post):
    slack.knobs.enforce_rate_limits = False
    for _ in range(20):
        await post()
    assert len(slack.messages("releases")) == 20


async def test_a_forced_429_says_how_long(slack, post):
    fault = slack.inject(Fault("chat.postMessage", "ratelimited", times=2, retry_after=7))
    assert await retry_after(post()) == 7
    assert await retry_after(post()) == 7
    await post()
    assert fault.hits == 2


async def test_an_answer_dropped_after_acting_leaves_the_message_there(slack, client, post):
    client.retry_handlers.clear()
    fault = slack.inject(Fault("chat.postMessage", "drop_after"))
    with pytest.raises(aiohttp.ClientError):
        await post("once")
    assert [m.text for m in slack.messages("releases")] == ["once"]
    call = slack.calls[-1]
    assert (call.ok, call.dropped, call.ts) == (True, "after", slack.messages("releases")[0].ts)
    assert fault.hits == 1


async def test_a_blind_retry_after_a_dropped_answer_is_counted_as_doubled(slack, client, post):
    client.retry_handlers.clear()
    slack.inject(Fault("chat.postMessage", "drop_after"))
    metadata = {"event_type": "card", "event_payload": {"id": "r1"}}
    with pytest.raises(aiohttp.ClientError):
        await post("twice", metadata=metadata)
    await post("twice", metadata=metadata)
    await post("other", metadata={"event_type": "card", "event_payload": {"id": "r2"}})
    channel = slack.channel("releases").id
    assert slack.doubled_posts() == {(channel, "", '{"id": "r1"}'): 2}
    assert slack.doubled_posts("text") == {(channel, "", "twice"): 2}


async def test_a_call_dropped_before_acting_does_nothing(slack, client, post):
    client.retry_handlers.clear()
    slack.inject(Fault("chat.postMessage", "drop_before"))
    with pytest.raises(aiohttp.ClientError):
        await post()
    assert slack.messages("releases") == []
    assert (slack.calls[-1].ok, slack.calls[-1].dropped) == (False, "before")


async def test_chance_is_seeded_and_counted(slack, client, post):
    slack.knobs.enforce_rate_limits = False
    client.retry_handlers.clear()
    fault = slack.inject(Fault("*", "drop_after", times=None, probability=0.3))
    failed = 0
    for _ in range(60):
        try:
            await post()
        except aiohttp.ClientError:
            failed += 1
    assert failed == fault.hits == sum(call.dropped == "after" for call in slack.calls)
    assert 5 < failed < 40
    assert len(slack.messages("releases")) == 60


async def test_other_faults_answer_as_slack_does(slack, post):
    slack.inject(Fault("chat.postMessage", "http_500"))
    with pytest.raises(SlackApiError) as caught:
        await post()
    assert caught.value.response.status_code == 500
    slack.inject(Fault("chat.postMessage", "error", error="fatal_error"))
    slack.inject(Fault("chat.postMessage", "invalid_blocks"))
    for error in ("fatal_error", "invalid_blocks"):
        with pytest.raises(SlackApiError) as caught:
            await post()
        assert caught.value.response["error"] == error
    await post()
    assert [call.error for call in slack.calls] == [
        "http_500",
        "fatal_error",
        "invalid_blocks",
        None,
    ]


async def test_a_fault_can_be_meant_for_one_channel(slack, post):
    only = slack.channel("core-team").id
    slack.inject(Fault("chat.postMessage", "error", error="fatal_error", channel=only))
    await post()
    with pytest.raises(SlackApiError):
        await post(channel="core-team")


async def test_a_delay_passes_on_the_sandbox_clock(slack, clock, post):
    slack.knobs.delays["chat.postMessage"] = 30.0
    slack.inject(Fault("chat.postMessage", "delay", seconds=12.0))
    began = clock.now()
    await post()
    assert (clock.now() - began).total_seconds() == 42
    slack.knobs.clear()
    slack.knobs.delays.clear()
    await post()
    assert (clock.now() - began).total_seconds() == 42


async def test_the_journal_knows_each_call(slack, post):
    await post("hello")
    call = slack.calls[-1]
    assert (call.method, call.channel, call.ok) == (
        "chat.postMessage",
        slack.channel("releases").id,
        True,
    )
    assert call.arguments["text"] == "hello"
    assert slack.bot_token not in str(call.arguments)
