"""Claims: a thousand retrievals in progress cost little memory and CPU, and the loop stays quick.

(a) 1,000 packagings under way at once (packagings_at_once is raised for that; the default is 10).
(b) 1,000 retrievals with the default: 10 packagings under way, 990 wait for their turn.
No packaging ends meanwhile, and each that is under way is asked after every 10 s. Beside it, in the
same run: the same bot idle, and OutSystems' own client, of which one process waits for each
application (where SAST_SOURCE_VENDOR_PYTHON names a Python that has outsystems-pipeline).

Bot and sandbox share a clock that runs ten times as fast as the wall, so that 1,000 cards need not
wait for Slack's limits as long as in life; the sandbox enforces them on that clock. Polling is set
to 100 s of it, which is 10 s of the wall, and the bot's limit of requests a second stays 20, so
that 100 a second of the wall fit under it. Linux only.

    python -m benchmarks.waiting [--retrievals 1000] [--window 30] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bot_on_a_fast_clock import PROBE
from benchmarks.harness import (
    MB,
    Outside,
    Process,
    Usage,
    Verdict,
    environment_for,
    outside_of,
    usage,
)
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import Fault, SandboxLifeTime
from bot.sandbox.slack import SandboxSlack

SPEED = 10.0
_CHANNELS = 100
_VENDORS = 5
_QUIET = 5.0  # seconds without a call to Slack: everything is shown
_PATIENCE = 900.0  # seconds until everything waits
_MOST_SHARE = 0.05  # of what OutSystems' client takes for the same waiting
_MOST_LAG = 0.1  # seconds more than idle, 99 times of 100
_POLICY = """
[polling]
first = 100
later = 100
deadline = 360000
[limits]
requests_per_second = 20
packagings_at_once = {at_once}
"""


@dataclass(frozen=True)
class Span:
    """What a bot was seen to be over some seconds."""

    at_end: Usage
    share: float  # of one core
    lags: tuple[float, float, float]  # p50, p99 and max in seconds, rounded up to a bucket

    def __str__(self) -> str:
        p50, p99, most = (1000 * lag for lag in self.lags)
        return (
            f"{self.at_end.resident / MB:6.1f} MB, {self.share:6.1%} of a core, "
            f"loop lag p50 {p50:.1f}   p99 {p99:.1f}   max {most:.1f} ms"
        )


@dataclass
class World:
    """The outside of one bot."""

    lifetime: SandboxLifeTime
    slack: SandboxSlack

    @property
    def under_way(self) -> int:
        """How many packagings LifeTime has under way."""
        return self.lifetime.packagings.running(self.lifetime.clock.now())

    @property
    def cards(self) -> int:
        """How many cards stand in the channels."""
        return sum(
            len(self.slack.messages(one.name))
            for one in self.slack.world.channels.values()
            if one.name.startswith("team-")
        )


@asynccontextmanager
async def world(applications: int) -> AsyncIterator[World]:
    """Start a sandbox in which no packaging ends."""
    clock = ScaledClock(SPEED)
    lifetime, slack = SandboxLifeTime(clock=clock), SandboxSlack(clock=clock)
    lifetime.knobs.add(Fault("never_done", times=None))
    lifetime.knobs.message_count = 0
    lifetime.infrastructure.add_applications(applications)
    await lifetime.start()
    await slack.start()
    for number in range(_CHANNELS):
        slack.add_channel(f"team-{number}", "public", ["ada"])
    try:
        yield World(lifetime, slack)
    finally:
        await slack.stop()
        await lifetime.stop()


async def observe(process: Process, window: float) -> Span:
    """Watch a bot for so many seconds."""
    before, lags_before = process.usage(), await process.metrics()
    began = time.monotonic()
    await asyncio.sleep(window)
    seconds, after = time.monotonic() - began, process.usage()
    lags = _lags(lags_before, await process.metrics())
    return Span(after, (after.cpu - before.cpu) / seconds, lags)


def _lags(before: dict[str, float], after: dict[str, float]) -> tuple[float, float, float]:
    """Give p50, p99 and max of the probe between two looks at the metrics."""
    counts = {}
    for name, value in after.items():
        if found := re.fullmatch(PROBE + r'_bucket\{le="(.+)"\}', name):
            counts[float(found[1])] = value - before.get(name, 0.0)
    total = max(counts.values())
    p50, p99, most = (
        min(edge for edge, count in counts.items() if count >= total * part)
        for part in (0.5, 0.99, 1.0)
    )
    return p50, p99, most


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
        while world.under_way < expected or world.cards < retrievals:
            await asyncio.sleep(0.5)
        calls = -1
        while calls != (calls := len(world.slack.calls)):
            await asyncio.sleep(_QUIET)


async def _one(retrievals: int, at_once: int, window: float, verdict: Verdict) -> tuple[Span, Span]:
    """Measure one bot idle and full; judge that all its retrievals were in progress."""
    with tempfile.TemporaryDirectory() as name:
        async with world(retrievals) as outside:
            folder = Path(name)
            policy = _POLICY.format(at_once=at_once)
            settings = environment_for(
                outside_of(outside.slack, outside.lifetime), folder, policy=policy
            )
            clock = outside.lifetime.clock
            settings |= {"CLOCK_SPEED": str(clock.speed), "CLOCK_ORIGIN": str(clock.origin)}
            process = Process(settings, folder / "bot.log", ("benchmarks.bot_on_a_fast_clock",))
            await process.start()
            try:
                await process.ready()
                idle = await observe(process, window / 2)
                print(f"  idle                    {idle}", flush=True)
                began = time.monotonic()
                await _until_all_wait(outside, retrievals, at_once)
                took = time.monotonic() - began
                calls = (len(outside.slack.calls), len(outside.lifetime.calls))
                full = await observe(process, window)
                print(f"  {retrievals:5} in progress       {full}", flush=True)
                now = (len(outside.slack.calls), len(outside.lifetime.calls))
                slack, lifetime = (b - a for a, b in zip(calls, now, strict=True))
                print(
                    f"    after {took:.0f} s; {outside.under_way} packagings under way; meanwhile "
                    f"{lifetime / window:.0f} calls a second to LifeTime, {slack} to Slack in all"
                )
                verdict.claim(
                    f"{retrievals} in progress, of which {min(at_once, retrievals)} are packaged",
                    holds=outside.cards == retrievals
                    and outside.under_way == min(at_once, retrievals),
                )
                status = await process.terminate()
                verdict.claim(f"SIGTERM ends it cleanly (status {status})", holds=status == 0)
            finally:
                await process.kill()
    return idle, full


async def _vendors(python: str, window: float) -> tuple[float, float]:
    """Give the private memory (bytes) and share of a core of one waiting vendor's process."""
    with tempfile.TemporaryDirectory() as name:
        async with world(_VENDORS) as outside:
            place = outside_of(outside.slack, outside.lifetime)
            started = [
                await _vendor(python, place, f"Generated{number:04d}", Path(name))
                for number in range(1, _VENDORS + 1)
            ]
            try:
                async with asyncio.timeout(60):
                    while outside.under_way < _VENDORS:
                        await asyncio.sleep(0.2)
                await asyncio.sleep(2.0)
                before = [usage(one.pid) for one in started]
                await asyncio.sleep(window)
                after = [usage(one.pid) for one in started]
            finally:
                for one in started:
                    one.kill()
                    await one.wait()
    shares = [(b.cpu - a.cpu) / window for a, b in zip(before, after, strict=True)]
    return median(one.private for one in after), sum(shares) / len(shares)


async def _vendor(
    python: str, place: Outside, application: str, folder: Path
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(python, "-m", "outsystems.pipeline.fetch_apps_source_code"),
        *("-lu", place.lifetime, "-lt", place.lifetime_token, "-t", "Testing"),
        *("-l", application, "-a", str(folder / application)),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


def _judge(idle: Span, full: Span, number: int, verdict: Verdict) -> float:
    """Print what each retrieval costs and judge the lag; gives the bytes for each."""
    memory = (full.at_end.resident - idle.at_end.resident) / number
    share = (full.share - idle.share) / number
    print(f"    for each: {memory / 1000:.1f} kB and {share:.4%} of a core above idle", flush=True)
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
    theirs, share = await _vendors(str(Path(vendor).absolute()), window)
    print(
        f"    OutSystems' client, for each application a process: {theirs / MB:.1f} MB of its own "
        f"and {share:.4%} of a core; the whole bot with {number} in progress is as large as "
        f"{full.at_end.resident / theirs:.1f} of them"
    )
    verdict.claim(
        f"memory for each above idle at most 0.05 of theirs ({each / theirs:.4f})",
        holds=each <= _MOST_SHARE * theirs,
    )


async def measure(number: int, window: float) -> int:
    """Measure both ways, and give the exit status."""
    verdict = Verdict()
    print(f"(a) {number} packagings under way at once", flush=True)
    idle, full = await _one(number, number, window, verdict)
    each = _judge(idle, full, number, verdict)
    await _compare(full, each, number, verdict, window)
    print(f"(b) {number} retrievals, 10 packagings under way, the others waiting", flush=True)
    idle, full = await _one(number, 10, window, verdict)
    _judge(idle, full, number, verdict)
    return verdict.status


def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrievals", type=int, default=1000)
    parser.add_argument("--window", type=float, default=30.0, help="seconds of each look")
    parser.add_argument("--quick", action="store_true", help="100 retrievals, looks of 10 s")
    asked = parser.parse_args()
    number, window = (100, 10.0) if asked.quick else (asked.retrievals, asked.window)
    return asyncio.run(measure(number, window))


if __name__ == "__main__":
    sys.exit(main())
