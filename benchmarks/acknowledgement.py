"""Claim: no command waits 3 s for its acknowledgement, at 50 commands a second over signed HTTP.

The real `sast-source serve` stores every request and really retrieves meanwhile, with its default
limits, against a sandbox of either platform in another process. The same commands go to a bare Bolt
app that only acknowledges, before and after. Commands are sent on time whatever the answers do, and
the clock of each runs from the moment it was due.

    python -m benchmarks.acknowledgement [--platform both] [--per-second 50] [--seconds 20]
                                         [--rounds 1] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from benchmarks.harness import Process, Verdict, environment_for, percentile
from benchmarks.outside_process import Remote, outside_process
from benchmarks.platforms import PLATFORMS, add_option, chosen

_CHANNELS = 50
_MOST_SECONDS = 3.0  # Slack's patience


@dataclass
class Answers:
    """How long the commands of one round waited, in seconds."""

    waits: list[float] = field(default_factory=list)
    refused: int = 0

    def __str__(self) -> str:
        p50, p95, p99, most = (1000 * percentile(self.waits, p) for p in (50, 95, 99, 100))
        return (
            f"p50 {p50:6.1f}   p95 {p95:6.1f}   p99 {p99:6.1f}   max {most:6.1f} ms"
            f"   ({len(self.waits)} commands, {self.refused} not acknowledged)"
        )


@dataclass
class Generator:
    """Types commands at a steady pace."""

    remote: Remote
    per_second: int
    seconds: int
    typed: int = 0

    async def run(self, url: str) -> Answers:
        """Type for as long as was asked, each command for an application of its own."""
        answers = Answers()
        loop = asyncio.get_running_loop()
        timeout = aiohttp.ClientTimeout(total=60)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            began = loop.time()
            async with asyncio.TaskGroup() as tasks:
                for number in range(self.per_second * self.seconds):
                    due = began + number / self.per_second
                    await asyncio.sleep(max(0.0, due - loop.time()))
                    self.typed += 1
                    tasks.create_task(self._type(session, url, due, answers))
        return answers

    async def _type(
        self, session: aiohttp.ClientSession, url: str, due: float, answers: Answers
    ) -> None:
        body, headers = self._signed(self.typed)
        async with session.post(f"{url}/slack/events", data=body, headers=headers) as answer:
            text = await answer.text()
        answers.waits.append(asyncio.get_running_loop().time() - due)
        answers.refused += answer.status != 200 or "Got it" not in text

    def _signed(self, number: int) -> tuple[bytes, dict[str, str]]:
        per_round = self.per_second * self.seconds
        fields = {
            "team_id": "T0SANDBOX1",
            "channel_id": self.remote.channels[number % len(self.remote.channels)],
            "channel_name": "team",
            "user_id": self.remote.user,
            "user_name": "ada",
            "command": "/sast-source",
            "text": f"Generated{number % per_round + 1:04d} Testing",
            "api_app_id": "A0SANDBOX1",
            "is_enterprise_install": "false",
            "response_url": f"{self.remote.outside.slack_api}none/{number}",
            "trigger_id": f"{number}.{time.time_ns()}",
        }
        body = urlencode(fields)
        stamp = str(int(time.time()))
        signer = SignatureVerifier(self.remote.outside.signing_secret)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": str(signer.generate_signature(timestamp=stamp, body=body)),
        }
        return body.encode(), headers


async def _bare(generator: Generator, folder: Path) -> Answers:
    environment = environment_for(generator.remote.outside, folder, is_http=True)
    process = Process(environment, folder / "bare.log", ("benchmarks.bare_bolt",))
    await process.start()
    try:
        await process.ready()
        return await generator.run(process.url)
    finally:
        await process.kill()


async def _bot(generator: Generator, folder: Path) -> tuple[Answers, dict[str, float], float]:
    """Measure the bot; gives its metrics and its share of a core besides."""
    environment = environment_for(generator.remote.outside, folder, is_http=True)
    process = Process(environment, folder / "bot.log")
    await process.start()
    try:
        await process.ready()
        before = process.usage().cpu
        answers = await generator.run(process.url)
        share = (process.usage().cpu - before) / generator.seconds
        metrics = await process.metrics()
        assert await process.terminate() == 0, "SIGTERM did not end it cleanly"
        return answers, metrics, share
    finally:
        await process.kill()


def _calls(metrics: dict[str, float], *words: str) -> int:
    """Count the calls whose labels hold these words."""
    return int(
        sum(
            value
            for name, value in metrics.items()
            if "_call_seconds_count{" in name and all(word in name for word in words)
        )
    )


async def _round(generator: Generator, verdict: Verdict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = await _bare(generator, Path(folder))
        print(f"  bare Bolt app, before   {before}", flush=True)
        answers, metrics, share = await _bot(generator, Path(folder))
        print(f"  the bot                 {answers}", flush=True)
        after = await _bare(generator, Path(folder))
        print(f"  bare Bolt app, after    {after}")
    cards = _calls(metrics, "chat.postMessage", "ok")
    started = _calls(metrics, "platform", 'call="start')
    asked = _calls(metrics, "platform=")
    print(
        f"  meanwhile the bot posted {cards} messages, started {started} packagings, called "
        f"the platform {asked} times and used {share:.0%} of a core"
    )
    ratio = percentile(answers.waits, 99) / percentile(before.waits + after.waits, 99)
    most = max(answers.waits)
    verdict.claim(
        f"every command acknowledged, none over 3 s (max {most:.2f} s); "
        f"p99 is {ratio:.1f} times that of the bare app",
        holds=most <= _MOST_SECONDS and answers.refused == 0,
    )
    verdict.claim("it retrieved meanwhile", holds=cards > 0 and started > 0)


async def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="10 seconds")
    add_option(parser)
    asked = parser.parse_args()
    seconds = 10 if asked.quick else asked.seconds
    statuses = []
    for kind in chosen(asked):
        verdict = Verdict(PLATFORMS[kind].name)
        async with outside_process(kind, asked.per_second * seconds, _CHANNELS) as remote:
            for _ in range(asked.rounds):
                print(
                    f"{PLATFORMS[kind].name}: {asked.per_second} commands a second for "
                    f"{seconds} s, signed HTTP"
                )
                await _round(Generator(remote, asked.per_second, seconds), verdict)
        statuses.append(verdict.status)
    return max(statuses)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
