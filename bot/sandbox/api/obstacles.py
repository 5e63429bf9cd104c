"""What can happen to a call before it acts, whatever it is about: delays, drops, redirects."""

from __future__ import annotations

import asyncio
from typing import Literal, Protocol

from aiohttp import web

from bot.sandbox.api.faults import PlatformFault
from bot.sandbox.clock import ScaledClock


class Dropped(Exception):  # noqa: N818 - it is an end of the call, not a defect
    """The connection is dropped on purpose."""


class ObstacleBites(Protocol):
    """The faults that stand before a call."""

    def get(
        self, kind: Literal["slow", "hang", "drop_before", "redirect"], /
    ) -> PlatformFault | None:
        """Give the fault of that kind, if it happens in this call."""


async def hold_up(bites: ObstacleBites, clock: ScaledClock, stopping: asyncio.Event) -> None:
    """Be slow, hang, or drop the connection, as the faults say; raises Dropped."""
    if slow := bites.get("slow"):
        await clock.sleep(slow.seconds)
    if hang := bites.get("hang"):
        limit = hang.seconds / clock.speed if hang.seconds else None
        try:
            await asyncio.wait_for(stopping.wait(), limit)
        except TimeoutError:
            raise Dropped from None
        raise Dropped
    if bites.get("drop_before"):
        raise Dropped


def redirected(bites: ObstacleBites, request: web.Request) -> web.Response | None:
    """Send the call to another origin, if a fault says so."""
    redirect = bites.get("redirect")
    if redirect is None:
        return None
    location = redirect.text + request.path_qs
    return web.Response(status=redirect.status or 302, headers={"Location": location})
