"""What happens to a call before it acts: refusals, and who may ask."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.api.obstacles import redirected
from bot.sandbox.lifetime import texts
from bot.sandbox.lifetime.calls import Call, Calls
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.knobs import Knobs
from bot.sandbox.lifetime.refusals import Refusal


def turn_away(bites: Bites, request: web.Request) -> web.Response | None:
    """Refuse or redirect, as the faults say; raises Refusal."""
    if answer := bites.get("answer"):
        status = answer.status or 500
        raise Refusal(status, answer.text or _usual_text(status), answer.retry_after)
    return redirected(bites, request)


def _usual_text(status: int) -> str:
    usual = {
        403: texts.NO_PERMISSION,
        404: texts.DOES_NOT_EXIST,
        429: texts.TOO_MANY_REQUESTS,
    }
    return usual.get(status, texts.START_FAILED)


def check_pace(calls: Calls, knobs: Knobs) -> None:
    """Refuse with 429 what exceeds the limit, if one is set."""
    limit = knobs.max_requests_per_second
    if limit is not None and calls.last_second > limit:
        raise Refusal(429, texts.TOO_MANY_REQUESTS, retry_after=1)


def check_token(call: Call, request: web.Request, token: str, bites: Bites) -> None:
    """Refuse a wrong token; the bare form is accepted on downloads only."""
    given = request.headers.get("Authorization", "")
    refuses_bearer = bites.get("refuse_bearer")
    if refuses_bearer and call.authorization == "bearer":
        raise Refusal(refuses_bearer.status or 401, texts.AUTHENTICATION_FAILED)
    good = {f"Bearer {token}"} | ({token} if call.name == "download" else set())
    if given not in good:
        raise Refusal(403, texts.AUTHENTICATION_FAILED)
