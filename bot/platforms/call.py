"""The name of a call to a platform: for people, for metrics, and for what may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call."""

    name: str  # the metric's label
    purpose: str  # what it is for, said after "could not" or "refused to"
    method: Literal["GET", "POST"] = "GET"
    api: str = ""  # which API of the platform, each of which has a limit a minute of its own
    is_looked_for: bool = False  # whether the caller looks if it acted, instead of repeating it
    may_find_nothing: bool = False  # whether a 404 is an ordinary answer, and no trouble
    is_harmless: bool = False  # whether it does nothing twice, although it is a POST

    @property
    def has_effect(self) -> bool:
        """Whether sending it twice can do something twice."""
        return self.method == "POST" and not self.is_harmless
