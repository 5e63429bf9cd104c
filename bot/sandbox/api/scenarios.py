"""A named way for a pretend platform to go wrong, for people to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol

from bot.sandbox.api.faults import FaultT


class Faulty(Protocol[FaultT]):
    """Knobs of a platform that can go wrong."""

    faults: list[FaultT]


@dataclass(frozen=True)
class PlatformScenario(Generic[FaultT]):
    """One way for a platform to behave, and a sentence that says it."""

    name: str
    sentence: str
    faults: tuple[FaultT, ...] = ()

    def apply(self, knobs: Faulty[FaultT]) -> None:
        """Let this go wrong and nothing else, from the next call on."""
        knobs.faults[:] = [replace(fault) for fault in self.faults]
