"""What a route may use, and what a route is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.sandbox.api.faults import Scope
from bot.sandbox.clock import ScaledClock
from bot.sandbox.odc.access import Access
from bot.sandbox.odc.calls import Call, CallName, Calls
from bot.sandbox.odc.faults import Bites
from bot.sandbox.odc.knobs import Knobs
from bot.sandbox.odc.links import Links
from bot.sandbox.odc.organization import Organization
from bot.sandbox.odc.packagings import Packagings


@dataclass(frozen=True)
class Visit:
    """The sandbox's state, and what this one call is about."""

    organization: Organization
    access: Access
    packagings: Packagings
    links: Links
    knobs: Knobs
    calls: Calls
    clock: ScaledClock
    identity_url: str
    storage_url: str
    now: datetime
    call: Call
    scope: Scope
    bites: Bites


Route = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]
RouteRow = tuple[str, str, CallName, Route]
"""Method, path, name of the call, route."""
