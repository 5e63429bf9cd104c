from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError


def text(value="x", kind="mrkdwn"):
    return {"type": kind, "text": value}


def section(value="x", **more):
    return {"type": "section", "text": text(value), **more}


def button(**more):
    return {"type": "button", "text": text("ok", "plain_text"), **more}


def actions(*elements, **more):
    return {"type": "actions", "elements": list(elements), **more}


PLAN = {
    "type": "plan",
    "title": "Packaging",
    "tasks": [
        {"type": "task_card", "task_id": "a", "title": "Ask", "status": "pending"},
        {"type": "task_card", "task_id": "b", "title": "Wait", "status": "complete"},
    ],
}

GOOD = {
    "everyday": [
        {"type": "header", "text": text("Shop", "plain_text")},
        section("*state*", accessory=button(action_id="a")),
        section(fields=[text("a"), text("b")]),
        {"type": "divider"},
        {"type": "context", "elements": [text("now"), text("then", "plain_text")]},
        actions(button(action_id="a", value="1"), button(action_id="b", url="https://x.example")),
    ],
    "plan": [PLAN],
    "finished card": [{"type": "task_card", "task_id": "a", "title": "Ask", "status": "complete"}],
    "markdown": [{"type": "markdown", "text": "# hello"}],
    "confirm": [
        actions(
            button(
                action_id="a",
                confirm={
                    "title": text("Sure?", "plain_text"),
                    "text": text("Really"),
                    "confirm": text("Yes", "plain_text"),
                    "deny": text("No", "plain_text"),
                },
            )
        )
    ],
    "overflow": [
        section(
            accessory={
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": text("Cancel", "plain_text"), "value": "cancel"}],
            }
        )
    ],
    "table": [
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    ],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "a"},
                        {"type": "date", "timestamp": 1, "format": "{time}"},
                    ],
                }
            ],
        }
    ],
    "fifty": [section() for _ in range(50)],
}

BAD = {
    "unknown type": [{"type": "hologram"}],
    "no type": [{"text": text()}],
    "fifty-one": [section() for _ in range(51)],
    "long section": [section("x" * 3001)],
    "empty section": [{"type": "section"}],
    "empty text": [section("")],
    "long header": [{"type": "header", "text": text("x" * 151, "plain_text")}],
    "mrkdwn header": [{"type": "header", "text": text("x")}],
    "mrkdwn button": [actions({"type": "button", "text": text("x"), "action_id": "a"})],
    "long button": [actions({"type": "button", "text": text("x" * 76, "plain_text")})],
    "long value": [actions(button(value="x" * 2001))],
    "long url": [actions(button(url="https://x.example/" + "x" * 3000))],
    "unknown element": [actions({"type": "lever", "action_id": "a"})],
    "unknown accessory": [section(accessory={"type": "lever", "action_id": "a"})],
    "26 buttons": [actions(*(button(action_id=str(n)) for n in range(26)))],
    "11 fields": [{"type": "section", "fields": [text() for _ in range(11)]}],
    "11 in context": [{"type": "context", "elements": [text() for _ in range(11)]}],
    "unknown property": [section(colour="red")],
    "duplicate block ids": [section(block_id="a"), section(block_id="a")],
    "duplicate action ids": [actions(button(action_id="a"), button(action_id="a"))],
    "alert": [{"type": "alert", "text": text(), "level": "info"}],
    "pending card": [{"type": "task_card", "task_id": "a", "title": "x", "status": "pending"}],
    "unknown status": [{"type": "task_card", "task_id": "a", "title": "x", "status": "cancelled"}],
    "long plan": [
        {
            "type": "plan",
            "title": "x",
            "tasks": [
                {"type": "task_card", "task_id": str(n), "title": "x", "status": "complete"}
                for n in range(51)
            ],
        }
    ],
    "much markdown": [{"type": "markdown", "text": "x" * 6001} for _ in range(2)],
    "wide table": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]}],
    "two tables": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2,
}


async def post(slack, client, blocks):
    return await client.api_call(
        "chat.postMessage",
        json={"channel": slack.channel("releases").id, "text": "x", "blocks": blocks},
    )


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD.keys())
async def test_well_formed_blocks_are_shown_and_get_an_id_each(slack, client, blocks):
    await post(slack, client, blocks)
    shown = slack.messages("releases")[0].blocks
    assert [block["type"] for block in shown] == [block["type"] for block in blocks]
    assert len({block["block_id"] for block in shown}) == len(blocks)


@pytest.mark.parametrize("blocks", BAD.values(), ids=BAD.keys())
async def test_malformed_blocks_are_refused_with_a_reason(slack, client, blocks):
    with pytest.raises(SlackApiError) as caught:
        await post(slack, client, blocks)
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"][0].startswith("[ERROR]")
    assert slack.messages("releases") == []


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section("x" * 2500) for _ in range(5)], "msg_blocks_too_long"),
        ("{not json", "invalid_blocks_format"),
        ({"type": "section"}, "invalid_blocks_format"),
    ],
)
async def test_other_faults_of_blocks_have_errors_of_their_own(slack, client, blocks, error):
    with pytest.raises(SlackApiError) as caught:
        await post(slack, client, blocks)
    assert caught.value.response["error"] == error
