from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.slack import Fault, NotPossibleError

BUTTON = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}


def actions(*elements):
    return [{"type": "actions", "elements": list(elements)}]


@pytest.fixture
def app(slack, client):
    return AsyncApp(client=client, signing_secret=slack.signing_secret)


async def connect_socket(slack, app):
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.05)
    before = len(slack.sockets.open_connections())
    await handler.connect_async()
    await slack.connected(before + 1)
    return handler


@pytest.fixture
async def socket(slack, app):
    handler = await connect_socket(slack, app)
    yield handler
    await handler.close_async()


@pytest.fixture
async def http(slack, app, aiohttp_server):
    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", events)
    server = await aiohttp_server(application)
    slack.connect_http(str(server.make_url("/slack/events")))
    return server


@pytest.fixture(params=["socket", "http"])
def either(request):
    """Run the test once over Socket Mode and once over signed HTTP."""
    return request.getfixturevalue(request.param)


@pytest.mark.usefixtures("either")
async def test_the_answer_to_a_command_is_shown_to_its_sender_alone(slack, app):
    @app.command("/sast-source")
    async def on_command(ack, command):
        await ack(f"got {command['text']}")

    outcome = await slack.slash_command("ada", "releases", "/sast-source", " Shop Testing ")
    assert (outcome.acknowledged, outcome.status) == (True, 200)
    assert outcome.text == "got Shop Testing"
    assert outcome.seconds < 3
    assert [m.text for m in slack.ephemerals("ada")] == ["got Shop Testing"]
    assert slack.ephemerals("bruno") == []
    assert slack.messages("releases") == []


@pytest.mark.usefixtures("either")
async def test_a_command_carries_what_slack_sends(slack, app):
    seen = []

    @app.command("/sast-source")
    async def on_command(ack, body):
        seen.append(body)
        await ack()

    outcome = await slack.slash_command("ada", "core-team", "/sast-source", "x")
    await slack.slash_command("ada", "ada-bruno", "/sast-source", "x")
    assert outcome.text == ""
    assert seen[0]["user_id"] == slack.user("ada").id
    assert seen[0]["channel_id"] == slack.channel("core-team").id
    assert [body["channel_name"] for body in seen] == ["privategroup", "directmessage"]
    assert seen[0]["trigger_id"] == outcome.trigger_id != seen[1]["trigger_id"]
    assert seen[0]["response_url"] == outcome.response_url


async def test_people_of_another_organisation_have_no_such_command(slack):
    with pytest.raises(NotPossibleError, match="another organisation, and /sast-source is only"):
        await slack.slash_command("erin", "partner-acme", "/sast-source", "Portal Testing")


@pytest.mark.usefixtures("either")
async def test_an_answer_in_the_channel_also_shows_what_was_typed(slack, app):
    @app.command("/sast-source")
    async def on_command(ack):
        await ack(response_type="in_channel", text="hello all")

    await slack.slash_command("ada", "releases", "/sast-source", "Shop")
    assert [m.text for m in slack.messages("releases")] == ["/sast-source Shop", "hello all"]


@pytest.mark.usefixtures("either")
async def test_a_bot_that_is_too_slow_leaves_the_person_with_a_timeout(slack, app):
    slack.knobs.ack_seconds = 0.05
    release = asyncio.Event()

    @app.command("/sast-source")
    async def on_command(ack):
        await release.wait()
        await ack("late")

    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    release.set()
    assert outcome.error == "operation_timeout"
    assert slack.ephemerals("ada")[0].text == (
        '/sast-source failed with the error "operation_timeout"'
    )


@pytest.mark.usefixtures("either")
async def test_a_click_reaches_the_bot_with_the_whole_payload(slack, app, client):
    seen = []

    @app.action("again")
    async def on_click(ack, body):
        seen.append(body)
        await ack()

    posted = await client.chat_postMessage(
        channel=slack.channel("releases").id,
        text="card",
        blocks=actions(BUTTON | {"value": "r1"}, BUTTON | {"action_id": "other"}),
        metadata={"event_type": "card", "event_payload": {"id": "r1"}},
    )
    message = slack.messages("releases")[0]
    outcome = await slack.click("bruno", message, "again", "r1")
    assert outcome.acknowledged
    body = seen[0]
    assert body["actions"][0]["value"] == "r1"
    assert body["user"]["id"] == slack.user("bruno").id
    assert body["container"]["message_ts"] == body["message"]["ts"] == posted["ts"]
    assert body["message"]["metadata"]["event_payload"] == {"id": "r1"}
    assert body["response_url"] == outcome.response_url


@pytest.mark.usefixtures("either")
async def test_a_button_of_an_ephemeral_message_can_replace_and_delete_it(slack, app):
    @app.command("/sast-source")
    async def on_command(ack):
        await ack(text="did you mean", blocks=actions(BUTTON))

    @app.action("again")
    async def on_click(ack, respond, body):
        await ack()
        assert "message" not in body
        assert body["container"]["is_ephemeral"]
        await respond(text="running", blocks=actions(BUTTON), replace_original=True)

    outcome = await slack.slash_command("ada", "war-room", "/sast-source")
    with pytest.raises(NotPossibleError):
        await slack.click("bruno", outcome.message, "again")
    await slack.click("ada", outcome.message, "again")
    await slack.wait_until(lambda: slack.ephemerals("ada")[0].text == "running")
    assert len(slack.ephemerals("ada")) == 1


@pytest.mark.usefixtures("either")
async def test_an_event_reaches_the_bot_twice_when_told_so(slack, app):
    seen = []

    @app.event("app_home_opened")
    async def on_event(body, request):
        seen.append((body["event_id"], request.headers.get("x-slack-retry-num", ["0"])[0]))

    slack.inject(Fault("events_api", "twice"))
    ack = await slack.send_event({"type": "app_home_opened", "user": slack.user("ada").id})
    assert ack.error is None
    assert sorted(retry for _, retry in seen) == ["0", "1"]
    assert len({event_id for event_id, _ in seen}) == 1


@pytest.mark.usefixtures("either")
async def test_a_command_delivered_twice_keeps_its_trigger_id(slack, app):
    seen = []

    @app.command("/sast-source")
    async def on_command(ack, command):
        seen.append(command["trigger_id"])
        await ack("ok")

    slack.knobs.deliver_twice = True
    await slack.slash_command("ada", "releases", "/sast-source")
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert len(slack.ephemerals("ada")) == 2


@pytest.mark.usefixtures("either")
async def test_an_answer_lost_on_its_way_looks_like_a_timeout(slack, app):
    seen = []

    @app.command("/sast-source")
    async def on_command(ack):
        seen.append(1)
        await ack("ok")

    slack.inject(Fault("slash_commands", "drop_after"))
    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert outcome.error == "operation_timeout"
    assert seen == [1]


@pytest.mark.usefixtures("either")
async def test_malformed_blocks_in_an_answer_are_not_shown(slack, app):
    @app.command("/sast-source")
    async def on_command(ack):
        await ack(text="x", blocks=[{"type": "section"}])

    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert outcome.error == "invalid_blocks"
    assert "invalid_command_response" in outcome.text


async def test_without_a_connected_bot_the_command_fails_at_once(slack):
    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert outcome.error == "dispatch_failed"


async def test_a_server_error_of_the_bot_is_a_failed_dispatch(slack, aiohttp_server):
    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=500)

    application = web.Application()
    application.router.add_post("/", broken)
    server = await aiohttp_server(application)
    slack.connect_http(str(server.make_url("/")))
    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert (outcome.status, outcome.error) == (500, "dispatch_failed")


async def test_a_wrong_signing_secret_is_refused_by_bolt(slack, http):
    slack.connect_http(str(http.make_url("/slack/events")), "another-secret")
    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert outcome.status == 401


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("R&D <x>", "R&amp;D &lt;x&gt;"),
        ("@ada #releases #core-team", "<@{ada}|ada> <#{releases}|releases> <#{core-team}|>"),
        ("https://x.example/a?b=1&c=2", "<https://x.example/a?b=1&amp;c=2>"),
        (
            "shop.com me@x.org @here",
            "<http://shop.com|shop.com> <mailto:me@x.org|me@x.org> <!here>",
        ),
        ("@nobody #nowhere App.Core", "@nobody #nowhere App.Core"),
    ],
)
async def test_text_is_escaped_as_slack_does(slack, typed, sent):
    ids = {"ada": slack.user("ada").id}
    ids |= {name: slack.channel(name).id for name in ("releases", "core-team")}
    outcome = await slack.slash_command("ada", "releases", "/sast-source", typed)
    assert outcome.payload["text"] == sent.format(**ids)


@pytest.mark.usefixtures("socket")
async def test_a_command_in_a_thread_or_an_unknown_one_never_reaches_the_bot(slack):
    ts = slack.say("ada", "releases", "hello").ts
    in_thread = await slack.slash_command("ada", "releases", "/sast-source", thread_ts=ts)
    unknown = await slack.slash_command("ada", "releases", "/sauce")
    assert in_thread.error == "not_supported_in_threads"
    assert unknown.error == "unknown_command"
    assert len(slack.ephemerals("ada")) == 2


@pytest.mark.parametrize("channel", ["partner-acme", "old-project"])
async def test_nobody_types_where_they_cannot_write(slack, channel):
    with pytest.raises(NotPossibleError):
        await slack.slash_command("dana", channel, "/sast-source")


@pytest.mark.usefixtures("socket")
async def test_only_buttons_that_a_person_sees_can_be_clicked(slack, client):
    only_ada = BUTTON | {"visible_to_user_ids": [slack.user("ada").id]}
    await client.chat_postMessage(
        channel=slack.channel("partner-acme").id, text="card", blocks=actions(only_ada)
    )
    message = slack.messages("partner-acme")[0]
    for person, action in (("bruno", "again"), ("dana", "again"), ("ada", "missing")):
        with pytest.raises(NotPossibleError):
            await slack.click(person, message, action)
    slack.world.remove(message)
    with pytest.raises(NotPossibleError):
        await slack.click("ada", message, "again")


@pytest.mark.usefixtures("socket")
async def test_every_command_reaches_one_of_several_connections(slack, app):
    seen = []

    @app.command("/sast-source")
    async def on_command(ack):
        seen.append(1)
        await ack()

    second = await connect_socket(slack, app)
    for _ in range(4):
        assert (await slack.slash_command("ada", "releases", "/sast-source")).acknowledged
    assert len(slack.sockets.open_connections()) == 2
    assert len(seen) == 4
    await second.close_async()


@pytest.mark.usefixtures("socket")
async def test_a_bot_told_to_reconnect_is_there_again(slack, app):
    @app.command("/sast-source")
    async def on_command(ack):
        await ack("back")

    changes = slack.subscribe()
    await slack.disconnect_sockets("refresh_requested")
    while (await changes.get()).kind != "socket_opened":
        pass
    outcome = await slack.slash_command("ada", "releases", "/sast-source")
    assert outcome.text == "back"


@pytest.mark.usefixtures("socket")
async def test_a_silent_connection_is_noticed_by_the_client(slack):
    slack.knobs.ack_seconds = 0.05
    slack.knobs.sockets_silent = True
    assert (await slack.slash_command("ada", "releases", "/sast-source")).error == (
        "operation_timeout"
    )
    await slack.wait_until(lambda: not slack.sockets.open_connections())
    slack.knobs.sockets_silent = False
    await slack.connected()


async def test_the_eleventh_connection_is_turned_away(slack, client):
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token=slack.app_token)
            sockets.append(await session.ws_connect(opened["url"]))
        first = json.loads((await sockets[0].receive()).data)
        last = json.loads((await sockets[10].receive()).data)
        for socket in sockets:
            await socket.close()
    assert first["type"] == "hello"
    assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")
