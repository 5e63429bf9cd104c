"""A bot on a fast clock, watched for some seconds. Not a benchmark."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

from benchmarks.bot_on_a_fast_clock import PROBE
from benchmarks.harness import MB, Process, Usage


@dataclass(frozen=True)
class Span:
    """What a bot was seen to be over some seconds."""

    at_end: Usage
    share: float  # of one core
    lags: tuple[float, float, float]  # p50, p99 and max in seconds, rounded up to a bucket

    def __str__(self) -> str:
        p50, p99, most = (1000 * lag for lag in self.lags)
        return (
            f"{self.at_end.resident / MB:6.1f} MB, {self.share:6.1%} of a core, "
            f"loop lag p50 {p50:.1f}   p99 {p99:.1f}   max {most:.1f} ms"
        )


async def observe(process: Process, window: float) -> Span:
    """Watch a bot for so many seconds."""
    before, lags_before = process.usage(), await process.metrics()
    began = time.monotonic()
    await asyncio.sleep(window)
    seconds, after = time.monotonic() - began, process.usage()
    lags = _lags(lags_before, await process.metrics())
    return Span(after, (after.cpu - before.cpu) / seconds, lags)


def _lags(before: dict[str, float], after: dict[str, float]) -> tuple[float, float, float]:
    """Give p50, p99 and max of the probe between two looks at the metrics."""
    counts = {}
    for name, value in after.items():
        if found := re.fullmatch(PROBE + r'_bucket\{le="(.+)"\}', name):
            counts[float(found[1])] = value - before.get(name, 0.0)
    total = max(counts.values())
    p50, p99, most = (
        min(edge for edge, count in counts.items() if count >= total * part)
        for part in (0.5, 0.99, 1.0)
    )
    return p50, p99, most
