"""The outcome of a call to a platform, as metrics count it."""

from __future__ import annotations

from typing import Final

from bot.errors import (
    PackageDamaged,
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)

_OUTCOMES: Final[tuple[tuple[type[PlatformError], str], ...]] = (
    (PlatformUnreachable, "unreachable"),
    (PlatformBusy, "busy"),
    (PlatformBroken, "broken"),
    (PlatformRefused, "refused"),
    (PlatformNotFound, "not_found"),
    (PlatformRejected, "rejected"),
    (PackageDamaged, "damaged"),
)


def outcome_of(error: PlatformError) -> str:
    """Give the metric's label for an error."""
    return next((label for kind, label in _OUTCOMES if isinstance(error, kind)), "failed")
