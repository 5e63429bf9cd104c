"""Run every benchmark, and say at the end of each claim whether it holds, on each platform.

One after the other, but for those that mostly wait and whose figures do not depend on what else
the machine does: they run beside each other. Some are told to do less than by themselves, so that
everything takes less than 25 minutes.

    python -m benchmarks.run_all [--quick]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.harness import ROOT

_QUICK = ("--quick",)
_CLAIM = re.compile(r"^ *(holds|DOES NOT HOLD): (.*)$", re.MULTILINE)
_NOT_RUN = 2  # the exit status of one that lacks something


@dataclass(frozen=True)
class Benchmark:
    """One benchmark, and what it is told."""

    name: str
    quick: tuple[str, ...] = _QUICK
    full: tuple[str, ...] = ()


# Each row at once.
BENCHMARKS = (
    (Benchmark("acknowledgement"),),
    (Benchmark("downloads"),),
    (
        Benchmark("link_latency", full=("--retrievals", "40", "--on-odc", "24")),
        Benchmark("rate_limits", quick=("--retrievals", "40")),
    ),
    (Benchmark("waiting", full=("--retrievals", "400")),),
    (Benchmark("kill_and_resume", quick=("--retrievals", "10", "--kills", "5")),),
    (
        Benchmark(
            "against_vendor_client",
            quick=("--applications", "5"),
            full=("--applications", "15"),
        ),
    ),
    (Benchmark("name_suggestions", quick=()),),
)


@dataclass(frozen=True)
class Result:
    """What one benchmark said."""

    name: str
    status: int
    minutes: float
    said: str

    @property
    def rows(self) -> list[str]:
        """Give its lines of the table."""
        claims = [f"  {claim:15}{text}" for claim, text in _CLAIM.findall(self.said)]
        if self.status == _NOT_RUN:
            claims.append("  not run: see what it said")
        elif self.status != 0 and not any("DOES NOT HOLD" in one for one in claims):
            claims.append(f"  BROKEN: it ended with status {self.status}")
        return [f"{self.name} ({self.minutes:.1f} min)", *claims]


def run(benchmark: Benchmark, *, quick: bool) -> Result:
    """Run one benchmark, and show what it says when it has ended."""
    options = benchmark.quick if quick else benchmark.full
    command = [sys.executable, "-m", f"benchmarks.{benchmark.name}", *options]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    minutes = (time.monotonic() - began) / 60
    print(f"\n== {' '.join(command[2:])}\n{done.stdout}", end="", flush=True)
    return Result(benchmark.name, done.returncode, minutes, done.stdout)


def main() -> int:
    """Run the benchmarks as the docstring says; gives 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything in small, in 8 minutes")
    quick = parser.parse_args().quick
    results: list[Result] = []
    began = time.monotonic()
    for row in BENCHMARKS:
        with ThreadPoolExecutor(len(row)) as threads:
            results += threads.map(lambda one: run(one, quick=quick), row)
    print(f"\n== every claim ({(time.monotonic() - began) / 60:.0f} minutes)")
    for result in results:
        print("\n".join(result.rows))
    return int(any(result.status not in {0, _NOT_RUN} for result in results))


if __name__ == "__main__":
    sys.exit(main())
