"""All checks at once, each with a limit of time, so that doctor ends whatever hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.cli.doctor.address import check_address
from bot.cli.doctor.database import check_database
from bot.cli.doctor.finding import Finding, blocked, ok
from bot.cli.doctor.platform import check_platform
from bot.cli.doctor.slack import check_bot_token, check_receiving
from bot.cli.doctor.slack_api import SlackApi
from bot.clock import Clock
from bot.platforms.session import make_session
from bot.settings import Settings

Check = Callable[[], Awaitable[list[Finding]]]

_SECONDS: Final = 10.0


async def examine(settings: Settings, clock: Clock, *, seconds: float = _SECONDS) -> list[Finding]:
    """Run every check, for so many seconds each, and give what was found in a set-up's order."""
    async with make_session() as session:
        slack = SlackApi(settings.slack.api_url, session, clock)
        checks: list[tuple[str, Check]] = [
            ("Slack bot token", partial(check_bot_token, settings, slack)),
            ("Slack connection", partial(check_receiving, settings, slack)),
        ]
        for each in settings.platforms:
            check = partial(check_platform, each, settings.policy, session, clock)
            checks.append((each.name, check))
        checks.append(("PUBLIC_URL", partial(check_address, settings, session)))
        checks.append(("Database", partial(check_database, settings)))
        found = await asyncio.gather(*(_limited(name, check, seconds) for name, check in checks))
    return [_read(settings), *(finding for findings in found for finding in findings)]


async def _limited(subject: str, check: Check, seconds: float) -> list[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check()
    except TimeoutError:
        return [
            blocked(
                subject,
                f"This could not be found out within {seconds:g} s.",
                "Look whether the network or the disk hangs, and run doctor again.",
            )
        ]


def _read(settings: Settings) -> Finding:
    mode = "HTTP mode" if settings.slack.app_token is None else "Socket Mode"
    names = ", ".join(each.name for each in settings.platforms)
    production = "allowed" if settings.policy.allow_production else "refused"
    said = f"They can be read: {mode}; platforms: {names}; production is {production}."
    return ok("Settings", said)
