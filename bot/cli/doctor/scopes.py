"""The scopes of the app against those of the manifest, and what each missing one costs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.cli.doctor.finding import Finding, blocked, ok, warning
from bot.cli.manifest import scopes_in_manifest

_SUBJECT: Final = "Slack scopes"

#: What does not work without a scope.
COSTS: Final = {
    "commands": "nobody can type /sast-source, and nobody can be answered privately",
    "chat:write": "the bot can post neither cards nor links",
    "channels:read": "the bot cannot tell which public channels are shared with another "
    "organisation, so every link goes by direct message",
    "groups:read": "the bot cannot tell which private channels are shared with another "
    "organisation, so every link goes by direct message",
    "im:write": "what goes wrong in direct messages cannot be looked after, and packages cannot "
    "be shared there",
    "chat:write.public": "in public channels the bot must be invited before it can post, and "
    "until then retrievals run in direct messages",
    "channels:history": "after a crash a message in a public channel may be posted twice",
    "groups:history": "after a crash a message in a private channel may be posted twice",
    "im:history": "after a crash a direct message may be sent twice",
    "files:write": "packages cannot be shared as files, which is needed only without PUBLIC_URL",
}


def scope_findings(granted: Collection[str] | None, *, is_uploading: bool) -> list[Finding]:
    """Judge the scopes that Slack tells of; None where it tells none.

    `is_uploading`: there is no PUBLIC_URL, so packages travel as files of Slack's.
    """
    if granted is None:
        return [
            warning(
                _SUBJECT,
                "Slack did not tell the scopes of the token.",
                "Compare them with the manifest on the app's page, under OAuth & Permissions.",
            )
        ]
    required, optional = scopes_in_manifest()
    needed = required | ({"files:write"} & optional if is_uploading else set())
    missing = [scope for scope in COSTS if scope in required | optional and scope not in granted]
    if not missing:
        return [ok(_SUBJECT, f"The app has all {len(required | optional)} of the manifest.")]
    return [_missing(scope, is_needed=scope in needed) for scope in missing]


def _missing(scope: str, *, is_needed: bool) -> Finding:
    judge = blocked if is_needed else warning
    return judge(
        _SUBJECT,
        f"The app lacks {scope}: {COSTS[scope]}.",
        f"Add {scope} on the app's page under OAuth & Permissions, and install the app again.",
    )
