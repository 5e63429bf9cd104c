"""`sast-source serve`: run the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import signal

import structlog

from bot import environment, log
from bot.app import running_bot
from bot.clock import SystemClock
from bot.settings import Settings


def serve() -> None:
    """Run the bot: Slack, retrievals, downloads. SIGTERM or Ctrl-C stops it cleanly."""
    settings = environment.load()
    log.configure(settings.log_format)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_bot(settings, clock=SystemClock()) as bot:
        structlog.get_logger().info("serving", address=str(bot.address), instance=bot.instance)
        await bot.until(stop)
