"""The clock that stories are told on, since their verdicts stand on it."""

from __future__ import annotations

import asyncio
import threading
import time

from tests.steady_clock import STEP, SteadyClock


def stand_still(seconds):
    """Hold up the loop, as a machine does that has no time for this process."""
    threading.Event().wait(seconds)


async def test_a_stall_of_any_length_counts_as_one_step():
    clock = SteadyClock(200)
    before = clock.now()
    stand_still(0.2)
    assert (clock.now() - before).total_seconds() <= STEP * 200 + 0.5


async def test_who_sleeps_through_a_stall_is_not_late():
    clock = SteadyClock(200)
    before = clock.now()
    asleep = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    stand_still(0.2)
    await asleep
    assert 10 <= (clock.now() - before).total_seconds() < 20


async def test_time_passes_at_its_speed_while_somebody_sleeps():
    clock = SteadyClock(100)
    began = time.monotonic()
    await clock.sleep(20)
    assert time.monotonic() - began >= 0.2


async def test_sleepers_wake_in_the_order_of_their_times_whoever_went_to_sleep_first():
    clock, woken = SteadyClock(200), []

    async def sleep(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    await asyncio.gather(*(sleep(seconds) for seconds in (8, 2, 0, 5)))
    assert woken == [0, 2, 5, 8]


async def test_a_sleeper_who_is_cancelled_holds_nobody_up():
    clock = SteadyClock(200)
    cancelled = asyncio.create_task(clock.sleep(1))
    other = asyncio.create_task(clock.sleep(2))
    await asyncio.sleep(0)
    cancelled.cancel()
    await other
    assert cancelled.cancelled()


async def test_a_skip_shows_at_once_and_wakes_nobody():
    clock = SteadyClock(200)
    before = clock.now()
    asleep = asyncio.create_task(clock.sleep(30))
    await asyncio.sleep(0)
    clock.skip(3600)
    assert (clock.now() - before).total_seconds() >= 3600
    assert not asleep.done()
    await asleep
