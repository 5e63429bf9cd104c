from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.demo import FAILURES, DemoClock, Story, StoryFailedError
from bot.sandbox.demo.outside import rows
from bot.sandbox.demo.plain_text import plain_lines
from bot.sandbox.lifetime import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_sleeps_wakes_earlier_when_the_clock_is_turned():
    clock = DemoClock()
    began = clock.now()
    sleeping = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.turn(100_000)
    await asyncio.wait_for(sleeping, 5)
    assert clock.now() - began >= timedelta(hours=1)


async def test_turning_the_clock_makes_it_neither_jump_nor_go_back():
    clock = DemoClock(60)
    seen = [clock.now()]
    for speed in (1, 20, 5, 60, 1):
        clock.turn(speed)
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] < timedelta(seconds=30)


async def test_sleeping_no_time_lets_others_run():
    clock = DemoClock()
    ran = []
    asyncio.get_running_loop().call_soon(ran.append, "other")
    await clock.sleep(0)
    assert ran == ["other"]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.name)
async def test_each_failure_can_be_chosen_and_taken_back(stage, failure):
    await stage.fail(failure.name)
    assert stage.failures.chosen is failure
    assert [fault.kind for fault in stage.lifetime.knobs.faults] == [
        fault.kind for fault in failure.lifetime.faults
    ]
    assert [fault.kind for fault in stage.slack.knobs.faults] == [
        fault.kind for fault in failure.slack
    ]
    assert failure.sentence.endswith(".")
    await stage.fail("All well")
    assert stage.lifetime.knobs.faults == []
    assert stage.slack.knobs.faults == []
    assert not stage.failures.is_spent


async def test_names_of_failures_are_unique():
    assert len({failure.name for failure in FAILURES}) == len(FAILURES)


async def test_a_failure_that_has_happened_says_so_and_can_be_had_again(stage, bot):
    await stage.fail("Slack slows the bot down")
    for _ in range(3):
        assert not stage.failures.is_spent
        with pytest.raises(SlackApiError):
            await bot.post("too much")
    assert stage.failures.is_spent
    await bot.post("now it goes")
    await stage.fail("Slack slows the bot down")
    assert not stage.failures.is_spent


async def test_equal_calls_in_a_row_become_one_row(stage):
    now = stage.clock.now()

    def call(name, second, **more):
        return Call("GET", "/x", name, now + timedelta(seconds=second), **more)

    lifetime = [
        call("start", 0, status=201),
        call("status", 1, status=201),
        call("status", 2, status=201),
        call("status", 3, dropped=True),
        call("link", 4),
    ]
    shown = rows(lifetime, [], stage.lifetime.infrastructure)
    assert [(row.name, row.times, row.outcome, row.is_well) for row in shown] == [
        ("link", 1, "…", True),
        ("status", 1, "connection dropped", False),
        ("status", 2, "201", True),
        ("start", 1, "201", True),
    ]


async def test_a_message_is_written_as_a_person_would_read_it(stage, bot):
    ada = stage.slack.user("ada").id
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Head"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"<@{ada}>, *bold* a_b_c &lt;x&gt;\n<#C1|gone>"},
        },
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Key*\nvalue"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1^{time}|then>"}]},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Go"},
                    "action_id": "go",
                }
            ],
        },
    ]
    await bot.post("all of it", blocks)
    message = stage.slack.messages("releases")[-1]
    lines = plain_lines(message, stage.slack.world)
    assert lines == [
        "Head",
        "@Ada Park, bold a_b_c <x>",
        "gone",
        "Key: value",
        "then",
        "-" * 20,
        "[ Go ]",
    ]


async def test_a_story_without_a_bot_fails_and_says_why(stage, tmp_path):
    told = []
    with pytest.raises(StoryFailedError, match="did not take the command: dispatch_failed"):
        await Story(stage, told.append).play(tmp_path)
    assert "    /sast-source EmployeeBackoffice Testing" in told


async def test_a_story_that_brings_no_link_ends_in_time(stage, bot, tmp_path):
    bot.on_command = None
    with pytest.raises(StoryFailedError, match="no link came"):
        await Story(stage, lambda _: None).play(tmp_path, within=0.2)
