"""Reading the arguments of a call, in every form that Slack's Web API accepts."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.sandbox.slack.records import JsonObject
from bot.sandbox.slack.refusals import RefusedError

_TRUE = {"true", "1", "True"}


class Arguments(dict[str, Any]):
    """The arguments of one call; forms give strings where JSON gives values."""

    def string(self, name: str, default: str = "") -> str:
        """Give an argument as text."""
        value = self.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        """Give an argument that must be there; refuses with `invalid_arguments`."""
        if not (value := self.string(name)):
            message = f"[ERROR] missing required field: {name}"
            raise RefusedError("invalid_arguments", response_metadata={"messages": [message]})
        return value

    def flag(self, name: str) -> bool | None:
        """Give a truth value, None when absent."""
        value = self.get(name)
        return None if value is None else value is True or str(value) in _TRUE

    def number(self, name: str, default: int) -> int:
        """Give a whole number; refuses with `invalid_arguments`."""
        try:
            return int(self.string(name) or default)
        except ValueError as error:
            raise RefusedError("invalid_arguments") from error

    def structure(self, name: str, refusal: str) -> Any:
        """Give JSON that may come as text; refuses with the given code when it cannot be read."""
        value = self.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise RefusedError(refusal) from error


async def read_arguments(request: web.Request) -> Arguments:
    """Read query, form or JSON body; refuses with `invalid_json` what is none."""
    arguments = Arguments(request.query)
    if request.content_type == "application/json":
        arguments.update(_object(await request.text()))
    elif request.method == "POST":
        arguments.update((k, v) for k, v in (await request.post()).items() if isinstance(v, str))
    return arguments


def _object(body: str) -> JsonObject:
    try:
        value = json.loads(body or "{}")
    except ValueError as error:
        raise RefusedError("invalid_json") from error
    if not isinstance(value, dict):
        raise RefusedError("json_not_object")
    return value


def read_token(request: web.Request, arguments: Arguments) -> str:
    """Take the token from the header or the arguments, and out of the arguments."""
    field = str(arguments.pop("token", ""))
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or field
