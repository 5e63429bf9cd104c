"""Claim: at default settings ODC's rate limits refuse us nothing, whatever is asked for at once.

200 applications are asked for at once: of the bot, each by a command of its own, and of
`sast-source fetch`, in one run. Both keep to their defaults (90 requests a minute to each API, 9
starts of packagings a minute, 10 packagings at once, a poll every 5 s for 30 s and then every
30 s), the sandbox to what ODC publishes (100 and 10). All must end with a link, or a package,
without one 429; whoever waits at the limit is told how many are ahead.

Beside them a client as a careful script would be: all builds at once, each looked at, started and
polled at the published pace, and after each 429 (here without Retry-After) a random part of a pause
that doubles from 1 to 64 s, which is what is usually advised. It may use all that ODC allows, 10
starts a minute; ours keep one in hand.

All run on a clock that is faster than the wall, which the sandbox's limits share. Our limiter
counts a request from before it is sent until a minute after its answer: a loop that is late makes
us slower, never too quick, so no speed can bring a 429 about. But a bot that cannot keep up never
comes to the limit at all. A retrieval is some 35 transactions and takes 0.2 to 0.4 s of a core; at
8 times the wall's speed 9 a minute are 1.2 a second, which leaves it half of a core. `fetch` and
the script keep nothing in a database and run at 40 times.

    python -m benchmarks.rate_limits [--retrievals 200] [--speed 8] [--light-speed 40]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from benchmarks.harness import Process, Verdict, environment_for, outside_of
from benchmarks.odc_script import Client, session_for
from benchmarks.platforms import Odc
from benchmarks.retrieving import ask, link_in, refuse_failure
from bot.cli.fetch.application import Source
from bot.cli.fetch.folder import open_folder
from bot.cli.fetch.manifest import Asked, State
from bot.cli.fetch.progress import Stage, Step
from bot.cli.fetch.run import Run, fetch_all
from bot.domain.policy import Policy
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.sandbox.clock import ScaledClock
from bot.sandbox.odc.limits import LIMITED
from bot.sandbox.slack import Message, SandboxSlack
from bot.sandbox.slack.records import Change
from bot.settings import OdcSettings, Secret

_CHANNELS = 20
_WITHIN = 600.0  # wall seconds for everything
_PLACE = re.compile(r"Waiting for the platform's rate limit; \d+ requests? (is|are) ahead of it")
_DEADLINE = "[polling]\ndeadline = {seconds}\n"


@dataclass
class Outcome:
    """What one way of asking came to."""

    retrievals: int
    links: int = 0
    minutes: float = 0.0  # of the clock, from the first question to the last link
    refused: int = 0  # answers 429
    requests: int = 0
    packagings: int = 0
    packagings_doubled: int = 0
    most_a_minute: int = 0  # requests to one API
    most_starts_a_minute: int = 0
    longest_wait: float = 0.0  # seconds of the clock from the first question to the last start
    told_their_place: int = 0  # of whom it was said how many requests are ahead of it

    def __str__(self) -> str:
        return (
            f"{self.links} of {self.retrievals} in {self.minutes:.1f} minutes of the clock, "
            f"{self.refused} times 429 in {self.requests} requests; at most {self.most_a_minute} "
            f"to one API and {self.most_starts_a_minute} starts arrived within a minute; "
            f"{self.packagings_doubled} packagings doubled"
        )

    def count(self, odc: Odc) -> None:
        """Take what the sandbox has counted."""
        calls = odc.sandbox.calls
        self.refused = sum(call.status == 429 for call in calls)
        assert self.refused == calls.refused_for_rate, "a 429 for another reason"
        self.requests = len(calls)
        self.packagings = calls.packagings_started
        self.packagings_doubled = calls.packagings_doubled
        self.longest_wait = (calls.named("start")[-1].at - calls[0].at).total_seconds()
        self.most_a_minute = max(calls.per_minute_peak[one] for one in LIMITED)
        self.most_starts_a_minute = calls.starts_per_minute_peak


@dataclass
class Watch:
    """What was seen in the channels. What a card says is soon replaced, so each change is read."""

    linked: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def see(self, message: Message) -> None:
        """Read a message that is new or has changed. Raises RuntimeError for a failure."""
        refuse_failure(message)
        if link_in(message):
            self.linked.add(f"{message.channel}/{message.thread_ts}")
        elif _PLACE.search(message.text):
            self.told.add(f"{message.channel}/{message.ts}")

    async def until(self, changes: asyncio.Queue[Change], links: int) -> None:
        """Watch until there are so many links. Raises RuntimeError where a retrieval failed."""
        while len(self.linked) < links:
            if message := (await changes.get()).message:
                self.see(message)


async def bot(
    retrievals: int, speed: float, folder: Path, *, deadline: float | None = None
) -> Outcome:
    """Ask the bot for everything at once, and wait for all links.

    `deadline`: seconds that the platform is given for a packaging, where not the default. Raises
    RuntimeError where a retrieval failed, TimeoutError after ten minutes of the wall.
    """
    clock = ScaledClock(speed)
    odc, slack = Odc(clock), SandboxSlack(clock=clock)
    names = odc.add_applications(retrievals)
    await odc.sandbox.start()
    await slack.start()
    policy = _DEADLINE.format(seconds=deadline) if deadline else ""
    settings = environment_for(outside_of(slack, odc), folder, policy=policy)
    settings |= {"CLOCK_SPEED": str(clock.speed), "CLOCK_ORIGIN": str(clock.origin)}
    process = Process(settings, folder / "bot.log", ("benchmarks.bot_on_a_fast_clock",))
    outcome = Outcome(retrievals)
    await process.start()
    try:
        await process.ready()
        await slack.connected(1)
        began = clock.now()
        watch = await _asked_for(slack, names)
        outcome.links, outcome.told_their_place = len(watch.linked), len(watch.told)
        outcome.minutes = (clock.now() - began).total_seconds() / 60
        assert await process.terminate() == 0, "SIGTERM did not end it cleanly"
        outcome.count(odc)
    except RuntimeError as error:
        error.add_note(_errors(process.log))
        raise
    finally:
        await process.kill()
        await slack.stop()
        await odc.sandbox.stop()
    return outcome


def _errors(log: Path) -> str:
    """Give the lines of the bot's log that say what went wrong."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if '"level": "error"' in line)


async def _asked_for(slack: SandboxSlack, names: Sequence[str]) -> Watch:
    watch, changes = Watch(), slack.subscribe()
    channels = [slack.add_channel(f"team-{n}", "public", ["ada"]).name for n in range(_CHANNELS)]
    async with asyncio.timeout(_WITHIN):
        async with asyncio.TaskGroup() as asking:
            for place, name in enumerate(names):
                asking.create_task(ask(slack, channels[place % _CHANNELS], f"{name} Testing"))
        await watch.until(changes, len(names))
    slack.unsubscribe(changes)
    return watch


@dataclass
class Listener:
    """Hears the progress of `fetch`; implements its Report."""

    told: set[str] = field(default_factory=set)

    def say(self, step: Step) -> None:
        """Hear of a step."""
        if step.stage is Stage.LIMITED:
            self.told.add(step.name)


async def fetch(retrievals: int, speed: float, folder: Path) -> Outcome:
    """Let one run of `sast-source fetch` bring everything, on the fast clock."""
    async with _odc(retrievals, speed) as (odc, names, outcome):
        settings = OdcSettings(
            name=odc.name,
            url=HttpUrl(odc.sandbox.url),
            client_id=odc.sandbox.client_id,
            client_secret=Secret(value=SecretStr(odc.sandbox.client_secret)),
        )
        clock, listener = odc.sandbox.clock, Listener()
        wanted = [Asked(application=name, environment="Testing") for name in names]
        async with make_session() as session:
            source = Source(gateway(settings, session, clock, _unobserved), settings.polling)
            with open_folder(folder, clock) as out:
                run = Run([source], out, Policy(), clock, listener)
                entries = await fetch_all(run, wanted)
        outcome.links = sum(one.state is State.DONE for one in entries)
        outcome.told_their_place = len(listener.told)
    return outcome


def _unobserved(_call: str, _outcome: str, _seconds: float) -> None:
    """Count nothing: the sandbox does."""


async def script(retrievals: int, speed: float) -> Outcome:
    """Let the script do the same."""
    async with (
        _odc(retrievals, speed) as (odc, _, outcome),
        session_for(odc.variables) as session,
    ):
        client = Client(session, odc.sandbox.url, odc.sandbox.clock)
        outcome.links = len(await client.packages("Generated", "Testing"))
    return outcome


@asynccontextmanager
async def _odc(retrievals: int, speed: float) -> AsyncIterator[tuple[Odc, list[str], Outcome]]:
    """Give an ODC, and measure what is done to it."""
    odc, outcome = Odc(ScaledClock(speed)), Outcome(retrievals)
    names = odc.add_applications(retrievals)
    await odc.sandbox.start()
    try:
        began = odc.sandbox.clock.now()
        async with asyncio.timeout(_WITHIN):
            yield odc, names, outcome
        outcome.minutes = (odc.sandbox.clock.now() - began).total_seconds() / 60
        outcome.count(odc)
    finally:
        await odc.sandbox.stop()


def _judge(who: str, ours: Outcome, verdict: Verdict) -> None:
    verdict.claim(
        f"{who}: all {ours.retrievals} ended well, each packaged once",
        holds=(ours.links, ours.packagings, ours.packagings_doubled)
        == (ours.retrievals, ours.retrievals, 0),
    )
    verdict.claim(f"{who}: not one 429 ({ours.refused})", holds=ours.refused == 0)
    verdict.claim(
        f"{who}: {ours.told_their_place} were told how many requests are ahead at the limit",
        holds=ours.told_their_place > 0,
    )


async def measure(retrievals: int, speed: float, light_speed: float) -> int:
    """Let all do it, and give the exit status."""
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        theirs = await script(retrievals, light_speed)
        print(f"  a careful script  {theirs}", flush=True)
        fetched = await fetch(retrievals, light_speed, Path(folder) / "out")
        print(f"  sast-source fetch {fetched}", flush=True)
        served = await bot(retrievals, speed, Path(folder))
        print(f"  the bot           {served}", flush=True)
    for who, ours in (("fetch", fetched), ("the bot", served)):
        print(
            f"  {who} / the script: {ours.minutes / theirs.minutes:.2f} of the time, "
            f"{ours.requests / theirs.requests:.2f} of the requests"
        )
        _judge(who, ours, verdict)
    return verdict.status


def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrievals", type=int, default=200)
    parser.add_argument("--speed", type=float, default=8.0)
    parser.add_argument("--light-speed", type=float, default=40.0)
    asked = parser.parse_args()
    print(f"{asked.retrievals} applications of ODC asked for at once, default settings")
    return asyncio.run(measure(asked.retrievals, asked.speed, asked.light_speed))


if __name__ == "__main__":
    sys.exit(main())
