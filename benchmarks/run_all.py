"""Run every benchmark, one after the other, and say at the end which claims hold.

python -m benchmarks.run_all [--quick]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.harness import ROOT

# What each is told for a quick look.
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "acknowledgement": ("--quick",),
    "downloads": ("--quick",),
    "link_latency": ("--quick",),
    "waiting": ("--quick",),
    "kill_and_resume": ("--retrievals", "10", "--kills", "5"),
    "against_vendor_client": ("--applications", "5"),
    "name_suggestions": (),
}
_VERDICTS = {0: "holds", 2: "not run: see what it said"}


def main() -> int:
    """Run the benchmarks as the docstring says; gives 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of an hour")
    quick = parser.parse_args().quick
    statuses = {}
    for name, short in BENCHMARKS.items():
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(short if quick else ())]
        statuses[name] = subprocess.run(command, cwd=ROOT, check=False).returncode
    print()
    for name, status in statuses.items():
        print(f"{name:24}{_VERDICTS.get(status, 'DOES NOT HOLD')}")
    return int(any(status not in _VERDICTS for status in statuses.values()))


if __name__ == "__main__":
    sys.exit(main())
