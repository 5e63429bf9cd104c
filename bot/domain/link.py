"""A download link as a value: for whom, to what, until when. Never the link itself."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.domain.events import ExpiryRule, LinkKind
from bot.domain.file_name import package_file_name
from bot.domain.policy import expiry
from bot.domain.target import Target
from bot.domain.value import LinkId, PackageKey, RetrievalId, SlackUserId, Value


class LinkOrder(Value):
    """For whom a link is to be made, and to what."""

    retrieval: RetrievalId
    target: Target
    package: PackageKey
    recipient: SlackUserId
    effect: str  # the effect key of the step that gives it out
    leads_to: LinkKind = LinkKind.OURS
    size_bytes: int | None = None  # None until a link to the same package was used
    platform_expires_at: datetime | None = None
    decided: tuple[datetime, ExpiryRule] | None = None  # its end, where another link has set it


class LinkRow(Value):
    """What is known of a download link; not the link, which is nowhere at rest."""

    id: LinkId
    retrieval: RetrievalId
    target: Target
    package: PackageKey
    recipient: SlackUserId
    file_name: str
    size_bytes: int | None = None
    minted_at: datetime
    expires_at: datetime
    rule: ExpiryRule
    effect: str  # the effect key of the step that minted it
    revoked_at: datetime | None = None
    leads_to: LinkKind = LinkKind.OURS
    slack_file: str = ""  # the uploaded file's id, where it leads to one


def draw_up(order: LinkOrder, *, minted_at: datetime, lifetime: timedelta) -> LinkRow:
    """Give the row of a link minted at `minted_at`; its end is fixed here for good."""
    expires_at, rule = order.decided or expiry(minted_at, order.platform_expires_at, lifetime)
    return LinkRow(
        id=LinkId(secrets.token_hex(16)),
        file_name=package_file_name(order.target),
        minted_at=minted_at,
        expires_at=expires_at,
        rule=rule,
        retrieval=order.retrieval,
        target=order.target,
        package=order.package,
        recipient=order.recipient,
        leads_to=order.leads_to,
        size_bytes=order.size_bytes,
        effect=order.effect,
    )
