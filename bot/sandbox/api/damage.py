"""What can happen to an answer after the call has acted, whatever it was about."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Literal, Protocol

from aiohttp import web

from bot.sandbox.api.faults import PlatformFault
from bot.sandbox.api.obstacles import Dropped


class DamageBites(Protocol):
    """The faults that can spoil an answer."""

    def get(
        self,
        kind: Literal[
            "drop_after", "html", "empty_body", "unknown_fields", "cut_json", "wrong_type", "code"
        ],
        /,
    ) -> PlatformFault | None:
        """Give the fault of that kind, if it happens in this call."""


def damaged(
    response: web.Response, bites: DamageBites, page: str, enums: Collection[str]
) -> web.Response:
    """Give the answer as the faults leave it; raises Dropped.

    `page` is the HTML that may stand in its place, `enums` the fields that may hold values nobody
    has published.
    """
    if bites.get("drop_after"):
        raise Dropped
    response = replacement(bites, page) or response
    if bites.get("unknown_fields"):
        response = _with_unknown_fields(response, enums)
    if bites.get("cut_json"):
        response = _cut(response)
    if wrong := bites.get("wrong_type"):
        response.content_type = wrong.text or "text/html"
    if code := bites.get("code"):
        response.set_status(code.status or 200)
    return response


def replacement(bites: DamageBites, page: str) -> web.Response | None:
    """Give what stands in place of the answer, if a fault says so."""
    if html := bites.get("html"):
        text = html.text or page
        return web.Response(status=html.status or 200, text=text, content_type="text/html")
    if empty := bites.get("empty_body"):
        return web.Response(status=empty.status or 200)
    return None


def _cut(response: web.Response) -> web.Response:
    body = response.body
    if not isinstance(body, bytes):
        return response
    half = body[: len(body) // 2]
    return web.Response(status=response.status, body=half, content_type=response.content_type)


def _with_unknown_fields(response: web.Response, enums: Collection[str]) -> web.Response:
    if response.content_type != "application/json" or response.text is None:
        return response
    strange = _strange(json.loads(response.text), enums)
    return web.json_response(strange, status=response.status)


def _strange(value: object, enums: Collection[str]) -> object:
    """Add a field to every object, and put an unknown value wherever an enum stands."""
    if isinstance(value, list):
        return [_strange(each, enums) for each in value]
    if not isinstance(value, dict):
        return value
    strange = {key: _strange(each, enums) for key, each in value.items()}
    for key in enums:
        if key in strange:
            strange[key] = "Unheard-of"
    return {**strange, "FieldOfTheFuture": {"Depth": [1, None, "two"]}}
