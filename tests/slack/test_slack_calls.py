from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CannotLook, CannotSpeak, SlackRefused, SlackUnavailable
from bot.sandbox.slack import Fault, SandboxSlack
from bot.slack.budgets import Budgets
from bot.slack.calls import Calls
from bot.slack.codes import error_for
from bot.slack.methods import GET_UPLOAD_URL, HISTORY, INFO, POST_MESSAGE, UPDATE

# slack.md 1.4, and what the methods' own pages add.
NO_PLACE = [
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "ekm_access_denied",
    "messages_tab_disabled",
    "no_permission",
    "team_access_not_granted",
    "missing_scope",
    "thread_not_found",
    "user_not_found",
]
PASSING = ["internal_error", "fatal_error", "service_unavailable", "ratelimited"]
CREDENTIALS = ["token_revoked", "token_expired", "account_inactive", "invalid_auth", "not_authed"]
REFUSED = [
    "msg_too_long",
    "msg_blocks_too_long",
    "metadata_too_large",
    "edit_window_closed",
    "invalid_blocks",
    "message_not_found",
    "cant_update_message",
    "streaming_state_conflict",
]


@pytest.fixture
def channel(slack):
    return slack.channel("releases").id


def posting(channel):
    return {"channel": channel, "text": "Hello.", "unfurl_links": False, "unfurl_media": False}


@pytest.mark.parametrize("code", NO_PLACE)
def test_having_no_place_is_cannot_speak_or_cannot_look(code):
    speak, look = error_for(POST_MESSAGE, code), error_for(HISTORY, code)

    assert (type(speak), type(look)) == (CannotSpeak, CannotLook)
    assert (speak.code, speak.method) == (code, "chat.postMessage")
    assert error_for(GET_UPLOAD_URL, "missing_scope").__class__ is SlackRefused


@pytest.mark.parametrize("code", [*PASSING, *CREDENTIALS])
def test_what_passes_or_can_be_mended_is_worth_asking_again(code):
    assert type(error_for(POST_MESSAGE, code)) is SlackUnavailable


@pytest.mark.parametrize("code", [*REFUSED, "a_code_of_next_year"])
def test_everything_else_is_refused(code):
    assert type(error_for(UPDATE, code)) is SlackRefused


@pytest.mark.parametrize("code", [*NO_PLACE, *PASSING, *CREDENTIALS, *REFUSED])
def test_every_code_has_a_sentence_without_the_code(code):
    sentence = error_for(POST_MESSAGE, code).message

    assert code not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("code", NO_PLACE)
async def test_a_refusal_of_slack_arrives_as_its_error(slack, calls, channel, code, outcomes):
    slack.knobs.add(Fault("chat.postMessage", "error", error=code))

    with pytest.raises(CannotSpeak) as caught:
        await calls.call(POST_MESSAGE, posting(channel), channel=channel)

    assert caught.value.code == code
    assert outcomes == {("chat.postMessage", code): 1}


async def test_retry_after_is_honoured_and_the_call_repeated(
    slack, calls, channel, outcomes, clock
):
    slack.knobs.add(Fault("chat.postMessage", "ratelimited", retry_after=20, times=2))
    began = clock.now()

    await calls.call(POST_MESSAGE, posting(channel), channel=channel)

    assert clock.now() - began >= timedelta(seconds=40)
    assert outcomes["chat.postMessage", "ratelimited"] == 2
    assert outcomes["chat.postMessage", "ok"] == 1


async def test_many_calls_that_are_refused_at_once_come_back_one_by_one(hand_clock, session):
    slack = SandboxSlack(hand_clock)
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    outcomes, told = Counter(), asyncio.Event()

    def observe(_method, outcome, _seconds):
        outcomes[outcome] += 1
        told.set()

    async def until(predicate):
        async with asyncio.timeout(10):
            while not predicate():
                told.clear()
                await told.wait()

    calls = Calls(client, clock=hand_clock, budgets=Budgets(hand_clock), observe=observe)
    burst = HISTORY.burst
    slack.knobs.add(Fault("conversations.history", "ratelimited", retry_after=10, times=burst))
    arguments = {"channel": slack.channel("releases").id}
    tasks = [asyncio.create_task(calls.call(HISTORY, arguments)) for _ in range(8)]

    await until(lambda: outcomes["ratelimited"] == burst)
    await hand_clock.advance(9.9)
    assert outcomes["ok"] == 0
    for count in range(1, 9):
        await hand_clock.advance(0.1 if count == 1 else 60 / 43)
        await until(lambda count=count: outcomes["ok"] == count)
        assert len(slack.calls) == burst + count

    await asyncio.gather(*tasks)
    await slack.stop()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "http_500"])
async def test_a_post_of_uncertain_outcome_is_never_repeated(slack, calls, channel, kind):
    slack.knobs.add(Fault("chat.postMessage", kind))

    with pytest.raises(SlackUnavailable):
        await calls.call(POST_MESSAGE, posting(channel), channel=channel)

    assert len(slack.calls) == 1
    assert len(slack.messages(channel)) == (1 if kind == "drop_after" else 0)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "http_500", "error"])
async def test_a_call_that_may_be_repeated_is(slack, calls, channel, kind):
    fault = slack.knobs.add(Fault("conversations.history", kind, times=3))

    answer = await calls.call(HISTORY, {"channel": channel})

    assert answer["ok"]
    assert fault.hits == 3


async def test_no_answer_in_time_is_uncertain_too(slack, clock, session, channel):
    slack.knobs.add(Fault("chat.postMessage", "delay", seconds=clock.speed))
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    calls = Calls(
        client,
        clock=clock,
        budgets=Budgets(clock),
        observe=lambda *_: None,
        timeout_seconds=0.05,
    )

    with pytest.raises(SlackUnavailable) as caught:
        await calls.call(POST_MESSAGE, posting(channel), channel=channel)

    assert caught.value.code == "timeout"


async def test_what_never_reached_slack_is_repeated_until_patience_ends(clock, session, outcomes):
    def observe(method, outcome, _):
        outcomes[method, outcome] += 1

    client = AsyncWebClient(token="x", base_url="http://127.0.0.1:1/", session=session)
    calls = Calls(
        client,
        clock=clock,
        budgets=Budgets(clock),
        observe=observe,
        patience=timedelta(seconds=10),
    )

    with pytest.raises(SlackUnavailable) as caught:
        await calls.call(POST_MESSAGE, posting("C1"), channel="C1")

    assert caught.value.code == "unreachable"
    assert outcomes["chat.postMessage", "unreachable"] > 2


async def test_a_revoked_token_that_is_mended_lets_everything_go_on(slack, calls, channel):
    slack.knobs.token_revoked = True
    post = asyncio.create_task(calls.call(POST_MESSAGE, posting(channel), channel=channel))
    await slack.wait_until(lambda: len(slack.calls) > 1, 5)

    slack.knobs.token_revoked = False
    await post

    assert len(slack.messages(channel)) == 1


@pytest.mark.parametrize("body", ["", "null", "[]", "<html>", "{", '{"ok": false}', '"x"'])
@pytest.mark.parametrize("status", [200, 404, 502])
async def test_answers_that_cannot_be_read_are_slack_being_unavailable(
    aiohttp_server, clock, session, body, status
):
    async def answer(_request):
        return web.Response(text=body, status=status, content_type="application/json")

    application = web.Application()
    application.router.add_route("*", "/{method}", answer)
    server = await aiohttp_server(application)
    client = AsyncWebClient(token="x", base_url=str(server.make_url("/")), session=session)
    calls = Calls(
        client,
        clock=clock,
        budgets=Budgets(clock),
        observe=lambda *_: None,
        patience=timedelta(0),
    )

    for method in (POST_MESSAGE, INFO):
        with pytest.raises(SlackUnavailable):
            await calls.call(method, {"channel": "C1"}, channel="C1")


async def test_a_token_that_was_renewed_is_used_from_then_on(slack, clock, session, channel):
    client = AsyncWebClient(token="xoxb-old", base_url=slack.api_url, session=session)
    calls = Calls(client, clock=clock, budgets=Budgets(clock), observe=lambda *_: None)

    client.token = slack.bot_token
    answer = await calls.call(HISTORY, {"channel": channel})

    assert answer["ok"]
