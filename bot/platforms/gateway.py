"""Where a configured platform becomes a gateway."""

from __future__ import annotations

import aiohttp

from bot.clock import Clock
from bot.platforms.http import Observe
from bot.platforms.lifetime import LifeTimeGateway
from bot.platforms.odc import OdcGateway
from bot.ports import PlatformGateway
from bot.settings import LifeTimeSettings, OdcSettings, PlatformSettings


def gateway(
    settings: PlatformSettings, session: aiohttp.ClientSession, clock: Clock, observe: Observe
) -> PlatformGateway:
    """Build the gateway of one platform. The session stays the caller's.

    `observe` gets a call's name, its outcome and its seconds (see PlatformClient).
    """
    match settings:
        case LifeTimeSettings():
            return LifeTimeGateway(settings, session, clock, observe)
        case OdcSettings():
            return OdcGateway(settings, session, clock, observe)
