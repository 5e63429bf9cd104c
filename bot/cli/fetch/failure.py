"""Why one application ended without a file."""

from __future__ import annotations

from bot.cli.fetch.manifest import Reason
from bot.errors import BotError


class FetchFailed(BotError):  # noqa: N818 - a state, said as one
    """This application could not be fetched."""

    def __init__(self, reason: Reason, message: str, messages: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.messages = messages  # what the platform said while it packaged


class PackageGone(Exception):  # noqa: N818 - not an error yet: a new packaging may bring it
    """The platform no longer has the package, in its own words."""
