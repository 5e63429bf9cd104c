"""A sandbox platform and Slack in a process of their own, so that they take no time from others.

Not a benchmark. The first line of its output says where everything is; each line of JSON on its
input sets knobs of the platform and is answered with a line; it ends with its input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.harness import ROOT, Outside
from benchmarks.platforms import KINDS, PLATFORMS, Kind
from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack import SandboxSlack


@dataclass
class Remote:
    """The sandbox in the other process."""

    outside: Outside
    channels: list[str]  # ids
    user: str  # id of one who is in all of them
    _process: asyncio.subprocess.Process

    async def turn(self, **knobs: float | None) -> None:
        """Set knobs of the platform."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(knobs).encode() + b"\n")
        await self._process.stdout.readline()


@asynccontextmanager
async def outside_process(kind: Kind, applications: int, channels: int) -> AsyncIterator[Remote]:
    """Run a platform of that kind with so many generated applications and channels."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.outside_process"),
        *(kind, str(applications), str(channels)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    said = json.loads(await process.stdout.readline())
    try:
        yield Remote(Outside(**said["outside"]), said["channels"], said["user"], process)
    finally:
        process.stdin.close()
        await process.wait()


async def _serve(kind: Kind, applications: int, channels: int) -> None:
    clock = ScaledClock()
    platform, slack = PLATFORMS[kind](clock), SandboxSlack(clock=clock)
    platform.add_applications(applications)
    await platform.sandbox.start()
    await slack.start()
    made = [slack.add_channel(f"team-{n}", "public", ["ada"]).id for n in range(channels)]
    outside = {"slack_api": slack.api_url, "platform": platform.variables}
    said = {"outside": outside, "channels": made, "user": slack.user("ada").id}
    print(json.dumps(said), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        for name, value in json.loads(line).items():
            setattr(platform.sandbox.knobs, name, value)
        print("done", flush=True)
    await slack.stop()
    await platform.sandbox.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("applications", type=int)
    parser.add_argument("channels", type=int)
    given = parser.parse_args()
    asyncio.run(_serve(given.kind, given.applications, given.channels))
