from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.sandbox.slack.scopes import DEFAULT_SCOPES

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.fixture(autouse=True)
def _no_limits(slack):
    slack.knobs.enforce_rate_limits = False


@pytest.fixture
def releases(slack) -> str:
    return slack.channel("releases").id


async def test_auth_test_tells_who_and_with_which_scopes(slack, client):
    answer = await client.auth_test()
    assert answer["user_id"] == slack.bot_user_id
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_a_post_shows_and_can_be_updated_and_deleted(slack, client, releases):
    posted = await client.chat_postMessage(channel=releases, text="hi", blocks=[SECTION])
    message = slack.messages("releases")[0]
    assert (message.text, message.blocks[0]["text"]["text"]) == ("hi", "hello")
    await client.chat_update(channel=releases, ts=posted["ts"], text="hi 2", blocks=[SECTION])
    assert (message.text, message.edited, message.updates) == ("hi 2", False, 1)
    await client.chat_update(channel=releases, ts=posted["ts"], text="plain")
    assert (message.blocks, message.edited) == ([], True)
    await client.chat_delete(channel=releases, ts=posted["ts"])
    assert slack.messages("releases") == []


async def test_blocks_may_come_as_text_in_a_form(slack, client, releases):
    await client.api_call(
        "chat.postMessage", data={"channel": releases, "text": "x", "blocks": json.dumps([SECTION])}
    )
    assert slack.messages("releases")[0].blocks[0]["type"] == "section"


async def test_message_times_are_unique_and_grow_though_the_clock_stands(client, releases):
    answers = [await client.chat_postMessage(channel=releases, text="x") for _ in range(5)]
    times = [answer["ts"] for answer in answers]
    assert times == sorted(set(times))


async def test_replies_stand_in_the_thread_and_not_in_the_channel(slack, client, releases):
    root = (await client.chat_postMessage(channel=releases, text="root"))["ts"]
    await client.chat_postMessage(channel=releases, text="below", thread_ts=root)
    await client.chat_postMessage(
        channel=releases, text="both", thread_ts=root, reply_broadcast=True
    )
    assert [m.text for m in slack.replies("releases", root)] == ["below", "both"]
    assert [m.text for m in slack.messages("releases")] == ["root", "both"]
    assert len(slack.messages("releases", threads=True)) == 3


async def test_posting_to_a_user_opens_the_direct_conversation_once(slack, client):
    ada = slack.user("ada")
    first = await client.chat_postMessage(channel=ada.id, text="one")
    opened = await client.conversations_open(users=ada.id)
    assert opened["channel"]["id"] == first["channel"] == slack.direct("ada").id
    assert [m.text for m in slack.messages(slack.direct("ada"))] == ["one"]


async def test_only_those_are_notified_whom_slack_would_notify(slack, client, releases):
    ada, erin = slack.user("ada"), slack.user("erin")
    root = (await client.chat_postMessage(channel=releases, text="card"))["ts"]
    await client.chat_postMessage(channel=releases, text="quiet", thread_ts=root)
    assert slack.notified("ada") == []
    await client.chat_postMessage(
        channel=releases, text=f"<@{ada.id}> <@{erin.id}> link", thread_ts=root
    )
    await client.chat_postMessage(channel=releases, text="later", thread_ts=root)
    await client.chat_postMessage(channel=ada.id, text="direct")
    texts = [m.text for m in slack.notified("ada")]
    assert texts == [f"<@{ada.id}> <@{erin.id}> link", "later", "direct"]
    assert slack.notified("erin") == []
    assert slack.notified("bruno") == []


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("general", "not_in_channel"),
        ("war-room", "channel_not_found"),
        ("ada-bruno", "channel_not_found"),
        ("old-project", "is_archived"),
        ("announcements", "restricted_action"),
    ],
)
async def test_where_the_bot_cannot_speak_it_is_refused(slack, client, channel, error):
    slack.knobs.missing_scopes.add("chat:write.public")
    post = client.chat_postMessage(channel=slack.channel(channel).id, text="x")
    assert await refused(post) == error
    assert slack.messages(channel) == []


async def test_an_unknown_or_withdrawn_channel_is_not_found(slack, client, releases):
    assert await refused(client.chat_postMessage(channel="C0NOWHERE", text="x")) == (
        "channel_not_found"
    )
    slack.knobs.unavailable_channels.add("releases")
    assert await refused(client.chat_postMessage(channel=releases, text="x")) == (
        "channel_not_found"
    )


async def test_an_invited_bot_can_speak_in_a_private_channel(slack, client):
    slack.invite_bot("war-room")
    await client.chat_postMessage(channel=slack.channel("war-room").id, text="thanks")
    assert [m.text for m in slack.messages("war-room")] == ["thanks"]


async def test_with_chat_write_public_no_invitation_is_needed(slack, client):
    await client.chat_postMessage(channel=slack.channel("general").id, text="hi")
    assert [m.text for m in slack.messages("general")] == ["hi"]


def test_a_workspace_grants_exactly_what_the_manifest_asks_for():
    manifest = Path(bot.__file__).with_name("manifest.yml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(manifest)["oauth_config"]["scopes"]["bot"]) == DEFAULT_SCOPES


async def test_what_cannot_be_updated_is_refused(slack, client, releases):
    theirs = slack.say("ada", "releases", "mine").ts
    ours = (await client.chat_postMessage(channel=releases, text="x"))["ts"]
    ephemeral = await client.chat_postEphemeral(
        channel=releases, user=slack.user("ada").id, text="psst"
    )
    update = client.chat_update
    assert await refused(update(channel=releases, ts=theirs, text="x")) == "cant_update_message"
    assert await refused(update(channel=releases, ts="1.000001", text="x")) == "message_not_found"
    late = update(channel=releases, ts=ephemeral["message_ts"], text="x")
    assert await refused(late) == "message_not_found"
    assert await refused(update(channel=releases, ts=ours, text="x" * 4001)) == "msg_too_long"
    assert await refused(client.chat_delete(channel=releases, ts=theirs)) == "cant_delete_message"
    slack.channel("releases").is_archived = True
    assert await refused(update(channel=releases, ts=ours, text="x")) == "is_inactive"


async def test_an_ephemeral_message_reaches_only_a_member(slack, client):
    channel = slack.channel("partner-acme").id
    await client.chat_postEphemeral(channel=channel, user=slack.user("ada").id, text="psst")
    assert [m.text for m in slack.ephemerals("ada")] == ["psst"]
    assert slack.messages("partner-acme") == []
    outsider = client.chat_postEphemeral(channel=channel, user=slack.user("dana").id, text="x")
    assert await refused(outsider) == "user_not_in_channel"


async def test_empty_and_oversized_posts_are_refused(slack, client, releases):
    post = client.chat_postMessage
    empty = client.api_call("chat.postMessage", json={"channel": releases})
    assert await refused(empty) == "no_text"
    big = {"event_type": "card", "event_payload": {"x": "y" * 9000}}
    assert await refused(post(channel=releases, text="x", metadata=big)) == "metadata_too_large"
    half = {"event_type": "card"}
    assert await refused(post(channel=releases, text="x", metadata=half)) == (
        "invalid_metadata_format"
    )
    orphan = post(channel=releases, text="x", thread_ts="1.000001")
    assert await refused(orphan) == "thread_not_found"
    await post(channel=releases, text="x" * 41_000)
    assert len(slack.messages("releases")[0].text) == 40_000


async def test_a_permalink_points_to_the_message_and_its_thread(client, releases):
    root = (await client.chat_postMessage(channel=releases, text="x"))["ts"]
    reply = await client.chat_postMessage(channel=releases, text="y", thread_ts=root)
    link = await client.chat_getPermalink(channel=releases, message_ts=reply["ts"])
    assert f"thread_ts={root}" in link["permalink"]


async def test_history_is_paged_newest_first_and_gives_metadata_on_request(client, releases):
    for number in range(5):
        metadata = {"event_type": "card", "event_payload": {"n": number}}
        await client.chat_postMessage(channel=releases, text=str(number), metadata=metadata)
    texts, cursor = [], ""
    while True:
        page = await client.conversations_history(
            channel=releases, limit=2, cursor=cursor, include_all_metadata=True
        )
        texts += [m["metadata"]["event_payload"]["n"] for m in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    bare = await client.conversations_history(channel=releases)
    assert texts == [4, 3, 2, 1, 0]
    assert all("metadata" not in m for m in bare["messages"])


async def test_history_keeps_to_the_asked_time(client, releases):
    times = [(await client.chat_postMessage(channel=releases, text="x"))["ts"] for _ in range(3)]
    after = await client.conversations_history(channel=releases, oldest=times[1])
    including = await client.conversations_history(
        channel=releases, oldest=times[1], inclusive=True
    )
    assert [m["ts"] for m in after["messages"]] == [times[2]]
    assert [m["ts"] for m in including["messages"]] == [times[2], times[1]]
    bad = client.conversations_history(channel=releases, oldest="yesterday")
    assert await refused(bad) == "invalid_ts_oldest"


async def test_a_thread_is_read_with_its_parent_first(client, releases):
    root = (await client.chat_postMessage(channel=releases, text="root"))["ts"]
    for text in ("a", "b"):
        await client.chat_postMessage(channel=releases, text=text, thread_ts=root)
    thread = await client.conversations_replies(channel=releases, ts=root)
    assert [m["text"] for m in thread["messages"]] == ["root", "a", "b"]
    assert thread["messages"][0]["reply_count"] == 2
    assert await refused(client.conversations_replies(channel=releases, ts="1.1")) == (
        "thread_not_found"
    )


async def test_channels_and_people_are_described(slack, client):
    async def info(name):
        answer = await client.conversations_info(channel=slack.channel(name).id)
        return answer["channel"]

    assert (await info("partner-acme"))["is_ext_shared"] is True
    assert (await info("general"))["is_member"] is False
    assert (await info("core-team"))["is_private"] is True
    user = (await client.users_info(user=slack.user("chen").id))["user"]
    assert (user["tz"], user["tz_offset"]) == ("Asia/Shanghai", 8 * 3600)
    assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", {"text": "x"}),
        ("channels:history", "conversations.history", {}),
        ("channels:history", "conversations.replies", {"ts": "1.1"}),
        ("channels:read", "conversations.info", {}),
        ("files:write", "files.getUploadURLExternal", {"filename": "a", "length": 1}),
    ],
)
async def test_a_missing_scope_is_named(slack, client, releases, scope, method, arguments):
    slack.knobs.missing_scopes.add(scope)
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, data={"channel": releases, **arguments})
    answer = caught.value.response
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == scope
    assert scope not in answer["provided"].split(",")


async def test_tokens_are_checked(slack, client):
    async def test_with(token):
        other = AsyncWebClient(token=token, base_url=slack.api_url)
        return await refused(other.auth_test())

    assert await test_with("xoxb-stale") == "invalid_auth"
    assert await test_with(None) == "not_authed"
    assert await test_with(slack.app_token) == "not_allowed_token_type"
    wrong_kind = client.apps_connections_open(app_token=slack.bot_token)
    assert await refused(wrong_kind) == "not_allowed_token_type"
    slack.knobs.token_revoked = True
    assert await test_with(slack.bot_token) == "token_revoked"
    assert await refused(client.api_call("chat.sing")) == "token_revoked"


async def test_an_unknown_method_is_called_so(client):
    assert await refused(client.api_call("chat.sing")) == "unknown_method"


async def test_a_trigger_id_opens_one_modal(slack, client):
    trigger = (await slack.slash_command("ada", "releases", "/sast-source")).trigger_id
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Source"},
        "blocks": [SECTION],
    }
    await client.views_open(trigger_id=trigger, view=view)
    again = client.views_open(trigger_id=trigger, view=view)
    assert await refused(again) == "exchanged_trigger_id"
    slack.triggers.lifetime = -1.0
    late = (await slack.slash_command("ada", "releases", "/sast-source")).trigger_id
    assert await refused(client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"
    forged = client.views_open(trigger_id="1.2.3", view=view)
    assert await refused(forged) == "invalid_trigger_id"


async def test_what_a_person_sees_leaves_out_what_others_see(slack, client, releases):
    await client.chat_postMessage(channel=releases, text="for all", blocks=[SECTION])
    await client.chat_postEphemeral(channel=releases, user=slack.user("ada").id, text="psst")
    seen = slack.state_for("ada")
    assert json.loads(json.dumps(seen)) == seen
    by_name = {channel["name"]: channel for channel in seen["channels"]}
    texts = [(m["text"], m["ephemeral"]) for m in by_name["releases"]["messages"]]
    assert texts == [("for all", False), ("psst", True)]
    theirs = {channel["name"]: channel for channel in slack.state_for("dana")["channels"]}
    assert [m["text"] for m in theirs["releases"]["messages"]] == ["for all"]
    assert {"ada-bruno", "partner-acme"} & set(theirs) == set()


async def test_waiting_ends_with_the_first_change_that_satisfies(slack, client, releases):
    await client.chat_postMessage(channel=releases, text="x")
    found = await slack.wait_until(lambda: slack.messages("releases"))
    assert found[0].text == "x"
    with pytest.raises(TimeoutError):
        await slack.wait_until(lambda: False, within=0.01)


async def test_changes_are_handed_to_subscribers(slack, client, releases):
    changes = slack.subscribe()
    ts = (await client.chat_postMessage(channel=releases, text="x"))["ts"]
    await client.chat_update(channel=releases, ts=ts, text="y")
    slack.unsubscribe(changes)
    await client.chat_delete(channel=releases, ts=ts)
    kinds = [changes.get_nowait().kind for _ in range(changes.qsize())]
    assert kinds == ["message_posted", "call", "message_changed", "call"]
