from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import get_args

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import lifetime, odc
from bot.sandbox.demo import FAILURES, LINES, DemoClock, Story, StoryFailedError
from bot.sandbox.demo.meanings import IN_LIFETIME, IN_ODC
from bot.sandbox.demo.organization import A_BUILD, ON_BOTH
from bot.sandbox.demo.outside import lifetime_rows, newest, odc_rows
from bot.sandbox.demo.plain_text import plain_lines

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


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.title)
async def test_each_failure_can_be_chosen_and_taken_back(stage, failure):
    await stage.fail(failure.title)
    assert stage.failures.chosen is failure
    assert [fault.kind for fault in stage.lifetime.knobs.faults] == [
        fault.kind for fault in failure.lifetime.faults
    ]
    assert [fault.kind for fault in stage.odc.knobs.faults] == [
        fault.kind for fault in failure.odc.faults
    ]
    assert [fault.kind for fault in stage.slack.knobs.faults] == [
        fault.kind for fault in failure.slack
    ]
    assert failure.sentence.endswith(".")
    await stage.fail("All well")
    assert stage.lifetime.knobs.faults == []
    assert stage.odc.knobs.faults == []
    assert stage.slack.knobs.faults == []
    assert not stage.failures.is_spent


async def test_each_failure_says_whose_it_is_in_a_title_of_its_own():
    assert len({failure.title for failure in FAILURES}) == len(FAILURES)
    first, *others = FAILURES
    assert (first.title, first.company) == ("All well", None)
    assert all(failure.title.startswith(failure.company) for failure in others)


async def test_what_one_platform_can_do_wrong_is_all_there():
    for company, known in (("LifeTime", lifetime.SCENARIOS), ("ODC", odc.SCENARIOS)):
        offered = [one.name for one in FAILURES if one.company == company]
        assert ["All well", *offered] == [scenario.name for scenario in known]


async def test_a_failure_of_odc_is_seen_to_be_over(stage):
    await stage.fail("ODC: Tokens expire early")
    assert not stage.failures.is_spent
    (fault,) = stage.odc.knobs.faults
    fault.bites = 1
    assert stage.failures.is_spent


async def test_what_odc_keeps_does_not_hide_the_failure_that_was_chosen(stage):
    organization, now = stage.odc.organization, stage.clock.now()
    build = organization.builds[A_BUILD]
    asset = organization.assets[build.asset]
    stage.odc.packagings.start(build, asset, now - timedelta(hours=1), stage.odc.knobs, {})
    await stage.fail("LifeTime: Packaging fails")
    assert stage.odc.packagings.latest(A_BUILD) is not None
    await stage.fail("ODC: Packaging fails")
    assert stage.odc.packagings.latest(A_BUILD) is None


async def test_what_the_readme_and_the_help_ask_for_is_there(stage):
    organization = stage.odc.organization
    portal = organization.asset_named("Supplier Portal")
    assert organization.builds[A_BUILD].type == "Release"
    assert portal.revisions[9].tag == "1.3.0"
    assert "1.2.0" in {
        one.tag for one in organization.asset_named("Currency Formatting").revisions.values()
    }


def running_on_lifetime(stage):
    infrastructure = stage.lifetime.infrastructure
    return {
        (application.name, environment.name)
        for environment in infrastructure.environments.values()
        for application in infrastructure.running_in(environment.key)
    }


def running_on_odc(stage):
    organization = stage.odc.organization
    return {
        (asset.name, organization.environments[live.environment].name)
        for asset in organization.assets.values()
        for live in asset.deployments
    }


async def test_one_application_only_runs_in_the_same_environment_of_both_platforms(stage):
    assert running_on_lifetime(stage) & running_on_odc(stage) == {(ON_BOTH, "Testing")}
    assert ("EmployeeBackoffice", "Testing") in running_on_lifetime(stage)
    for environment in ("Development", "Testing", "Production"):
        assert ("Supplier Portal", environment) in running_on_odc(stage)


async def test_development_of_odc_runs_debug_builds_one_of_them_without_a_release_build(stage):
    organization = stage.odc.organization
    development = organization.environment_named("Development")
    kinds = {}
    for asset in organization.assets.values():
        for live in asset.deployments:
            if live.environment == development.key:
                assert organization.builds[live.build].type == "Debug"
                builds = organization.builds_of(asset.key, live.revision)
                kinds[asset.name] = {build.type for build in builds}
    assert kinds["Supplier Portal"] == {"Debug", "Release"}
    assert kinds["Delivery Prototype"] == {"Debug"}


async def test_a_library_of_odc_runs_nowhere_and_has_revisions_to_choose(stage):
    library = stage.odc.organization.asset_named("Currency Formatting")
    assert library.deployments == []
    assert len(library.revisions) > 2
    assert library.highest_tag is not library.latest


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


async def test_each_call_that_a_platform_knows_has_words_for_what_it_asks():
    assert set(IN_LIFETIME) == set(get_args(lifetime.CallName))
    assert set(IN_ODC) == set(get_args(odc.CallName))
    assert all(words.endswith(("?", ".")) for words in (*IN_LIFETIME.values(), *IN_ODC.values()))


async def test_equal_calls_in_a_row_become_one_row(stage):
    now = stage.clock.now()

    def call(name, second, **more):
        return lifetime.Call("GET", "/x", name, now + timedelta(seconds=second), **more)

    calls = [
        call("start", 0, status=201),
        call("status", 1, status=201),
        call("status", 2, status=201),
        call("status", 3, dropped=True),
        call("link", 4),
    ]
    shown = newest(lifetime_rows(calls, stage.lifetime.infrastructure))
    assert [(row.name, row.times, row.outcome, row.is_well) for row in shown] == [
        ("link", 1, "…", True),
        ("status", 1, "connection dropped", False),
        ("status", 2, "201", True),
        ("start", 1, "201", True),
    ]


async def test_calls_to_both_platforms_stand_in_one_order_and_say_what_they_are_about(stage):
    now, organization = stage.clock.now(), stage.odc.organization
    asset = organization.asset_named("Supplier Portal")
    testing = organization.environment_named("Testing")
    build = organization.build_of(asset, 7)
    applications = lifetime.Call("GET", "/x", "applications", now, status=200)

    def call(name, second, method="GET", **more):
        return odc.Call(method, "/x", name, now + timedelta(seconds=second), **more)

    of_odc = [
        call("token", -1, "POST", status=200),
        call("deployed_assets", 1, application=asset.key, environment=testing.key, status=200),
        call("status", 2, build=build.key, status=404),
        call("start", 3, "POST", build=build.key, status=201),
        call("asset", 4, application="gone", status=404),
    ]
    shown = newest(
        lifetime_rows([applications], stage.lifetime.infrastructure),
        odc_rows(of_odc, organization),
    )
    assert [(row.company, row.about, row.outcome, row.is_well) for row in shown] == [
        ("ODC", "What is this application?", "404", False),
        ("ODC", "Please package this source code. Supplier Portal, revision 7", "201", True),
        ("ODC", "Is there a package? Supplier Portal, revision 7", "none yet", True),
        ("ODC", "What runs where? Supplier Portal in Testing", "200", True),
        ("LifeTime", "Which applications are there?", "200", True),
        ("ODC", "Let me in, please.", "200", True),
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


async def test_a_story_passes_over_what_changes_in_an_earlier_one(stage, bot, tmp_path):
    earlier = await bot.post("the card of an earlier story")
    channel = stage.slack.channel("releases").id

    async def answer(_):
        await bot.client.chat_update(channel=channel, ts=earlier, text="the earlier card again")
        await bot.post("the card of this one")

    bot.on_command = answer
    told = []
    with pytest.raises(StoryFailedError, match="no link came"):
        await Story(stage, told.append, LINES[1]).play(tmp_path, within=0.5)
    assert "    /sast-source Supplier Portal Testing" in told
    assert "    the card of this one" in told
    assert not any("earlier" in line for line in told)


async def test_a_story_that_brings_no_link_ends_in_time(stage, bot, tmp_path):
    bot.on_command = None
    with pytest.raises(StoryFailedError, match="no link came"):
        await Story(stage, lambda _: None).play(tmp_path, within=0.2)
