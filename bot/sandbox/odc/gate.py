"""What stands before every call: who may ask, how often, and refusals."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from bot.sandbox.api.obstacles import redirected
from bot.sandbox.odc import texts
from bot.sandbox.odc.access import Access
from bot.sandbox.odc.calls import Call, Domain
from bot.sandbox.odc.faults import Bites
from bot.sandbox.odc.knobs import Knobs
from bot.sandbox.odc.limits import RateLimits
from bot.sandbox.odc.problems import Refusal

_USUAL: dict[tuple[Domain | None, int], str] = {
    ("identity", 401): texts.INVALID_CLIENT,
    ("storage", 403): texts.ACCESS_DENIED,
    ("storage", 404): texts.NO_SUCH_KEY,
    (None, 401): texts.UNAUTHORIZED,
    (None, 403): texts.FORBIDDEN,
    (None, 404): texts.NO_SUCH_RESOURCE,
    (None, 422): texts.INVALID_BUILD,
    (None, 429): texts.TOO_MANY_REQUESTS,
}


def domain_of(path: str) -> Domain:
    """Give the API domain of a path on the portal."""
    for domain in ("portfolios", "asset-repository", "builds"):
        if path.startswith(f"/api/{domain}/"):
            return domain
    return "portal"


def check_token(
    call: Call, request: web.Request, access: Access, now: datetime, bites: Bites
) -> None:
    """Refuse a call to an API that brings no good token, and every call of a suspended client."""
    if "suspended" in bites:
        raise Refusal(401, _usual_text(call.domain, 401))
    given = request.headers.get("Authorization", "")
    if request.path.startswith("/api/") and not access.is_good(given, now):
        raise Refusal(401, texts.UNAUTHORIZED)


def check_rate(call: Call, limits: RateLimits, knobs: Knobs, now: datetime) -> None:
    """Refuse with 429 what exceeds a limit."""
    if not limits.admits(call, knobs, now):
        call.refused_for_rate = True
        raise Refusal(429, texts.TOO_MANY_REQUESTS, retry_after=knobs.retry_after)


def turn_away(bites: Bites, call: Call, request: web.Request) -> web.Response | None:
    """Refuse or redirect, as the faults say; raises Refusal."""
    if answer := bites.get("answer"):
        status = answer.status or 500
        text = answer.text or _usual_text(call.domain, status)
        raise Refusal(status, text, code=answer.value or "", retry_after=answer.retry_after)
    if personal := bites.get("personal_edition"):
        raise Refusal(403, personal.text or texts.PERSONAL_EDITION)
    return redirected(bites, request)


def _usual_text(domain: Domain, status: int) -> str:
    general = _USUAL.get((None, status), texts.INTERNAL_ERROR)
    return _USUAL.get((domain, status), general)
