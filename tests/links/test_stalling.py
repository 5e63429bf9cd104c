from __future__ import annotations

import asyncio

import pytest

from bot.links.stalling import until_stalled


@pytest.fixture
async def watched(clock):
    """A measure that a test changes, and the watch over it."""
    state = {"bytes": 0}
    watch = asyncio.create_task(until_stalled(lambda: state["bytes"], clock=clock, seconds=60))
    await asyncio.sleep(0)
    yield state, watch
    watch.cancel()


async def test_a_standstill_is_noticed_after_the_limit_and_not_before(watched, clock):
    _, watch = watched
    for _ in range(3):
        await clock.advance(15)
    await clock.advance(14)
    assert not watch.done()
    await clock.advance(1)
    assert watch.done()


async def test_every_change_gives_the_whole_limit_again(watched, clock):
    state, watch = watched
    for _ in range(20):
        state["bytes"] += 1
        await clock.advance(50)
    assert not watch.done()
    for _ in range(5):
        await clock.advance(15)
    assert watch.done()


async def test_one_long_leap_of_the_clock_counts_what_moved_meanwhile(watched, clock):
    state, watch = watched
    state["bytes"] += 1
    await clock.advance(3600)
    assert not watch.done()
    await clock.advance(3600)
    assert watch.done()
