"""What it costs OutSystems' own client to wait for packagings, a process for each.

Not a benchmark. The client only knows OutSystems 11.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.harness import usage
from benchmarks.platforms import LifeTime
from bot.sandbox.clock import ScaledClock

_PROCESSES = 5


async def vendors_waiting(python: str, window: float) -> tuple[float, float]:
    """Give the private memory (bytes) and the share of a core of one process that waits.

    `python` is one that has outsystems-pipeline; `window` are the seconds of the look.
    """
    lifetime = LifeTime(ScaledClock())
    lifetime.never_end()
    names = lifetime.add_applications(_PROCESSES)
    await lifetime.sandbox.start()
    started: list[asyncio.subprocess.Process] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            started += [
                await _vendor(python, lifetime.variables, name, Path(folder)) for name in names
            ]
            async with asyncio.timeout(60):
                while lifetime.under_way < _PROCESSES:
                    await asyncio.sleep(0.2)
            await asyncio.sleep(2.0)
            before = [usage(one.pid) for one in started]
            await asyncio.sleep(window)
            after = [usage(one.pid) for one in started]
        finally:
            for one in started:
                one.kill()
                await one.wait()
            await lifetime.sandbox.stop()
    shares = [(b.cpu - a.cpu) / window for a, b in zip(before, after, strict=True)]
    return median(one.private for one in after), sum(shares) / len(shares)


async def _vendor(
    python: str, variables: Mapping[str, str], application: str, folder: Path
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(python, "-m", "outsystems.pipeline.fetch_apps_source_code"),
        *("-lu", variables["LIFETIME_URL"], "-lt", variables["LIFETIME_TOKEN"], "-t", "Testing"),
        *("-l", application, "-a", str(folder / application)),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
