"""`sast-source fetch` beside OutSystems' own client, in one run against the same sandbox LifeTime.

(a) Many applications: wall time, at our default number of packagings at once and with all at once.
(b) One large package: peak memory and wall time.

OutSystems 11 only: OutSystems publishes no client for ODC's generated code, so on ODC there is none
to compare with (`rate_limits` compares with a script there).

OutSystems' client pins exact versions, so it lives in a virtual environment of its own:

    python3 -m venv vendor && vendor/bin/pip install outsystems-pipeline
    SAST_SOURCE_VENDOR_PYTHON=vendor/bin/python python benchmarks/against_vendor_client.py

With the defaults this takes about ten minutes, nearly all of it OutSystems' client waiting for one
packaging after the other; `--applications 5` gives a quick look. Linux only: memory is read from
/proc. The interval is whole seconds, since OutSystems' client knows no other.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import Knobs, SandboxLifeTime

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "sandbox-lifetime-token"
LARGE = "EmployeeBackoffice"
LARGE_PACKAGING = 3  # seconds, in which our process is seen idle
MB = 1_000_000
IDLE_AFTER = 1.0  # seconds after the packaging began
PAUSE = 0.01  # seconds between two looks at a process's memory


@dataclass
class Measured:
    """One process from its start to its end."""

    status: int
    seconds: float
    peak: int = 0  # bytes of resident memory
    idle: int = 0  # the same while it waited for the packaging
    start_up: float = 0.0  # seconds until the packaging had begun


@dataclass
class Bench:
    """What is measured, with what."""

    vendor: str
    applications: int
    packaging: float
    interval: int
    megabytes: int
    rounds: int
    folder: Path
    url: str = ""

    def theirs(self, names: list[str]) -> Measured:
        out = self._fresh("theirs")
        config = out / "cfg.env"
        config.write_text(f"SOURCECODE_SLEEP_PERIOD_IN_SECS={self.interval}\n")
        command = [
            *(self.vendor, "-m", "outsystems.pipeline.fetch_apps_source_code"),
            *("-lu", self.url, "-lt", TOKEN, "-t", "Testing", "-l", ",".join(names)),
            *("-a", str(out / "Artifacts"), "-cf", str(config)),
        ]
        measured = measure(command, out, _environment())
        packages = [*out.glob("Artifacts/**/*.source.zip")]
        assert len(packages) == len(names), f"OutSystems' client brought {len(packages)} packages"
        return measured

    def ours(self, names: list[str], at_once: int | None = None) -> Measured:
        out = self._fresh("ours")
        limits = f"[limits]\npackagings_at_once = {at_once}\n" if at_once else ""
        polling = f"[polling]\nfirst = {self.interval}\nlater = {self.interval}\n"
        (out / "config.toml").write_text(polling + limits)
        environment = {
            **_environment(),
            "PYTHONPATH": str(ROOT),
            "LIFETIME_URL": self.url,
            "LIFETIME_TOKEN": TOKEN,
            "SAST_SOURCE_CONFIG": str(out / "config.toml"),
        }
        command = [sys.executable, "-m", "bot", "fetch", *names, "--env", "Testing"]
        measured = measure([*command, "--out", str(out)], out, environment)
        assert measured.status == 0, f"sast-source fetch ended with status {measured.status}"
        return measured

    def _fresh(self, name: str) -> Path:
        folder = self.folder / f"{name}-{time.monotonic_ns()}"
        folder.mkdir()
        return folder


def _environment() -> dict[str, str]:
    """Give ours, but let Python keep what it has compiled, as it does for whoever installs it."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def measure(command: list[str], folder: Path, environment: dict[str, str]) -> Measured:
    """Run a command to its end and watch its memory, and its lines for the packaging's begin."""
    began = time.perf_counter()
    packaging: list[float] = []
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        reader = threading.Thread(target=_read, args=(process, packaging))
        reader.start()
        peak, idle = _watch(process, packaging)
        status = process.wait()
        seconds = time.perf_counter() - began
        reader.join()
    return Measured(status, seconds, peak, idle, packaging[0] - began)


def _read(process: subprocess.Popen[str], packaging: list[float]) -> None:
    """Note when the first packaging had begun, which both say in a line."""
    assert process.stdout is not None
    packaging.extend(
        time.perf_counter()
        for line in process.stdout
        if "calls the package" in line or "started being created" in line
    )


def _watch(process: subprocess.Popen[str], packaging: list[float]) -> tuple[int, int]:
    """Give the peak of resident memory, and what it was some time after packaging began."""
    peak = idle = 0
    while process.poll() is None:
        peak = max(peak, _memory(process.pid, "VmHWM"))
        if packaging and not idle and time.perf_counter() - packaging[0] > IDLE_AFTER:
            idle = _memory(process.pid, "VmRSS")
        threading.Event().wait(PAUSE)
    return peak, idle


def _memory(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(field)), 0)


async def serve(applications: int, packaging: float, megabytes: int) -> None:
    """Be the sandbox until standard input ends; print the URL."""
    knobs = Knobs(packaging_seconds=packaging)
    knobs.packaging_seconds_of[LARGE] = LARGE_PACKAGING
    knobs.package_bytes_of[LARGE] = megabytes * MB
    lifetime = SandboxLifeTime(clock=ScaledClock(1), token=TOKEN, knobs=knobs)
    lifetime.infrastructure.add_applications(applications)
    print(await lifetime.start(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await lifetime.stop()


@contextmanager
def sandbox(bench: Bench) -> Iterator[None]:
    """Run the sandbox in a process of its own."""
    command = [sys.executable, __file__, "--serve", "--applications", str(bench.applications)]
    command += ["--packaging-seconds", str(bench.packaging), "--megabytes", str(bench.megabytes)]
    environment = {**_environment(), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        bench.url = process.stdout.readline().strip()
        try:
            yield
        finally:
            process.stdin.close()


def many(bench: Bench) -> None:
    """Measure wall times for many applications and print them."""
    names = [f"Generated{n:04d}" for n in range(1, bench.applications + 1)]
    print(
        f"(a) {len(names)} applications, {bench.packaging:g} s of packaging each, "
        f"asked every {bench.interval} s"
    )
    by_default = bench.ours(names)
    at_once = bench.ours(names, at_once=len(names))
    theirs = bench.theirs(names)
    print(f"    {'':44}{'wall time':>10}{'ours / theirs':>16}")
    print(f"    {'OutSystems client':44}{theirs.seconds:>8.1f} s")
    rows = (
        ("sast-source fetch, 10 packagings at once", by_default),
        (f"sast-source fetch, {len(names)} packagings at once", at_once),
    )
    for name, measured in rows:
        ratio = measured.seconds / theirs.seconds
        print(f"    {name:44}{measured.seconds:>8.1f} s{ratio:>16.3f}")


def large(bench: Bench) -> bool:
    """Measure one large package and print it; tells whether every claim holds."""
    print(
        f"(b) one package of {bench.megabytes} MB, {LARGE_PACKAGING} s of packaging, "
        f"asked every {bench.interval} s, the median of {bench.rounds} runs each, in turn"
    )
    bench.ours([LARGE])  # compiles what was never run before; theirs pip has compiled
    pairs = [(bench.ours([LARGE]), bench.theirs([LARGE])) for _ in range(bench.rounds)]
    ours = _middle([pair[0] for pair in pairs])
    theirs = _middle([pair[1] for pair in pairs])
    print(f"    {'':20}{'wall time':>11}{'of which start':>16}{'peak memory':>14}{'idle':>11}")
    for name, one in (("OutSystems client", theirs), ("sast-source fetch", ours)):
        times = f"{one.seconds:>9.2f} s{one.start_up:>14.2f} s"
        print(f"    {name:20}{times}{one.peak / MB:>11.1f} MB{one.idle / MB:>8.1f} MB")
    over = ours.peak - ours.idle
    claims = (
        (
            f"peak memory at most half of theirs ({ours.peak / theirs.peak:.2f})",
            ours.peak * 2 <= theirs.peak,
        ),
        (f"at most 20 MB above our own idle ({over / MB:.1f} MB)", over <= 20 * MB),
        (
            f"wall time no worse ({ours.seconds / theirs.seconds:.2f})",
            ours.seconds <= theirs.seconds,
        ),
    )
    for claim, holds in claims:
        print(f"    {'holds' if holds else 'DOES NOT HOLD'}: {claim}")
    return all(holds for _, holds in claims)


def _middle(runs: list[Measured]) -> Measured:
    return Measured(
        status=max(run.status for run in runs),
        seconds=median(run.seconds for run in runs),
        peak=max(run.peak for run in runs),
        idle=min(run.idle for run in runs),
        start_up=median(run.start_up for run in runs),
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--applications", type=int, default=50)
    parser.add_argument("--packaging-seconds", type=float, default=10)
    parser.add_argument("--interval", type=int, default=2, help="seconds between two questions")
    parser.add_argument("--megabytes", type=int, default=140)
    parser.add_argument("--rounds", type=int, default=3, help="runs of (b)")
    parser.add_argument("--only", choices=("many", "large"))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Measure, print, and give 1 where a claim does not hold."""
    given = arguments()
    if given.serve:
        asyncio.run(serve(given.applications, given.packaging_seconds, given.megabytes))
        return 0
    vendor = os.environ.get("SAST_SOURCE_VENDOR_PYTHON", "")
    if not vendor:
        print("Set SAST_SOURCE_VENDOR_PYTHON to the Python that has outsystems-pipeline.")
        return 2
    with TemporaryDirectory() as folder:
        bench = Bench(
            vendor=str(Path(vendor).absolute()),
            applications=given.applications,
            packaging=given.packaging_seconds,
            interval=given.interval,
            megabytes=given.megabytes,
            rounds=given.rounds,
            folder=Path(folder),
        )
        with sandbox(bench):
            if given.only != "large":
                many(bench)
            return 0 if given.only == "many" or large(bench) else 1


if __name__ == "__main__":
    sys.exit(main())
