"""Claim: `kill -9` at random moments loses no retrieval and doubles no Slack post.

The real `sast-source serve` in a process of its own against the sandbox, killed and started again
while it retrieves; then the same with 15 % of all answers dropped after the other side has acted.

On OutSystems 11 a packaging whose answer was lost cannot be looked for, and is asked for again,
which is journalled. On ODC it can, so the claim is stricter: not one packaging doubled, also where
answers are dropped, and also though here each packaging is a 404 for a second after its POST.

This runs in real time, where ODC's limits a minute would take many minutes and prove nothing: the
bot's own are raised for it (requests_per_minute and starts_per_minute), and the sandbox has none.
What holds at the default limits is `rate_limits`. All cases are played at once, each with an
outside of its own, since most of the time they wait.

    python -m benchmarks.kill_and_resume [--platform both] [--retrievals 40] [--kills 20] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Process, Verdict, environment_for, outside_of
from benchmarks.platforms import PLATFORMS, Kind, Odc, Platform, add_option, chosen
from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack import Fault as SlackFault
from bot.sandbox.slack import SandboxSlack

CHANNELS = 20
_POLICY = """
[polling]
first = 0.5
later = 1
[limits]
requests_per_second = 200
requests_per_minute = 12000
starts_per_minute = 12000
"""
_HIDDEN = 1.0  # seconds after its POST in which ODC does not know a packaging
DROPS = (0.0, 0.15)


@dataclass
class Outcome:
    """What one run came to."""

    retrievals: int
    kills: int = 0
    links: int = 0
    doubled: int = 0
    packagings: int = 0
    packagings_doubled: int | None = None  # None: the platform does not tell
    answers_lost: int = 0
    repeats_journalled: int = 0
    seconds: float = 0.0
    status_after_sigterm: int | None = None
    seconds_to_stop: float = 0.0

    @property
    def lost(self) -> int:
        """How many requests that were acknowledged never got their link."""
        return self.retrievals - self.links

    @property
    def holds(self) -> bool:
        """Whether the claim holds."""
        return self.lost == 0 and self.doubled == 0 and self._packagings_hold

    @property
    def _packagings_hold(self) -> bool:
        if self.packagings_doubled is not None:
            return self.packagings_doubled == 0 and self.packagings == self.retrievals
        # Every repetition is journalled, those after a lost answer too.
        return self.packagings <= self.retrievals + self.repeats_journalled

    def __str__(self) -> str:
        doubled = "" if self.packagings_doubled is None else f"{self.packagings_doubled} doubled, "
        return (
            f"{self.retrievals} retrievals, {self.kills} kills: {self.lost} lost, "
            f"{self.doubled} Slack posts doubled, {self.packagings} packagings ({doubled}"
            f"{self.answers_lost} answers to the packaging POST lost on the way, "
            f"{self.repeats_journalled} journalled as repeated), {self.seconds:.0f} s"
        )


def _platform(kind: Kind) -> Platform:
    platform = PLATFORMS[kind](ScaledClock())
    platform.sandbox.knobs.packaging_seconds = 3.0
    if isinstance(platform, Odc):
        platform.be_hurried()
        platform.hide_packagings(_HIDDEN)
    return platform


async def run(
    kind: Kind, retrievals: int, kills: int, folder: Path, *, seed: int = 1, drop: float = 0.0
) -> Outcome:
    """Play the story once."""
    platform = _platform(kind)
    slack = SandboxSlack(clock=platform.sandbox.clock)
    await platform.sandbox.start()
    await slack.start()
    names = platform.add_applications(retrievals)
    channels = [slack.add_channel(f"team-{n}", "public", ["ada"]).name for n in range(CHANNELS)]
    process = Process(
        environment_for(outside_of(slack, platform), folder, policy=_POLICY), folder / "bot.log"
    )
    outcome = Outcome(retrievals=retrievals)
    began = time.monotonic()
    try:
        await process.start()
        await process.ready()
        await slack.connected(1)
        if drop:
            slack.inject(SlackFault("*", "drop_after", times=None, probability=drop))
            platform.lose_answers(drop)
        for number, name in enumerate(names):
            await _ask(slack, channels[number % CHANNELS], f'"{name}" Testing')
        outcome.kills = await _kill(process, kills, random.Random(seed))
        await _until_all_have_links(slack, channels, retrievals)
        outcome.links = len(_linked(slack, channels))
        await _until_cards_are_true(slack, channels)
        stopping = time.monotonic()
        outcome.status_after_sigterm = await process.terminate()
        outcome.seconds_to_stop = time.monotonic() - stopping
    finally:
        await process.kill()
        outcome.doubled = sum(n - 1 for n in slack.doubled_posts("metadata").values())
        outcome.packagings = platform.sandbox.calls.packagings_started
        outcome.packagings_doubled = platform.doubled
        outcome.answers_lost = platform.sandbox.calls.packaging_answers_lost
        outcome.repeats_journalled = _repeats(folder / "bot.sqlite3")
        outcome.seconds = time.monotonic() - began
        await slack.stop()
        await platform.sandbox.stop()
    return outcome


async def _kill(process: Process, kills: int, chance: random.Random) -> int:
    """Kill and start it so often: each third time at work, else wherever its start has come."""
    for number in range(kills):
        if number % 3 == 0:
            await process.ready()
        await asyncio.sleep(chance.uniform(0.2, 2.5))
        await process.kill()
        await process.start()
    return kills


async def _ask(slack: SandboxSlack, channel: str, line: str) -> None:
    """Type the command until it is acknowledged, as a person would."""
    while not (await slack.slash_command("ada", channel, "/sast-source", line)).acknowledged:
        await asyncio.sleep(0.2)


def _linked(slack: SandboxSlack, channels: list[str]) -> set[str]:
    """Give the cards in whose thread a link stands."""
    return {
        f"{channel}/{message.thread_ts}"
        for channel in channels
        for message in slack.messages(channel, threads=True)
        if message.thread_ts and re.search(r"/download/", str(message.blocks) + message.text)
    }


async def _until_all_have_links(slack: SandboxSlack, channels: list[str], number: int) -> None:
    await slack.wait_until(lambda: len(_linked(slack, channels)) >= number, within=300)


async def _until_cards_are_true(slack: SandboxSlack, channels: list[str]) -> None:
    def all_ready() -> bool:
        return all("Ready" in str(m.blocks) for c in channels for m in slack.messages(c))

    await slack.wait_until(all_ready, within=300)


def _repeats(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            "select count(distinct key) from events where body like '%effect_repeated%'"
            " and body like '%\"packaging\"%'"
        )
        return int(found.fetchone()[0])


async def _report(kind: Kind, drop: float, asked: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        outcome = await run(
            kind, asked.retrievals, asked.kills, Path(folder), seed=asked.seed, drop=drop
        )
    verdict = Verdict(PLATFORMS[kind].name)
    verdict.claim(f"{drop:.0%} of answers dropped: {outcome}", holds=outcome.holds)
    return verdict.status


async def measure(asked: argparse.Namespace) -> int:
    """Play every case, and give the exit status."""
    cases = [(kind, drop) for kind in chosen(asked) for drop in DROPS]
    async with asyncio.TaskGroup() as group:
        played = [group.create_task(_report(*case, asked)) for case in cases]
    return max(one.result() for one in played)


def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrievals", type=int, default=40)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    add_option(parser)
    return asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
