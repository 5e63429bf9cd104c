"""Where a configured platform becomes a gateway."""

from __future__ import annotations

import aiohttp

from bot.clock import Clock
from bot.platforms.http import Observe, PlatformClient
from bot.platforms.lifetime import LifeTimeGateway
from bot.ports import PlatformGateway
from bot.settings import PlatformSettings


def gateway(
    settings: PlatformSettings, session: aiohttp.ClientSession, clock: Clock, observe: Observe
) -> PlatformGateway:
    """Build the gateway of one platform. The session stays the caller's.

    `observe` gets a call's name, its outcome and its seconds (see PlatformClient).
    """
    return LifeTimeGateway(settings, PlatformClient(settings, session, clock, observe), clock)
