"""How long something is waited for, above all a platform that is away, before words are given."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.clock import Clock

PATIENCE = timedelta(minutes=10)
BETWEEN_TRIES = 10.0  # seconds; each try has repetitions of its own, with growing pauses


async def is_done_within(work: asyncio.Future[Any], clock: Clock, seconds: float) -> bool:
    """Wait for the work, but no longer than `seconds` of the clock; what is not done goes on."""
    over = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
        return work.done()
    finally:
        over.cancel()
