"""What this installation allows. Rules of ours, not of the platform, which gives its own answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from bot.domain.events import ExpiryRule
from bot.domain.retrieval import Retrieval
from bot.domain.target import Environment, Purpose, Target
from bot.domain.value import SlackUserId, Value


class LinkVisibility(StrEnum):
    """Where the download link is shown."""

    THREAD = "thread"  # in the thread, to everybody who reads it
    REQUESTER = "requester"  # behind a button that gives it only to the requester


class Policy(Value):
    """The rules, with their defaults."""

    allow_production: bool = False
    link_visibility: LinkVisibility = LinkVisibility.THREAD
    link_lifetime: timedelta = Field(default=timedelta(hours=1), gt=timedelta(0))
    allowed_users: frozenset[SlackUserId] = frozenset()  # empty: everybody in the workspace

    def may_request(self, user: SlackUserId) -> bool:
        """Whether `user` may ask for source code at all."""
        return not self.allowed_users or user in self.allowed_users

    def may_take_link(self, user: SlackUserId, retrieval: Retrieval) -> bool:
        """Whether `user` may be given a link to what `retrieval` brought."""
        if not self.may_request(user):
            return False
        if self.link_visibility is LinkVisibility.THREAD and not retrieval.is_external:
            return True
        return user == retrieval.request.requester

    def may_cancel(self, user: SlackUserId, retrieval: Retrieval) -> bool:
        """Whether `user` may stop `retrieval`."""
        return user == retrieval.request.requester

    def refuses(self, environment: Environment | None) -> bool:
        """Whether our policy refuses this environment, whatever the platform would say.

        What is in no environment is no production: a library, a revision asked for by itself.
        """
        if environment is None or self.allow_production:
            return False
        return environment.purpose is Purpose.PRODUCTION


def expiry(
    minted_at: datetime, platform_expiry: datetime | None, lifetime: timedelta
) -> tuple[datetime, ExpiryRule]:
    """Give when a link minted now ends, and which rule decided. Nothing prolongs it."""
    ours = minted_at + lifetime
    if platform_expiry is None:
        return ours, ExpiryRule.UNSTATED
    if platform_expiry <= ours:
        return platform_expiry, ExpiryRule.PLATFORM
    return ours, ExpiryRule.POLICY


def warnings_for(target: Target) -> tuple[str, ...]:
    """Say what people should know before they rely on this package."""
    said = [] if target.environment is None else _warnings_about(target.environment)
    if target.revision.is_modified:
        label = target.revision.label or "its last tag"
        said.append(f"It was changed after {label}: the package is not that tagged version.")
    return tuple(said)


def _warnings_about(environment: Environment) -> list[str]:
    said = []
    if environment.version and _parts(environment.version) < _parts(environment.minimum_version):
        said.append(
            f"{environment.name} runs version {environment.version}; "
            f"{environment.platform} gives source code from {environment.minimum_version} on."
        )
    if environment.is_offline:
        said.append(f"{environment.name} is marked offline on {environment.platform}.")
    return said


def _parts(version: str) -> tuple[int, ...]:
    """Give the first three numbers, as far as there are any: "11.28-beta" is 11.28.0."""
    leading = re.match(r"[0-9.]*", version)
    numbers = [int(part) for part in (leading[0] if leading else "").split(".") if part]
    return tuple((*numbers, 0, 0, 0)[:3])


def production_refusal(target: Target) -> str:
    """Say why production is refused, and which setting changes it."""
    where = target.environment.name if target.environment else "This"
    return (
        f"{where} on {target.platform} counts as production, and this installation does not "
        "retrieve source code from production. Ask for another environment, or have "
        "the administrator set ALLOW_PRODUCTION=true."
    )
