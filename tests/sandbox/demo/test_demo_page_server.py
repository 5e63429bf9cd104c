from __future__ import annotations

import json

import aiohttp
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def act(session, demo_page):
    async def send(name, headers=None, /, **body):
        url = f"{demo_page.url}act/{name}"
        async with session.post(url, json=body, headers=headers) as response:
            return response.status, await response.text()

    return send


async def next_state(stream):
    while True:
        line = (await stream.content.readline()).decode()
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))


def texts(state, channel):
    (found,) = (one for one in state["channels"] if one["name"] == channel)
    return [message["text"] for message in found["messages"]]


async def test_what_a_person_sees_is_pushed_at_once_and_after_each_change(
    session, demo_page, stage
):
    async with session.get(f"{demo_page.url}events?user=chen") as stream:
        before = await next_state(stream)
        stage.slack.say("ada", "releases", "something new")
        after = await next_state(stream)
    assert before["user"]["name"] == "chen"
    assert "ada-bruno" not in [channel["name"] for channel in before["channels"]]
    assert texts(after, "releases") == [*texts(before, "releases"), "something new"]


async def test_calls_of_lifetime_are_pushed_too(session, demo_page, stage):
    async with session.get(f"{demo_page.url}events?user=ada") as stream:
        await next_state(stream)
        async with session.get(f"{stage.lifetime.url}/lifetimeapi/rest/v2/applications"):
            pass
        state = await next_state(stream)
    (row,) = state["backstage"]["rows"]
    assert (row["company"], row["name"]) == ("LifeTime", "applications")


async def test_calls_of_odc_are_pushed_too(session, demo_page, stage):
    async with session.get(f"{demo_page.url}events?user=ada") as stream:
        await next_state(stream)
        async with session.get(f"{stage.odc.url}/api/portfolios/v2/environments"):
            pass
        state = await next_state(stream)
    (row,) = state["backstage"]["rows"]
    assert (row["company"], row["name"]) == ("ODC", "environments")


async def test_what_a_person_types_is_escaped_as_slack_does(act, stage):
    status, _ = await act("write", user="ada", channel="releases", text="a < b, @bruno")
    assert status == 200
    said = stage.slack.messages("releases")[-1]
    assert said.text == f"a &lt; b, <@{stage.slack.user('bruno').id}|bruno>"
    assert [user.name for user in stage.slack.world.users.values() if user.id in said.notifies] == [
        "bruno"
    ]


async def test_inviting_the_bot_makes_it_a_member(act, stage):
    assert not stage.slack.channel("general").bot_member
    status, _ = await act("write", user="ada", channel="general", text="/invite @sast-source")
    assert status == 200
    assert stage.slack.channel("general").bot_member
    _, said = await act("write", user="ada", channel="general", text="/invite @sast-source")
    assert "already" in said


async def test_a_command_in_a_thread_is_refused_by_slack_itself(act, stage):
    parent = stage.slack.messages("releases")[0]
    await act("write", user="ada", channel="releases", text="/sast-source a", thread_ts=parent.ts)
    assert "not supported in threads" in stage.slack.ephemerals("ada")[-1].text


@pytest.mark.parametrize(
    ("act_name", "body", "status", "said"),
    [
        ("write", {"user": "erin", "channel": "releases", "text": "hi"}, 409, "not in releases"),
        ("write", {"user": "ada", "channel": "old-project", "text": "hi"}, 409, "archived"),
        (
            "write",
            {"user": "erin", "channel": "partner-acme", "text": "/sast-source Portal Testing"},
            409,
            "Erin Blake (Acme) is of another organisation",
        ),
        ("write", {"user": "nobody", "channel": "releases", "text": "hi"}, 404, "nobody"),
        ("write", {"user": "ada", "channel": "releases", "text": 7}, 404, "text"),
        ("click", {"user": "ada", "channel": "releases", "ts": "1", "action_id": "x"}, 409, "gone"),
        ("fail", {"title": "Fire"}, 404, "Fire"),
        ("turn", {"speed": 1000}, 404, "1000"),
        ("turn", {"speed": "fast"}, 404, "speed"),
        ("dance", {}, 404, ""),
    ],
)
async def test_what_cannot_be_done_is_said(act, act_name, body, status, said):
    answered, text = await act(act_name, **body)
    assert answered == status
    assert said in text


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_other_sites_can_neither_read_nor_act(act, session, demo_page, headers, stage):
    before = len(stage.slack.messages("releases"))
    status, _ = await act("write", headers, user="ada", channel="releases", text="hi")
    assert status == 403
    async with session.get(f"{demo_page.url}events?user=ada", headers=headers) as response:
        assert response.status == 403
    assert len(stage.slack.messages("releases")) == before


async def test_a_form_of_another_site_is_not_taken_for_the_page(session, demo_page):
    body = json.dumps({"user": "ada", "channel": "releases", "text": "hi"})
    headers = {"Content-Type": "text/plain"}
    url = f"{demo_page.url}act/write"
    async with session.post(url, data=body, headers=headers) as response:
        assert response.status == 415
    headers = {"Content-Type": "application/json"}
    for broken in ("{", "[]"):
        async with session.post(url, data=broken, headers=headers) as response:
            assert response.status == 400


async def test_the_page_may_load_nothing_from_elsewhere(session, demo_page):
    async with session.get(demo_page.url) as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in page
    for line in page.splitlines():
        assert "<script>" not in line
        assert "style=" not in line


async def test_only_files_of_the_page_are_served(session, demo_page):
    for path in ("page/..%2fstage.py", "page/none.js", "files/ada/F1", "stage.py"):
        async with session.get(demo_page.url + path) as response:
            assert response.status == 404, path
    async with session.get(demo_page.url + "page/main.js") as response:
        assert response.content_type == "text/javascript"


async def test_an_unknown_person_sees_nothing(session, demo_page):
    async with session.get(f"{demo_page.url}events?user=nobody") as response:
        assert response.status == 404


async def test_stopping_does_not_wait_for_those_who_watch(session, demo_page):
    async with session.get(f"{demo_page.url}events?user=ada") as stream:
        await next_state(stream)
        await demo_page.stop()
        assert (await stream.content.read()).count(b"data: ") <= 1
