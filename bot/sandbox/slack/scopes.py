"""Which scope each method needs. Source: the methods' pages in Slack's documentation."""

from __future__ import annotations

from collections.abc import Collection

from bot.sandbox.slack.records import Channel
from bot.sandbox.slack.refusals import RefusedError

# What the manifest asks for, the optional scopes too; a test holds the two together.
DEFAULT_SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "chat:write.public",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
        "files:write",
    }
)

OF_METHOD = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.info": "files:read",
}
ANY_OF = {
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
}
_FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


def require(granted: Collection[str], needed: str) -> None:
    """Refuse with `missing_scope` unless the scope is granted."""
    if needed not in granted:
        raise RefusedError("missing_scope", needed=needed, provided=",".join(sorted(granted)))


def require_for_method(granted: Collection[str], method: str) -> None:
    """Refuse what needs a scope that is missing, as far as the method alone tells."""
    if method in OF_METHOD:
        require(granted, OF_METHOD[method])
    choices = ANY_OF.get(method, ())
    if choices and not set(choices) & set(granted):
        needed = ",".join(choices)
        raise RefusedError("missing_scope", needed=needed, provided=",".join(sorted(granted)))


def require_for_channel(granted: Collection[str], channel: Channel, purpose: str) -> None:
    """Refuse to read (`history`) or describe (`read`) a kind of channel without its scope."""
    require(granted, f"{_FAMILY[channel.kind]}:{purpose}")
