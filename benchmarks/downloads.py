"""Claims: a download through the bot's own link is as quick as a direct one, and costs no memory.

The same package of the same sandbox, in turn direct and through the bot: throughput, with the
sandbox paced to 100 MB/s and unpaced. And 16 downloads of 140 MB at once: how much the bot's
process grows. Platform, bot and client are processes of their own; the client is the same for both
ways. OutSystems 11 gives its packages for its token, ODC through the pre-signed URL of a storage.

    python -m benchmarks.downloads [--platform both] [--megabytes 140] [--rounds 7] [--at-once 16]
                                   [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from benchmarks.harness import (
    MB,
    MIB,
    Outside,
    Process,
    Verdict,
    begin_peak,
    environment_for,
    peak,
    percentile,
    spread,
)
from benchmarks.odc_script import Client, session_for
from benchmarks.outside_process import Remote, outside_process
from benchmarks.platforms import PLATFORMS, Kind, add_option, chosen
from benchmarks.retrieving import link_for
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime.infrastructure import EMPLOYEE_BACKOFFICE, TESTING
from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD
from bot.sandbox.slack import SandboxSlack

_LINE = "EmployeeBackoffice Testing"
_PACE = 100 * MB  # bytes per second
_LEAST_SHARE = 0.95
_MOST_GROWTH = 64 * MB
_SLOW = 10 * MB  # bytes per second that a slow reader takes
_PIECE = 256 * 1024


class Read(NamedTuple):
    """One download, in seconds: until its end, and until its first bytes."""

    seconds: float
    first: float


@dataclass(frozen=True)
class Source:
    """Where a package is read from, and how one is let in."""

    url: str
    headers: Mapping[str, str]

    def read(self, expected: int, slowly: float | None = None) -> Read:
        """Read the package to its end, at most so many bytes a second."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        began = time.perf_counter()
        place = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("GET", place, headers=dict(self.headers))
        answer = connection.getresponse()
        first = time.perf_counter() - began
        got = _drain(answer, slowly)
        seconds = time.perf_counter() - began
        connection.close()
        assert answer.status == 200, f"{answer.status} instead of a package"
        assert got == expected, f"{got} of {expected} bytes"
        return Read(seconds, first)


def _drain(answer: http.client.HTTPResponse, slowly: float | None) -> int:
    room = memoryview(bytearray(_PIECE))
    pause = threading.Event()
    got, began = 0, time.perf_counter()
    while taken := answer.readinto(room):
        got += taken
        if slowly is not None:
            pause.wait(max(0.0, got / slowly - (time.perf_counter() - began)))
    return got


async def _direct(kind: Kind, outside: Outside) -> Source:
    """Ask the platform for a package and its link, as a script would."""
    return await (_of_lifetime(outside) if kind == "lifetime" else _of_odc(outside))


async def _of_lifetime(outside: Outside) -> Source:
    package = (
        f"{outside.platform['LIFETIME_URL']}/lifetimeapi/rest/v2/environments/{TESTING}"
        f"/applications/{EMPLOYEE_BACKOFFICE}/sourcecodeaccess"
    )
    headers = {"Authorization": f"Bearer {outside.platform['LIFETIME_TOKEN']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(package) as answer:
            key = (await answer.json())["PackageKey"]
        status = ""
        while status != "Done":
            async with session.get(f"{package}/{key}/status") as answer:
                status = (await answer.json())["Status"]
            await asyncio.sleep(0.1)
        async with session.get(f"{package}/{key}/download") as answer:
            return Source((await answer.json())["url"], headers)


async def _of_odc(outside: Outside) -> Source:
    async with session_for(outside.platform) as session:
        client = Client(session, outside.platform["ODC_PORTAL_URL"], ScaledClock())
        return Source(await client.package(EMPLOYEE_BACKOFFICE_BUILD), {})


@dataclass
class Bench:
    """What is measured, with what."""

    process: Process
    remote: Remote
    direct: Source
    through: Source
    size: int
    rounds: int
    at_once: int
    verdict: Verdict

    async def growth(self, slowly: float | None) -> None:
        """Read many at once, and judge how much the bot's process grew."""
        before = self.process.usage().resident
        begin_peak(self.process.pid)
        began = time.perf_counter()
        with ThreadPoolExecutor(self.at_once) as threads:
            loop = asyncio.get_running_loop()
            reads = [
                loop.run_in_executor(threads, self.through.read, self.size, slowly)
                for _ in range(self.at_once)
            ]
            await asyncio.gather(*reads)
        seconds = time.perf_counter() - began
        grown = peak(self.process.pid) - before
        how = f"each reading {slowly / MB:.0f} MB/s" if slowly else "reading as fast as they can"
        print(
            f"  {self.at_once} at once of {self.size / MB:.0f} MB, {how}: {seconds:.1f} s, "
            f"{before / MIB:.1f} MiB before, {grown / MIB:+.1f} MiB at the peak"
        )
        self.verdict.claim(
            f"the process grew by less than 64 MB ({grown / MB:.1f} MB)", holds=grown < _MOST_GROWTH
        )

    async def throughput(self, pace: float | None) -> None:
        """Read in turn direct and through the bot; judge the ratio where it is paced."""
        await self.remote.turn(pace_bytes_per_second=pace)
        pairs = [await self._pair(through_first=bool(number % 2)) for number in range(self.rounds)]
        ratios = [direct.seconds / through.seconds for direct, through in pairs]
        print(f"  {f'paced to {pace / MB:.0f} MB/s' if pace else 'unpaced'}, in turn:")
        for side, name in enumerate(("direct", "through the bot")):
            speed = [self.size / MB / pair[side].seconds for pair in pairs]
            first = percentile([1000 * pair[side].first for pair in pairs], 50)
            print(f"    {name:16}{spread(speed, ' MB/s', 0)}, first bytes after {first:.0f} ms")
        print(f"    through / direct {spread(ratios)}")
        if pace:
            ratio = percentile(ratios, 50)
            self.verdict.claim(
                f"through the bot at least 0.95 of direct ({ratio:.3f})",
                holds=ratio >= _LEAST_SHARE,
            )

    async def _pair(self, *, through_first: bool) -> tuple[Read, Read]:
        """Read it once each way."""
        order = (self.through, self.direct) if through_first else (self.direct, self.through)
        first, second = [await asyncio.to_thread(one.read, self.size) for one in order]
        return (second, first) if through_first else (first, second)


async def _run(bench: Bench) -> None:
    await bench.growth(None)  # first, so that nothing before it has made the process larger
    await bench.growth(_SLOW)
    await bench.throughput(_PACE)
    await bench.throughput(None)


async def measure(kind: Kind, asked: argparse.Namespace, folder: Path) -> Verdict:
    """Start everything, and measure."""
    verdict, size = Verdict(PLATFORMS[kind].name), asked.megabytes * MB
    rounds = 3 if asked.quick else asked.rounds
    slack = SandboxSlack()
    await slack.start()
    async with outside_process(kind, 0, 0) as remote:
        await remote.turn(package_bytes=size, packaging_seconds=1.0)
        outside = replace(remote.outside, slack_api=slack.api_url)
        process = Process(environment_for(outside, folder), folder / "bot.log")
        await process.start()
        try:
            await process.ready()
            await slack.connected(1)
            link = await link_for(slack, _LINE)
            through = Source(link, {"User-Agent": "Mozilla/5.0"})
            direct = await _direct(kind, outside)
            bench = Bench(process, remote, direct, through, size, rounds, asked.at_once, verdict)
            await _run(bench)
            assert await process.terminate() == 0, "SIGTERM did not end it cleanly"
        finally:
            await process.kill()
            await slack.stop()
    return verdict


def main() -> int:
    """Run the benchmark as its docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=140)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="3 rounds")
    add_option(parser)
    asked = parser.parse_args()
    statuses = []
    for kind in chosen(asked):
        print(f"{PLATFORMS[kind].name}: downloads through the bot's own link, beside direct ones")
        with tempfile.TemporaryDirectory() as folder:
            statuses.append(asyncio.run(measure(kind, asked, Path(folder))).status)
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
