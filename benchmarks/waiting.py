"""Claims: a thousand retrievals in progress cost little memory and CPU, and the loop stays quick.

(a) 1,000 packagings under way at once on OutSystems 11 (packagings_at_once is raised for that).
(b) 1,000 retrievals on OutSystems 11: 10 packagings under way, the default; 990 wait for a turn.
(c) The same on ODC, all limits and the polling at their defaults.
No packaging ends meanwhile. Beside it, in the same run: the same bot idle, and OutSystems' own
client, of which one process waits for each application (where SAST_SOURCE_VENDOR_PYTHON names a
Python that has outsystems-pipeline; for ODC there is no such client).

There is no (a) on ODC: 1,000 packagings polled every 30 s are 2,000 requests a minute, and ODC
allows an organisation 100 of each API; starting them at 9 a minute would take two hours. It is
packagings_at_once that holds the polls within the limit: 10 are 20 requests a minute, 120 while all
are in their first 30 s, which 9 starts a minute do not let happen. (c) measures what they are.

Bot and sandbox share a clock that runs twenty times as fast as the wall, so that 1,000 cards need
not wait for Slack's limits as long as in life; the sandbox enforces them on that clock. On
OutSystems 11 polling is set to 200 s of it, which is 10 s of the wall, and the bot's limit of
requests a second stays 20, so that 100 a second of the wall fit under it. ODC is polled twenty
times as often in a second of the wall as in life. (b) and (c) are played at once, each bot a
process of its own. Linux only.

    python -m benchmarks.waiting [--retrievals 1000] [--window 30] [--only abc] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import (
    MB,
    Process,
    Verdict,
    environment_for,
    outside_of,
)
from benchmarks.observing import Span, observe
from benchmarks.platforms import PLATFORMS, Kind, Platform
from benchmarks.vendor_waiting import vendors_waiting
from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack import SandboxSlack

SPEED = 20.0
_CHANNELS = 100
_QUIET = 5.0  # seconds without a call to Slack: everything is shown
_PATIENCE = 900.0  # seconds until everything waits
_MOST_SHARE = 0.05  # of what OutSystems' client takes for the same waiting
_MOST_LAG = 0.1  # seconds more than idle, 99 times of 100
_ENDLESS = """
[polling]
deadline = 360000
"""
_SLOWLY = f"""
{_ENDLESS}
first = 200
later = 200
[limits]
requests_per_second = 20
"""
_AT_ONCE = 10  # packagings, by default
_MOST_A_MINUTE = 90  # requests to one API of ODC's, by default


@dataclass
class World:
    """The outside of one bot."""

    platform: Platform
    slack: SandboxSlack

    @property
    def clock(self) -> ScaledClock:
        """What it shares with the bot."""
        return self.platform.sandbox.clock

    @property
    def cards(self) -> int:
        """How many cards stand in the channels."""
        return sum(
            len(self.slack.messages(one.name))
            for one in self.slack.world.channels.values()
            if one.name.startswith("team-")
        )


@dataclass(frozen=True)
class Case:
    """What is measured once."""

    letter: str
    kind: Kind
    retrievals: int
    at_once: int
    policy: str


@asynccontextmanager
async def world(kind: Kind, applications: int) -> AsyncIterator[World]:
    """Start a sandbox in which no packaging ends."""
    platform = PLATFORMS[kind](ScaledClock(SPEED))
    slack = SandboxSlack(clock=platform.sandbox.clock)
    platform.never_end()
    platform.add_applications(applications)
    await platform.sandbox.start()
    await slack.start()
    for number in range(_CHANNELS):
        slack.add_channel(f"team-{number}", "public", ["ada"])
    try:
        yield World(platform, slack)
    finally:
        await slack.stop()
        await platform.sandbox.stop()


async def _until_all_wait(world: World, retrievals: int, at_once: int) -> None:
    """Ask for everything, and wait until everything that can happen has happened."""
    async with asyncio.timeout(_PATIENCE):
        for number in range(1, retrievals + 1):
            line = f"Generated{number:04d} Testing"
            channel = f"team-{number % _CHANNELS}"
            while not (
                await world.slack.slash_command("ada", channel, "/sast-source", line)
            ).acknowledged:
                await asyncio.sleep(0.5)
        expected = min(retrievals, at_once)
        while world.platform.under_way < expected or world.cards < retrievals:
            await asyncio.sleep(0.5)
        calls = -1
        while calls != (calls := len(world.slack.calls)):
            await asyncio.sleep(_QUIET)


async def _one(case: Case, window: float, verdict: Verdict) -> tuple[Span, Span]:
    """Measure one bot idle and full; judge that all its retrievals were in progress."""
    with tempfile.TemporaryDirectory() as name:
        async with world(case.kind, case.retrievals) as outside:
            folder, clock = Path(name), outside.clock
            place = outside_of(outside.slack, outside.platform)
            settings = environment_for(place, folder, policy=case.policy)
            settings |= {"CLOCK_SPEED": str(clock.speed), "CLOCK_ORIGIN": str(clock.origin)}
            process = Process(settings, folder / "bot.log", ("benchmarks.bot_on_a_fast_clock",))
            await process.start()
            try:
                await process.ready()
                idle = await observe(process, window / 2)
                print(f"  ({case.letter}) idle                    {idle}", flush=True)
                began = time.monotonic()
                await _until_all_wait(outside, case.retrievals, case.at_once)
                took = time.monotonic() - began
                full = await _observed_full(process, outside, case, window, verdict)
                print(f"  ({case.letter}) all asked for and shown in {took:.0f} s", flush=True)
                status = await process.terminate()
                verdict.claim(f"SIGTERM ends it cleanly (status {status})", holds=status == 0)
            finally:
                await process.kill()
    return idle, full


async def _observed_full(
    process: Process, outside: World, case: Case, window: float, verdict: Verdict
) -> Span:
    """Watch a bot whose retrievals all wait, and count what it asks for meanwhile."""
    platform, slack = outside.platform, outside.slack
    calls = (len(slack.calls), len(platform.sandbox.calls))
    full = await observe(process, window)
    print(f"  ({case.letter}) {case.retrievals:5} in progress       {full}", flush=True)
    now = (len(slack.calls), len(platform.sandbox.calls))
    posted, asked = (b - a for a, b in zip(calls, now, strict=True))
    minutes = window * outside.clock.speed / 60
    print(
        f"  ({case.letter}) {platform.under_way} packagings under way; meanwhile "
        f"{asked / window:.1f} calls a second to {platform.name}, which is "
        f"{asked / minutes:.0f} a minute of the clock, and {posted} to Slack in all"
    )
    verdict.claim(
        f"{case.retrievals} in progress, of which {case.at_once} are packaged",
        holds=outside.cards == case.retrievals and platform.under_way == case.at_once,
    )
    if case.kind == "odc":
        refused = sum(call.status == 429 for call in platform.sandbox.calls)
        verdict.claim(
            f"it polls within ODC's limit ({asked / minutes:.0f} of {_MOST_A_MINUTE} requests a "
            f"minute), and not one 429 since the start ({refused})",
            holds=asked / minutes <= _MOST_A_MINUTE and refused == 0,
        )
    return full


def _judge(case: Case, idle: Span, full: Span, verdict: Verdict) -> float:
    """Print what each retrieval costs and judge the lag; gives the bytes for each."""
    memory = (full.at_end.resident - idle.at_end.resident) / case.retrievals
    share = (full.share - idle.share) / case.retrievals
    print(
        f"  ({case.letter}) for each: {memory / 1000:.1f} kB and {share:.4%} of a core above idle",
        flush=True,
    )
    more = full.lags[1] - idle.lags[1]
    verdict.claim(
        f"loop lag p99 at most 100 ms above that of the idle bot ({1000 * more:+.1f} ms)",
        holds=more <= _MOST_LAG,
    )
    return memory


async def _compare(full: Span, each: float, number: int, verdict: Verdict, window: float) -> None:
    """Print and judge what the same waiting costs with OutSystems' client."""
    vendor = os.environ.get("SAST_SOURCE_VENDOR_PYTHON", "")
    if not vendor:
        print("    not compared with OutSystems' client: set SAST_SOURCE_VENDOR_PYTHON")
        return
    theirs, share = await vendors_waiting(str(Path(vendor).absolute()), window)
    print(
        f"    OutSystems' client, for each application a process: {theirs / MB:.1f} MB of its own "
        f"and {share:.4%} of a core; the whole bot with {number} in progress is as large as "
        f"{full.at_end.resident / theirs:.1f} of them"
    )
    verdict.claim(
        f"memory for each above idle at most 0.05 of theirs ({each / theirs:.4f})",
        holds=each <= _MOST_SHARE * theirs,
    )


async def _measured(case: Case, window: float) -> int:
    """Measure and judge one case; gives its status."""
    name = PLATFORMS[case.kind].name
    print(f"({case.letter}) {name}: {case.retrievals} retrievals, {case.at_once} packaged at once")
    verdict = Verdict(f"({case.letter}) {name}")
    idle, full = await _one(case, window, verdict)
    each = _judge(case, idle, full, verdict)
    if case.at_once == case.retrievals:
        await _compare(full, each, case.retrievals, verdict, window)
    return verdict.status


async def measure(number: int, window: float, only: str) -> int:
    """Measure all ways that were asked for, and give the exit status."""
    few = min(number, _AT_ONCE)
    everything = f"{_SLOWLY}packagings_at_once = {number}\n"
    cases = (
        Case("a", "lifetime", number, number, everything),
        Case("b", "lifetime", number, few, _SLOWLY),
        Case("c", "odc", number, few, _ENDLESS),
    )
    statuses = []
    for together in (cases[:1], cases[1:]):
        async with asyncio.TaskGroup() as group:
            wanted = [one for one in together if one.letter in only]
            tasks = [group.create_task(_measured(one, window)) for one in wanted]
        statuses += [task.result() for task in tasks]
    return max(statuses)


def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrievals", type=int, default=1000)
    parser.add_argument("--window", type=float, default=30.0, help="seconds of each look")
    parser.add_argument("--only", default="abc", help="which of (a), (b) and (c)")
    parser.add_argument("--quick", action="store_true", help="100 retrievals, looks of 10 s")
    asked = parser.parse_args()
    number, window = (100, 10.0) if asked.quick else (asked.retrievals, asked.window)
    return asyncio.run(measure(number, window, asked.only))


if __name__ == "__main__":
    sys.exit(main())
