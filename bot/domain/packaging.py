"""The platform preparing a package, in our words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import SecretStr

from bot.domain.value import PackageKey, Value


class PackagingState(StrEnum):
    """Where a packaging is. Each value with the sentence that people read."""

    WAITING = "waiting"  # Waiting for a turn: the platform is kept at a set number at once.
    RUNNING = "running"  # The platform is packaging.
    READY = "ready"  # The package can be downloaded.
    FAILED = "failed"  # It ended without a package.
    CANCELLED = "cancelled"  # Nobody wants it any more.

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen."""
        return self not in {PackagingState.WAITING, PackagingState.RUNNING}


class MessageLevel(StrEnum):
    """How a packaging message is meant."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class PackagingMessage(Value):
    """One line that the platform says while it packages."""

    level: MessageLevel = MessageLevel.INFO
    text: str


class PackagingReport(Value):
    """What the platform says about a packaging when it is asked.

    `READY` with a message of level ERROR stands: the link call proves what it is worth.
    """

    package: PackageKey
    state: PackagingState
    wire_status: str = ""  # the platform's own word, for people where it is not one we know
    is_known: bool = True  # whether `wire_status` is a published one
    messages: tuple[PackagingMessage, ...] = ()


class PlatformLink(Value):
    """The platform's own download URL. Never stored; shown only where it is pre-signed."""

    url: SecretStr
    expires_at: datetime | None = None  # None: the platform does not say
    is_presigned: bool = False  # whether whoever holds it can download, without a token

    def has_ended(self, now: datetime) -> bool:
        """Whether it says that it works no longer."""
        return self.expires_at is not None and self.expires_at <= now
