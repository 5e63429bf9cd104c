"""What happens to LifeTime's answer after the call has acted."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.api import damage
from bot.sandbox.lifetime import texts
from bot.sandbox.lifetime.faults import Bites

_ENUMS = ("EnvironmentType", "Kind", "Type", "DatabaseProvider")


def damaged(response: web.Response, bites: Bites) -> web.Response:
    """Give the answer as the faults leave it; raises Dropped."""
    if "no_content" in bites:
        response = web.Response(status=204)
    return damage.damaged(response, bites, texts.LOGIN_PAGE, _ENUMS)


def replacement(bites: Bites) -> web.Response | None:
    """Give what stands in place of a package, if a fault says so."""
    nothing = web.Response(status=204) if "no_content" in bites else None
    return damage.replacement(bites, texts.LOGIN_PAGE) or nothing
