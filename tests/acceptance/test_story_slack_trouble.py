"""Slack slows us down, loses its answers, or is away."""

from __future__ import annotations

from bot.sandbox.slack import Fault
from bot.sandbox.slack.scopes import DEFAULT_SCOPES
from tests.acceptance.reading import WITHIN

APPLICATIONS = ("EmployeeBackoffice", "EmployeeMobile", "Employee Portal")
CHANNELS = ("releases", "core-team")


async def all_end(world, people):
    for person, channel in zip(people, CHANNELS, strict=True):
        for application in APPLICATIONS:
            await person.types(f"{application} Testing", channel)
    for channel in CHANNELS:
        for number in range(len(APPLICATIONS)):
            thread = world.thread(channel, number)
            await thread.gives_link()
            await thread.shows("Ready")
            assert len(thread.links) == 1
    # Who asks while it runs shares it; who asks later does not.
    assert len(APPLICATIONS) <= world.calls("start") <= len(APPLICATIONS) * len(CHANNELS)


async def test_a_slack_that_slows_us_down_delays_and_loses_nothing(world, ada, bruno):
    world.slack.inject(Fault("chat.postMessage", "ratelimited", times=6, retry_after=5))
    world.slack.inject(Fault("chat.update", "ratelimited", times=3, retry_after=10))
    await world.start_bot()
    await all_end(world, (ada, bruno))
    assert len(world.slack.messages("releases")) == len(APPLICATIONS)


async def test_answers_lost_after_slack_has_acted_double_nothing(world, ada, bruno):
    lost = world.slack.inject(Fault("*", "drop_after", times=None, probability=0.15))
    await world.start_bot()
    await all_end(world, (ada, bruno))
    assert lost.hits > 0
    for channel in CHANNELS:
        assert len(world.slack.messages(channel)) == len(APPLICATIONS)


async def test_a_slack_that_is_away_for_a_minute_is_waited_for(world, ada):
    world.hold_packagings()
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    thread = world.thread()
    await thread.shows("Packaging.")
    away = world.slack.inject(Fault("*", "drop_before", times=None))
    world.end_packagings()
    gone_since = world.clock.now()
    await world.slack.wait_until(
        lambda: away.hits > 2 and (world.clock.now() - gone_since).total_seconds() > 60,
        within=WITHIN,
    )
    world.slack.knobs.clear()
    await thread.gives_link()
    await thread.shows("Ready")


async def test_without_history_scopes_an_uncertain_post_is_repeated_and_journalled(world, ada):
    world.may_double = True
    world.slack.knobs.missing_scopes = {s for s in DEFAULT_SCOPES if s.endswith(":history")}
    lost = world.slack.inject(Fault("chat.postMessage", "drop_after", times=2))
    await world.start_bot()
    await ada.types("EmployeeBackoffice Testing")
    await world.slack.wait_until(
        lambda: any(world.thread(number=n).links for n in range(3)), within=WITHIN
    )
    doubles = sum(world.slack.doubled_posts().values()) - len(world.slack.doubled_posts())
    assert 1 <= doubles <= lost.hits == 2
    await world.stop_bot()
    written = (world.folder / "bot.sqlite3").read_bytes()
    assert written.count(b'"kind":"effect_repeated"') == doubles
