"""The whole bot on a clock that runs faster than the wall, with a fine probe of its loop's lag.

Not a benchmark. Slack's budgets let four messages go a second, and a benchmark that needs
thousands cannot wait: everything that waits here, Slack's limits in the sandbox too, does so on
one clock. CLOCK_SPEED and CLOCK_ORIGIN say which.
"""

from __future__ import annotations

import asyncio
import os
import signal

from prometheus_client import Histogram

from bot import environment, log
from bot.app import running_bot
from bot.sandbox.clock import ScaledClock

PROBE = "benchmark_lag_seconds"
_EVERY = 0.02  # seconds
_FINEST, _FINER_BY, _BUCKETS = 0.0005, 1.25, 42  # from half a millisecond to five seconds


async def _probe(lag: Histogram) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY
        await asyncio.sleep(_EVERY)
        lag.observe(max(0.0, loop.time() - due))


async def _run() -> None:
    clock = ScaledClock(float(os.environ["CLOCK_SPEED"]), float(os.environ["CLOCK_ORIGIN"]))
    settings = environment.load()
    log.configure(settings.log_format)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running_bot(settings, clock=clock) as bot:
        buckets = [_FINEST * _FINER_BY**n for n in range(_BUCKETS)]
        lag = Histogram(PROBE, "Loop lag.", buckets=buckets, registry=bot.metrics.registry)
        probe = asyncio.create_task(_probe(lag))
        await stop.wait()
        probe.cancel()


if __name__ == "__main__":
    asyncio.run(_run())
