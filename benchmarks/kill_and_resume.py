"""Claim: `kill -9` at random moments loses no retrieval and doubles no Slack post.

The real `sast-source serve` in a process of its own against the sandbox, killed and started again
while it retrieves; then the same with 15 % of all answers dropped after the other side has acted.

    python -m benchmarks.kill_and_resume [--retrievals 40] [--kills 20] [--seed 1]
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

from benchmarks.harness import Process, environment_for, outside_of
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import Fault as LifeTimeFault
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.slack import Fault as SlackFault
from bot.sandbox.slack import SandboxSlack

CHANNELS = 20
_POLICY = """
[polling]
first = 0.5
later = 1
[limits]
requests_per_second = 200
"""


@dataclass
class Outcome:
    """What one run came to."""

    retrievals: int
    kills: int = 0
    links: int = 0
    doubled: int = 0
    packagings: int = 0
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
        # Every repetition is journalled, those after a lost answer too.
        allowed = self.retrievals + self.repeats_journalled
        return self.lost == 0 and self.doubled == 0 and self.packagings <= allowed

    def __str__(self) -> str:
        return (
            f"{self.retrievals} retrievals, {self.kills} kills: {self.lost} lost, "
            f"{self.doubled} Slack posts doubled, {self.packagings} packagings "
            f"({self.answers_lost} answers to the packaging POST lost on the way, "
            f"{self.repeats_journalled} journalled as repeated), {self.seconds:.0f} s: "
            f"{'holds' if self.holds else 'DOES NOT HOLD'}"
        )


async def run(
    retrievals: int, kills: int, folder: Path, *, seed: int = 1, drop: float = 0.0
) -> Outcome:
    """Play the story once."""
    chance = random.Random(seed)
    clock = ScaledClock()
    lifetime = SandboxLifeTime(clock=clock)
    slack = SandboxSlack(clock=clock)
    lifetime.knobs.packaging_seconds = 3.0
    await lifetime.start()
    await slack.start()
    names = [one.name for one in lifetime.infrastructure.add_applications(retrievals)]
    channels = [slack.add_channel(f"team-{n}", "public", ["ada"]).name for n in range(CHANNELS)]
    process = Process(
        environment_for(outside_of(slack, lifetime), folder, policy=_POLICY), folder / "bot.log"
    )
    outcome = Outcome(retrievals=retrievals)
    began = time.monotonic()
    try:
        await process.start()
        await slack.connected(1)
        if drop:
            slack.inject(SlackFault("*", "drop_after", times=None, probability=drop))
            lifetime.knobs.add(LifeTimeFault("drop_after", times=None, probability=drop))
        for number, name in enumerate(names):
            line = f'"{name}" Testing'
            await _ask(slack, channels[number % CHANNELS], line)
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.2, 2.5))
            await process.kill()
            outcome.kills += 1
            await process.start()
        await _until_all_have_links(slack, channels, retrievals)
        outcome.links = len(_linked(slack, channels))
        await _until_cards_are_true(slack, channels)
        stopping = time.monotonic()
        outcome.status_after_sigterm = await process.terminate()
        outcome.seconds_to_stop = time.monotonic() - stopping
    finally:
        await process.kill()
        outcome.doubled = sum(n - 1 for n in slack.doubled_posts("metadata").values())
        outcome.packagings = lifetime.calls.packagings_started
        outcome.answers_lost = lifetime.calls.packaging_answers_lost
        outcome.repeats_journalled = _repeats(folder / "bot.sqlite3")
        outcome.seconds = time.monotonic() - began
        await slack.stop()
        await lifetime.stop()
    return outcome


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


async def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrievals", type=int, default=40)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    holds = True
    for drop in (0.0, 0.15):
        with tempfile.TemporaryDirectory() as folder:
            outcome = await run(
                asked.retrievals, asked.kills, Path(folder), seed=asked.seed, drop=drop
            )
        print(f"{drop:.0%} of answers dropped: {outcome}")
        holds = holds and outcome.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
