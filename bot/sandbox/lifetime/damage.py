"""What happens to an answer after the call has acted."""

from __future__ import annotations

import json

from aiohttp import web

from bot.sandbox.lifetime import texts
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.refusals import Dropped


def damaged(response: web.Response, bites: Bites) -> web.Response:
    """Give the answer as the faults leave it; raises Dropped."""
    if "drop_after" in bites:
        raise Dropped
    response = replacement(bites) or response
    if "unknown_fields" in bites:
        response = _with_unknown_fields(response)
    if "cut_json" in bites:
        response = _cut(response)
    if wrong := bites.get("wrong_type"):
        response.content_type = wrong.text or "text/html"
    if code := bites.get("code"):
        response.set_status(code.status or 200)
    return response


def replacement(bites: Bites) -> web.Response | None:
    """Give what stands in place of the answer, if a fault says so."""
    if html := bites.get("html"):
        text = html.text or texts.LOGIN_PAGE
        return web.Response(status=html.status or 200, text=text, content_type="text/html")
    if empty := bites.get("empty_body"):
        return web.Response(status=empty.status or 200)
    if "no_content" in bites:
        return web.Response(status=204)
    return None


def _cut(response: web.Response) -> web.Response:
    body = response.body
    if not isinstance(body, bytes):
        return response
    half = body[: len(body) // 2]
    return web.Response(status=response.status, body=half, content_type=response.content_type)


def _with_unknown_fields(response: web.Response) -> web.Response:
    if response.content_type != "application/json" or response.text is None:
        return response
    return web.json_response(_strange(json.loads(response.text)), status=response.status)


def _strange(value: object) -> object:
    """Add a field to every object, and put an unknown value wherever an enum stands."""
    if isinstance(value, list):
        return [_strange(each) for each in value]
    if not isinstance(value, dict):
        return value
    strange = {key: _strange(each) for key, each in value.items()}
    for key in ("EnvironmentType", "Kind", "Type", "DatabaseProvider"):
        if key in strange:
            strange[key] = "Unheard-of"
    return {**strange, "FieldOfTheFuture": {"Depth": [1, None, "two"]}}
