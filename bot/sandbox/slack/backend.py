"""What the Web API methods work on, handed to each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack.changes import Changes
from bot.sandbox.slack.knobs import Knobs
from bot.sandbox.slack.limits import RateLimits
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.world import World


@dataclass
class Backend:
    """One workspace with its app: state, knobs, limits and credentials."""

    clock: ScaledClock
    knobs: Knobs
    changes: Changes
    world: World
    limits: RateLimits
    triggers: Triggers
    bot_token: str
    app_token: str
    signing_secret: str
    scopes: set[str]
    base_url: str = ""
    crawled: list[str] = field(default_factory=list)

    def granted(self) -> set[str]:
        """Give the scopes that the token has now."""
        return self.scopes - self.knobs.missing_scopes
