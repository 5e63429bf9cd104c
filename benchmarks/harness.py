"""What the benchmarks share: the real bot as a process, its size and its work, and verdicts.

Linux only: memory and CPU time are read from /proc.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.platforms import Platform
from bot.sandbox.slack import SandboxSlack

ROOT = Path(__file__).resolve().parents[1]
MB = 1_000_000
MIB = 1024 * 1024
_START_SECONDS = 60.0
_LOOK_AGAIN = 0.1


def free_port() -> int:
    """Give a port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Outside:
    """Where Slack and the platform are, and what the bot needs to be let in."""

    slack_api: str
    platform: Mapping[str, str]  # environment variables
    bot_token: str = SandboxSlack.bot_token
    app_token: str = SandboxSlack.app_token
    signing_secret: str = SandboxSlack.signing_secret


def outside_of(slack: SandboxSlack, platform: Platform) -> Outside:
    """Say where these two are."""
    return Outside(slack.api_url, platform.variables)


def environment_for(
    outside: Outside, folder: Path, *, policy: str = "", is_http: bool = False
) -> dict[str, str]:
    """Give the environment of a bot with its state in `folder`; `policy` is its TOML file."""
    port = free_port()
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    hearing = (
        {"SLACK_SIGNING_SECRET": outside.signing_secret}
        if is_http
        else {"SLACK_APP_TOKEN": outside.app_token}
    )
    return hearing | {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SLACK_BOT_TOKEN": outside.bot_token,
        "SLACK_API_URL": outside.slack_api,
        **outside.platform,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LISTEN": f"127.0.0.1:{port}",
        "METRICS_LISTEN": f"127.0.0.1:{free_port()}",
        "DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite3'}",
        "SAST_SOURCE_CONFIG": str(folder / "policy.toml"),
        "LOG_FORMAT": "json",
    }


@dataclass(frozen=True)
class Usage:
    """What a process holds and has used so far."""

    resident: int  # bytes of physical memory
    private: int  # bytes of it that no other process shares
    cpu: float  # seconds of CPU time since it began


def usage(pid: int) -> Usage:
    """Look at a process."""
    totals = _fields(Path(f"/proc/{pid}/smaps_rollup"))
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(after_name[11]) + int(after_name[12])  # user and system, proc(5)
    private = totals["Private_Clean"] + totals["Private_Dirty"]
    return Usage(totals["Rss"], private, ticks / os.sysconf("SC_CLK_TCK"))


def begin_peak(pid: int) -> None:
    """Let the peak of a process's memory begin anew from what it holds now (proc(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid: int) -> int:
    """Give the most bytes a process held since `begin_peak`."""
    return _fields(Path(f"/proc/{pid}/status"))["VmHWM"]


def _fields(path: Path) -> dict[str, int]:
    """Read the lines `Name:  123 kB`, in bytes."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {one[0].rstrip(":"): int(one[1]) * 1024 for one in lines if one[-1] == "kB"}


class Process:
    """A program of this project in a process of its own; by default the bot itself."""

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        module: Sequence[str] = ("bot", "serve"),
    ) -> None:
        self.environment = {"PYTHONPATH": str(ROOT), **environment}
        self.log = log
        self._module = module
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Give where the bot listens."""
        return f"http://{self.environment['LISTEN']}"

    @property
    def pid(self) -> int:
        """Give its process id while it runs."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it, without waiting until it can do anything."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self._module,
                env=self.environment,
                stdin=asyncio.subprocess.PIPE,
                stderr=log,
                stdout=log,
            )

    async def ready(self, path: str = "/healthz") -> None:
        """Wait until it answers with 200. Raises RuntimeError where it ends instead."""
        async with asyncio.timeout(_START_SECONDS), aiohttp.ClientSession() as session:
            while not await _answers(session, self.url + path):
                self._must_run()
                await asyncio.sleep(_LOOK_AGAIN)

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def metrics(self) -> dict[str, float]:
        """Give its metrics, by name with labels as Prometheus writes them."""
        url = f"http://{self.environment['METRICS_LISTEN']}/metrics"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            lines = (await answer.text()).splitlines()
        parted = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in parted}

    def usage(self) -> Usage:
        """Look at it now."""
        return usage(self.pid)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def terminate(self) -> int:
        """Stop it as an operator would, and give its exit status."""
        assert self._process is not None
        self._process.terminate()
        return await self._process.wait()

    def _must_run(self) -> None:
        if self._process is None or self._process.returncode is not None:
            end = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(self._module)} ended at its start:\n{end}")


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that so many percent of them do not exceed."""
    ordered = sorted(values)
    place = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered), int(place)) - 1)]


def spread(values: Sequence[float], unit: str = "", digits: int = 3) -> str:
    """Write the median of some rounds and their extremes."""
    low, middle, high = (f"{percentile(values, p):.{digits}f}" for p in (0, 50, 100))
    return f"{middle}{unit} ({low} to {high} in {len(values)} rounds)"


@dataclass
class Verdict:
    """The claims of one benchmark, or of its part about one platform."""

    about: str = ""
    claims: list[tuple[str, bool]] = field(default_factory=list)

    def claim(self, text: str, *, holds: bool) -> None:
        """Print a claim, and remember whether it holds."""
        text = f"{self.about}: {text}" if self.about else text
        self.claims.append((text, holds))
        print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {text}", flush=True)

    @property
    def status(self) -> int:
        """Give the exit status."""
        return 0 if self.claims and all(holds for _, holds in self.claims) else 1
