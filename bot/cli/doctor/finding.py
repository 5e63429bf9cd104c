"""What a check found: a verdict, a sentence, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # the bot works, though less well than it could
    BLOCKED = "blocked"  # the bot cannot do its work


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Nothing in it is secret."""

    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""


def ok(subject: str, text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(subject, Verdict.OK, text)


def warning(subject: str, text: str, remedy: str) -> Finding:
    """Say that something works, and what would be better."""
    return Finding(subject, Verdict.WARNING, text, remedy)


def blocked(subject: str, text: str, remedy: str) -> Finding:
    """Say that something keeps the bot from working, and how to mend it."""
    return Finding(subject, Verdict.BLOCKED, text, remedy)
