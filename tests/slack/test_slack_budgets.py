from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bot.slack.budgets import Budgets
from bot.slack.methods import HISTORY, POST_MESSAGE, UPDATE
from tests.slack.conftest import settle


class Turns:
    """Asks for turns, and notes when each was given."""

    def __init__(self, clock):
        self.clock = clock
        self.start = clock.now()
        self.budgets = Budgets(clock)
        self.given = []
        self.tasks = []

    def ask(self, name, method, channel=""):
        task = asyncio.create_task(self._turn(name, method, channel))
        self.tasks.append(task)
        return task

    async def _turn(self, name, method, channel):
        await self.budgets.turn(method, channel)
        self.given.append((name, (self.clock.now() - self.start).total_seconds()))

    @property
    def names(self):
        return [name for name, _ in self.given]

    @property
    def times(self):
        return [at for _, at in self.given]

    def most_within(self, seconds):
        return max(sum(1 for t in self.times if at <= t < at + seconds) for at in self.times)


@pytest.fixture
async def turns(hand_clock):
    turns = Turns(hand_clock)
    yield turns
    for task in turns.tasks:
        task.cancel()
    await asyncio.gather(*turns.tasks, return_exceptions=True)


async def test_a_channel_gets_one_message_a_second_in_the_order_they_were_asked_for(turns):
    for number in range(6):
        turns.ask(number, POST_MESSAGE, "C1")

    await turns.clock.advance(10)

    assert turns.names == list(range(6))
    assert all(later - sooner >= 1 for sooner, later in pairwise(turns.times))


async def test_channels_do_not_wait_for_each_other(turns):
    for number in range(9):
        turns.ask(number, POST_MESSAGE, f"C{number}")

    await settle()

    assert len(turns.given) == 9


async def test_updates_stay_below_50_in_any_minute_and_use_most_of_them(turns):
    for number in range(200):
        turns.ask(number, UPDATE)

    await turns.clock.advance(180)

    assert 40 < turns.most_within(60) < 50
    assert turns.names == list(range(len(turns.given)))


async def test_messages_of_a_channel_keep_their_distance_when_the_method_was_the_bottleneck(turns):
    for number in range(300):
        turns.ask(number, POST_MESSAGE, f"C{number}")
    for number in range(3):
        turns.ask(f"same {number}", POST_MESSAGE, "C-same")

    await turns.clock.advance(120)

    same = [at for name, at in turns.given if str(name).startswith("same")]
    assert len(same) == 3
    assert all(later - sooner >= 1 for sooner, later in pairwise(same))


async def test_after_a_pause_those_who_wait_go_one_by_one(turns):
    turns.budgets.pause(UPDATE, "", 30)
    for number in range(10):
        turns.ask(number, UPDATE)

    await turns.clock.advance(60)

    assert turns.times[0] == 30
    assert all(later - sooner > 1 for sooner, later in pairwise(turns.times))
    assert turns.names == list(range(10))


async def test_a_pause_that_comes_while_somebody_waits_holds_for_them_too(turns):
    for number in range(6):
        turns.ask(number, UPDATE)
    await settle()
    was_given = len(turns.given)

    turns.budgets.pause(UPDATE, "", 20)
    await turns.clock.advance(19)

    assert len(turns.given) == was_given
    await turns.clock.advance(20)
    assert len(turns.given) == 6


async def test_one_paused_channel_holds_up_no_other_and_no_other_method(turns):
    turns.budgets.pause(POST_MESSAGE, "C1", 30)
    turns.ask("paused", POST_MESSAGE, "C1")
    turns.ask("other channel", POST_MESSAGE, "C2")
    turns.ask("other method", HISTORY)

    await settle()

    assert sorted(turns.names) == ["other channel", "other method"]
    await turns.clock.advance(30)
    assert "paused" in turns.names


async def test_when_a_second_channel_is_refused_all_posting_pauses(turns):
    turns.budgets.pause(POST_MESSAGE, "C1", 30)
    turns.budgets.pause(POST_MESSAGE, "C2", 30)
    turns.ask("third channel", POST_MESSAGE, "C3")

    await turns.clock.advance(29)

    assert turns.names == []


async def test_who_gives_up_takes_no_turn_and_holds_nobody_up(turns):
    tasks = [turns.ask(number, POST_MESSAGE, "C1") for number in range(5)]
    await settle()
    tasks[1].cancel()
    tasks[3].cancel()

    await turns.clock.advance(2)

    assert turns.given == [(0, 0), (2, 1), (4, 2)]
