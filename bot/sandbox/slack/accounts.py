"""`auth.test`, `users.info` and `views.open`."""

from __future__ import annotations

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.blocks import VIEW_BLOCKS, check
from bot.sandbox.slack.json_views import user_json
from bot.sandbox.slack.records import (
    BOT_ID,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    Change,
    JsonObject,
)
from bot.sandbox.slack.refusals import RefusedError

MODAL_TITLE = 24


def auth_test(backend: Backend, arguments: Arguments) -> JsonObject:  # noqa: ARG001 one shape for all methods
    """Say who the token is."""
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_NAME,
        "user": backend.world.users[BOT_USER_ID].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(backend: Backend, arguments: Arguments) -> JsonObject:
    """Describe a user."""
    user = backend.world.users.get(arguments.needed("user"))
    if user is None:
        raise RefusedError("user_not_found")
    return {"user": user_json(user)}


def views_open(backend: Backend, arguments: Arguments) -> JsonObject:
    """Open a modal with a trigger id, which is used up even when the view is refused."""
    backend.triggers.exchange(arguments.needed("trigger_id"))
    view = arguments.structure("view", "invalid_arguments")
    title = view.get("title", {}).get("text", "") if isinstance(view, dict) else ""
    if not title or len(title) > MODAL_TITLE:
        raise RefusedError("invalid_arguments")
    check(view.get("blocks", []), VIEW_BLOCKS)
    backend.changes.publish(Change("view_opened"))
    return {"view": view | {"id": backend.world.new_id("V"), "team_id": TEAM_ID}}
