"""Our clock against somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.cli.doctor.finding import Finding, blocked, ok, warning

_NOTICEABLE: Final = timedelta(seconds=30)
# Slack's signatures are refused beyond this (slack_sdk/signature), and links live for an hour.
_TOO_MUCH: Final = timedelta(minutes=5)
_SET_IT: Final = "Let this machine set its clock by NTP (`timedatectl` says whether it does)."


def clock_finding(whose: str, ahead: timedelta | None) -> Finding:
    """Judge how far `whose` clock is ahead of ours; None where it does not say."""
    subject = f"Clock against {whose}"
    if ahead is None:
        return warning(
            subject,
            f"{whose} does not tell the time, so our clock cannot be compared.",
            "Make sure that this machine sets its clock by NTP.",
        )
    seconds = abs(round(ahead.total_seconds()))
    which = "behind" if ahead > timedelta(0) else "ahead of"
    said = f"Our clock is {seconds} s {which} that of {whose}."
    if abs(ahead) > _TOO_MUCH:
        return blocked(subject, f"{said} Expiry times and signatures cannot be trusted.", _SET_IT)
    if abs(ahead) > _NOTICEABLE:
        return warning(subject, said, _SET_IT)
    return ok(subject, f"Our clock agrees with that of {whose} (within {seconds} s).")
