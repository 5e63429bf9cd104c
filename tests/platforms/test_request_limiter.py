"""Requests keep the limits of a platform as the platform counts them, and nobody is forgotten."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.call import Call
from bot.platforms.limits import RequestLimiter
from bot.settings import PlatformLimits
from tests.platforms.virtual_clock import VirtualClock, settle

GET = Call("status", "say how far it is", api="builds")
OTHER = Call("environments", "list its environments", api="portfolios")
POST = Call("start", "start the packaging", "POST", api="builds")
HARMLESS = Call("token", "give a token", "POST", api="builds", is_harmless=True)
PLAIN = Call("plain", "answer")


def limiter(clock: VirtualClock, **limits: float) -> RequestLimiter:
    return RequestLimiter(
        PlatformLimits(**{"requests_per_second": 1_000, "requests_at_once": 100, **limits}), clock
    )


@dataclass
class Listener:
    """Somebody who is told."""

    told: list[object] = field(default_factory=list)

    async def waits(self, ahead: int) -> None:
        self.told.append(ahead)

    async def goes_on(self) -> None:
        self.told.append("goes on")

    async def sends(self, *, is_repeat: bool) -> None:
        self.told.append(is_repeat)

    async def turned_away(self) -> None:
        self.told.append("turned away")


class Traffic:
    """Requests under way, and when each of them began."""

    def __init__(self, clock: VirtualClock, asked: RequestLimiter) -> None:
        self.clock = clock
        self.limiter = asked
        self.began: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(
        self, call: Call, name: str = "", *, lasts: float = 0, watcher: Listener | None = None
    ) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(self._one(call, name or call.name, lasts, watcher)))
        return self.tasks[-1]

    async def _one(self, call: Call, name: str, lasts: float, watcher: Listener | None) -> None:
        async with self.limiter.place(call, watcher):
            self.began.append((name, self.clock.seconds))
            if lasts:
                await self.clock.sleep(lasts)

    def times(self, name: str) -> list[float]:
        return [seconds for each, seconds in self.began if each == name]

    async def end(self) -> None:
        await self.clock.run(self._all())

    async def _all(self) -> None:
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


async def test_no_more_requests_at_once_than_allowed(clock):
    traffic = Traffic(clock, limiter(clock, requests_at_once=3))
    for _ in range(9):
        traffic.ask(PLAIN, lasts=10)
    await traffic.end()
    assert traffic.times("plain") == [0] * 3 + [10] * 3 + [20] * 3


@settings(max_examples=60, deadline=None)
@given(
    rate=st.floats(min_value=0.1, max_value=30, allow_nan=False),
    number=st.integers(min_value=1, max_value=60),
    at_once=st.integers(min_value=1, max_value=8),
)
def test_no_second_sees_more_requests_begin_than_allowed(rate, number, at_once):
    clock = VirtualClock()
    asked = limiter(clock, requests_per_second=rate, requests_at_once=at_once)
    traffic = Traffic(clock, asked)

    async def run() -> None:
        for _ in range(number):
            traffic.ask(PLAIN)
        await traffic.end()

    asyncio.run(run())
    began = traffic.times("plain")
    assert len(began) == number
    for start in began:
        within = bisect_left(began, start + 0.999) - bisect_left(began, start)
        assert within <= max(1.0, rate) + 1 - 1e-9
    assert began[-1] <= number / rate + 1


async def test_each_api_has_a_limit_a_minute_of_its_own(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_minute=2))
    for call in (GET, GET, GET, OTHER, PLAIN, PLAIN, PLAIN):
        traffic.ask(call)
    await traffic.end()
    assert traffic.times("status") == [0, 0, 60]
    assert traffic.times("environments") == [0]
    assert traffic.times("plain") == [0, 0, 0]


async def test_starts_have_a_limit_besides_that_of_their_api(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_minute=4, starts_per_minute=1))
    for call in (POST, POST, HARMLESS, HARMLESS, GET, GET):
        traffic.ask(call)
    await traffic.end()
    assert traffic.times("start") == [0, 60]
    assert traffic.times("token") == [0, 0]
    assert traffic.times("status") == [0, 60]


async def test_starts_that_wait_do_not_hold_up_anything_else(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_minute=50, starts_per_minute=2))
    for number in range(20):
        traffic.ask(POST, lasts=1)
        traffic.ask(GET, str(number))
    await settle(300)
    assert len(traffic.began) == 22
    assert clock.seconds == 0
    await traffic.end()
    assert traffic.times("start")[-1] == pytest.approx(9 * 61)


async def test_starts_that_wait_behind_their_api_make_no_burst_when_it_opens(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_minute=3, starts_per_minute=2))
    for call in (GET, GET, GET, POST, POST, POST, POST):
        traffic.ask(call)
    await traffic.end()
    assert traffic.times("start") == [60, 60, 120, 120]


async def test_a_request_counts_until_a_minute_after_its_end(clock):
    traffic = Traffic(clock, limiter(clock, starts_per_minute=1))
    traffic.ask(POST, lasts=25)
    traffic.ask(POST)
    await traffic.end()
    assert traffic.times("start") == [0, 85]


@dataclass(frozen=True)
class Errand:
    """One request of the generated traffic."""

    call: Call
    asked_at: float
    to_the_platform: float  # seconds until it gets there
    and_back: float
    given_up_after: float | None


errands = st.lists(
    st.builds(
        Errand,
        call=st.sampled_from([GET, GET, POST, POST, OTHER]),
        asked_at=st.sampled_from([0.0, 0.0, 1.0, 30.0, 59.0, 61.0, 200.0]),
        to_the_platform=st.sampled_from([0.0, 0.0, 0.5, 20.0, 70.0]),
        and_back=st.sampled_from([0.0, 0.0, 0.1, 30.0]),
        given_up_after=st.sampled_from([None, None, None, 0.0, 10.0, 60.0, 100.0]),
    ),
    max_size=40,
)


class Platform:
    """Counts what arrives, and remembers who asked first."""

    def __init__(self, clock: VirtualClock, asked: RequestLimiter) -> None:
        self.clock = clock
        self.limiter = asked
        self.arrived: dict[str, list[float]] = {"POST": [], "builds": [], "portfolios": []}
        self.began: dict[Call, list[int]] = {GET: [], POST: [], OTHER: []}
        self.asked: dict[Call, list[int]] = {GET: [], POST: [], OTHER: []}

    async def serve(self, number: int, errand: Errand) -> None:
        await self.clock.sleep(errand.asked_at)
        self.asked[errand.call].append(number)
        async with self.limiter.place(errand.call):
            self.began[errand.call].append(number)
            await self.clock.sleep(errand.to_the_platform)
            self.arrived[errand.call.api].append(self.clock.seconds)
            if errand.call is POST:
                self.arrived["POST"].append(self.clock.seconds)
            await self.clock.sleep(errand.and_back)

    async def all(self, errands: list[Errand]) -> list[object]:
        tasks = [asyncio.ensure_future(self.serve(*each)) for each in enumerate(errands)]
        givers_up = [
            asyncio.ensure_future(self.give_up(task, errand))
            for task, errand in zip(tasks, errands, strict=True)
            if errand.given_up_after is not None
        ]
        await asyncio.gather(*givers_up)
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def give_up(self, task: asyncio.Task[None], errand: Errand) -> None:
        await self.clock.sleep(errand.asked_at + errand.given_up_after)
        task.cancel()


def most_within_a_minute(moments: list[float]) -> int:
    moments = sorted(moments)
    return max(
        (bisect_left(moments, moment + 60) - number for number, moment in enumerate(moments)),
        default=0,
    )


@settings(max_examples=120, deadline=None)
@given(
    errands=errands,
    starts=st.integers(1, 4),
    requests=st.integers(1, 8),
    at_once=st.integers(1, 6),
)
def test_whatever_the_traffic_no_minute_sees_more_than_set(errands, starts, requests, at_once):
    """However long each is under way, whoever gives up, all others are served, in their order."""
    clock = VirtualClock()
    limits = {"starts_per_minute": starts, "requests_per_minute": requests}
    asked = limiter(clock, requests_at_once=at_once, **limits)
    platform = Platform(clock, asked)
    outcomes = asyncio.run(clock.run(platform.all(errands)))
    for errand, outcome in zip(errands, outcomes, strict=True):
        may_be_given_up = errand.given_up_after is not None
        assert outcome is None or (may_be_given_up and type(outcome) is asyncio.CancelledError)
    assert most_within_a_minute(platform.arrived["POST"]) <= starts
    assert most_within_a_minute(platform.arrived["builds"]) <= requests
    assert most_within_a_minute(platform.arrived["portfolios"]) <= requests
    for call, began in platform.began.items():
        assert began == [number for number in platform.asked[call] if number in began]


async def test_whoever_asked_first_is_served_first_even_if_it_asks_again(clock):
    asked = limiter(clock, starts_per_minute=1)
    first = asked.arrive()
    traffic = Traffic(clock, asked)
    for name in ("spent", "second", "third"):
        traffic.ask(POST, name)
        await settle()

    async def again() -> None:
        async with asked.place(POST, order=first):
            traffic.began.append(("first", clock.seconds))

    traffic.tasks.append(asyncio.create_task(again()))
    await traffic.end()
    # "second" had its turn when "first" came back.
    assert [name for name, _ in traffic.began] == ["spent", "second", "first", "third"]


@pytest.mark.parametrize("call", [PLAIN, OTHER])
async def test_a_pause_holds_everybody_where_there_is_no_narrower_limit(clock, call):
    asked = limiter(clock)
    asked.pause(call, 5)
    asked.pause(call, 2)
    traffic = Traffic(clock, asked)
    for each in (GET, OTHER, PLAIN):
        traffic.ask(each)
    await traffic.end()
    assert {seconds for _, seconds in traffic.began} == {5}


async def test_a_pause_of_starts_holds_starts_only_and_that_of_an_api_only_what_is_its(clock):
    asked = limiter(clock, requests_per_minute=50, starts_per_minute=5)
    asked.pause(POST, 40)
    asked.pause(GET, 10)
    assert (asked.paused(POST), asked.paused(GET), asked.paused(OTHER)) == (40, 10, 0)
    traffic = Traffic(clock, asked)
    for call in (POST, GET, OTHER, PLAIN):
        traffic.ask(call)
    await traffic.end()
    assert dict(traffic.began) == {"start": 40, "status": 10, "environments": 0, "plain": 0}


async def test_a_start_that_is_paused_while_it_waits_elsewhere_stands_in_nobodys_way(clock):
    asked = limiter(clock, requests_per_minute=2, starts_per_minute=5)
    traffic = Traffic(clock, asked)
    for call in (GET, GET, POST, GET, GET):
        traffic.ask(call)
    await clock.advance(30)
    asked.pause(POST, 90)
    await traffic.end()
    assert traffic.times("status") == [0, 0, 60, 60]
    assert traffic.times("start") == [120]


async def test_a_start_that_is_paused_at_the_last_moment_waits_all_the_same(clock):
    asked = limiter(clock, requests_per_second=0.1, starts_per_minute=5)
    traffic = Traffic(clock, asked)
    for call in (PLAIN, POST, PLAIN):
        traffic.ask(call)
    await clock.advance(5)
    asked.pause(POST, 30)
    await traffic.end()
    assert traffic.began == [("plain", 0), ("plain", 10), ("start", 35)]


async def test_a_pause_that_grows_while_it_is_waited_for_is_waited_for_to_its_end(clock):
    asked = limiter(clock)
    asked.pause(PLAIN, 10)
    traffic = Traffic(clock, asked)
    traffic.ask(PLAIN)
    await clock.advance(5)
    asked.pause(PLAIN, 20)
    await traffic.end()
    assert traffic.times("plain") == [25]


async def test_a_clock_that_is_put_back_makes_nobody_wait_longer(clock):
    asked = limiter(clock, starts_per_minute=1)
    traffic = Traffic(clock, asked)
    traffic.ask(POST)
    await traffic.end()
    before = clock.seconds
    clock.time -= clock.time - clock.time.replace(year=2025)
    traffic.ask(POST)
    began = clock.seconds
    await traffic.end()
    assert before == 0
    assert clock.seconds - began == 60


async def test_who_waits_long_is_told_how_many_are_ahead_and_when_it_goes_on(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_minute=50, starts_per_minute=1))
    listeners = [Listener() for _ in range(4)]
    for listener in listeners:
        traffic.ask(POST, watcher=listener)
        await settle()
    assert [listener.told for listener in listeners] == [[], [0], [1], [2]]
    await traffic.end()
    assert [listener.told for listener in listeners] == [
        [],
        [0, "goes on"],
        [1, 0, "goes on"],
        [2, 1, 0, "goes on"],
    ]


async def test_nobody_is_told_of_a_short_wait(clock):
    traffic = Traffic(clock, limiter(clock, requests_per_second=1, starts_per_minute=1))
    spent, late, other = Listener(), Listener(), Listener()
    traffic.ask(POST, watcher=spent)
    await clock.advance(57.5)
    traffic.ask(POST, watcher=late)
    for _ in range(3):
        traffic.ask(PLAIN, watcher=other)
    await traffic.end()
    assert (spent.told, late.told, other.told) == ([], [], [])


async def test_a_short_wait_behind_others_is_a_long_one(clock):
    traffic = Traffic(clock, limiter(clock, starts_per_minute=1))
    first, second = Listener(), Listener()
    traffic.ask(POST)
    await clock.advance(58)
    traffic.ask(POST, watcher=first)
    traffic.ask(POST, watcher=second)
    await traffic.end()
    assert (first.told, second.told) == ([], [1, 0, "goes on"])


async def test_who_waits_for_a_pause_is_told_even_when_nobody_is_ahead(clock):
    asked = limiter(clock)
    asked.pause(PLAIN, 30)
    listener = Listener()
    traffic = Traffic(clock, asked)
    traffic.ask(PLAIN, watcher=listener)
    await traffic.end()
    assert listener.told == [0, "goes on"]


async def test_who_waits_for_one_that_hangs_is_told(clock):
    listener = Listener()
    traffic = Traffic(clock, limiter(clock, starts_per_minute=1))
    traffic.ask(POST, lasts=500)
    traffic.ask(POST, watcher=listener)
    await traffic.end()
    assert traffic.times("start") == [0, 560]
    assert listener.told == [0, "goes on"]


@pytest.mark.parametrize("waits_for", ["starts", "api", "at once", "second"])
async def test_who_gives_up_frees_its_place_wherever_it_waits(clock, waits_for):
    limits = {
        "starts": {"starts_per_minute": 1},
        "api": {"requests_per_minute": 1},
        "at once": {"requests_at_once": 1},
        "second": {"requests_per_second": 0.1},
    }[waits_for]
    traffic = Traffic(clock, limiter(clock, **limits))
    traffic.ask(POST, lasts=5)
    given_up = traffic.ask(POST)
    traffic.ask(POST, "patient")
    await clock.advance(1)
    given_up.cancel()
    await traffic.end()
    assert given_up.cancelled()
    due = {"starts": 65, "api": 65, "at once": 5, "second": 10}[waits_for]
    assert traffic.began == [("start", 0), ("patient", due)]


async def test_a_watcher_that_fails_frees_its_place(clock):
    class Broken(Listener):
        async def waits(self, ahead: int) -> None:
            raise LookupError(ahead)

    traffic = Traffic(clock, limiter(clock, starts_per_minute=1))
    traffic.ask(POST)
    failed = traffic.ask(POST, watcher=Broken())
    traffic.ask(POST, "next")
    await traffic.end()
    assert isinstance(failed.exception(), LookupError)
    assert traffic.times("next") == [60]


@pytest.mark.parametrize(("asked", "begins"), [(-59, 1), (-61, 0), (0, 60), (3600, 60)])
async def test_what_an_earlier_process_asked_for_counts_until_a_minute_after_it(
    clock, asked, begins
):
    """What lies ahead was asked for before the clock was put back, and counts as if just now."""
    asked_for = limiter(clock, starts_per_minute=1)
    asked_for.recall(POST, [clock.now() + timedelta(seconds=asked)])
    traffic = Traffic(clock, asked_for)
    traffic.ask(POST)
    await traffic.end()
    assert traffic.times(POST.name) == [begins]
