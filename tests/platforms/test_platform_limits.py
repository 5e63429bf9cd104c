"""Turns are taken in order, whoever gives up on the way."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.turns import Turns


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Worker:
    """Somebody who takes a turn and holds it until told to stop."""

    def __init__(self, turns: Turns, name: str, *, is_under_way: bool = False) -> None:
        self.told: list[int] = []
        self.works = False
        self._done = asyncio.Event()
        self._turns = turns
        self.name = name
        self._is_under_way = is_under_way
        self.task = asyncio.create_task(self._run())

    async def _hear(self, ahead: int) -> None:
        self.told.append(ahead)
        await asyncio.sleep(0)

    async def _run(self) -> None:
        async with self._turns.take(self.name, self._hear, is_under_way=self._is_under_way):
            self.works = True
            try:
                await self._done.wait()
            finally:
                self.works = False

    async def finish(self) -> None:
        self._done.set()
        await settle()

    async def cancel(self) -> None:
        self.task.cancel()
        await settle()


async def test_turns_are_taken_in_order_and_who_waits_is_told_how_many_are_ahead():
    turns = Turns(2)
    workers = [Worker(turns, str(n)) for n in range(5)]
    await settle()
    assert [worker.works for worker in workers] == [True, True, False, False, False]
    assert [worker.told for worker in workers] == [[], [], [2], [3], [4]]
    assert [turns.ahead(str(n)) for n in range(5)] == [None, None, 2, 3, 4]
    assert (turns.working, turns.waiting) == (2, 3)
    await workers[1].finish()
    assert [worker.works for worker in workers] == [True, False, True, False, False]
    assert [worker.told for worker in workers] == [[], [], [2], [3, 2], [4, 3]]
    for worker in workers:
        await worker.finish()
    assert (turns.working, turns.waiting) == (0, 0)


async def test_whoever_gives_up_waiting_lets_the_others_move_up():
    turns = Turns(1)
    workers = [Worker(turns, str(n)) for n in range(4)]
    await settle()
    await workers[1].cancel()
    assert turns.ahead("2") == 1
    await workers[0].cancel()
    assert workers[2].works
    assert workers[3].told == [3, 2, 1]
    await workers[2].finish()
    await workers[3].finish()
    assert (turns.working, turns.waiting) == (0, 0)


async def test_what_is_under_way_already_has_its_turn_at_once():
    turns = Turns(1)
    first, waits = Worker(turns, "first"), Worker(turns, "waits")
    await settle()
    resumed = Worker(turns, "resumed", is_under_way=True)
    await settle()
    assert resumed.works
    assert waits.told == [1, 2]
    await first.finish()
    assert not waits.works
    await resumed.finish()
    assert waits.works
    await waits.finish()


async def test_a_failing_callback_frees_the_place():
    turns = Turns(1)

    async def fail(_: int) -> None:
        raise LookupError

    async with turns.take("first"):
        with pytest.raises(LookupError):
            async with turns.take("second", fail):
                pytest.fail("it had no turn")
        assert turns.waiting == 0


async def test_who_gets_a_turn_and_is_cancelled_at_the_same_moment_gives_it_back():
    turns = Turns(1)
    first, second, third = (Worker(turns, name) for name in ("1", "2", "3"))
    await settle()
    first._done.set()  # noqa: SLF001 - both happen before the loop runs again
    second.task.cancel()
    await settle()
    assert third.works
    await third.finish()
    assert turns.working == 0


@settings(max_examples=60, deadline=None)
@given(
    at_once=st.integers(min_value=1, max_value=4),
    steps=st.lists(
        st.tuples(st.sampled_from(["come", "finish", "cancel"]), st.integers(0, 30)), max_size=40
    ),
)
def test_turns_stay_fair_whatever_comes_and_goes(at_once, steps):
    async def run() -> None:
        turns = Turns(at_once)
        workers: list[Worker] = []
        gone: set[str] = set()
        for number, (step, which) in enumerate(steps):
            if step == "come":
                workers.append(Worker(turns, str(number)))
            elif workers:
                worker = workers[which % len(workers)]
                await (worker.cancel() if step == "cancel" or not worker.works else worker.finish())
                gone.add(worker.name)
            await settle()
            here = [worker for worker in workers if worker.name not in gone]
            assert [worker.works for worker in here] == [n < at_once for n in range(len(here))]
            assert turns.working == min(at_once, len(here))
            ahead = [turns.ahead(worker.name) for worker in here[at_once:]]
            assert ahead == list(range(at_once, at_once + len(ahead)))
        for worker in workers:
            await worker.cancel()
        assert (turns.working, turns.waiting) == (0, 0)

    asyncio.run(run())
