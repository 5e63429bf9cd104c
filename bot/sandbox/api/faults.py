"""One thing that goes wrong: what, in which calls, for whom, and how often.

A fault says nothing about how it is carried out. Each platform derives its own class, which says
what kinds of fault it knows and in which calls each of them means something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar, TypeVar


@dataclass(frozen=True)
class Scope:
    """What a call is about: its name, and the keys and names of environment and application."""

    call: str
    environment: tuple[str, ...] = ()
    application: tuple[str, ...] = ()


@dataclass
class PlatformFault:
    """Something that goes wrong in the calls it is scoped to, so many times."""

    kinds: ClassVar[frozenset[str]] = frozenset()
    meant_for: ClassVar[Mapping[str, frozenset[str]]] = {}
    """The calls in which a kind means something; a kind that is missing: all."""

    kind: str
    call: str | None = None
    """Only in this call; None: in every call where the kind means something."""
    application: str | None = None
    """Only for this application, by name or key."""
    environment: str | None = None
    """Only for this environment, by name or key."""
    times: int | None = 1
    """How often; None: for ever."""
    after: int = 0
    """How many matching calls are let through first."""
    lasts: float | None = None
    """Seconds of the clock, from the first time it happens, after which it is over."""
    probability: float = 1.0
    status: int | None = None
    """HTTP status, where the kind has one."""
    text: str = ""
    value: str | None = None
    """The status word in a packaging answer."""
    seconds: float = 0.0
    share: float = 0.5
    retry_after: int | None = None
    bites: int = field(default=0, init=False)
    """How often it has happened."""
    _let_through: int = field(default=0, init=False, repr=False)
    _began: datetime | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a kind that nobody knows, and a call in which it would mean nothing."""
        if self.kind not in self.kinds:
            raise ValueError(f"{self.kind} is not a kind of fault.")
        calls = self.meant_for.get(self.kind)
        if self.call is not None and calls is not None and self.call not in calls:
            raise ValueError(f"A {self.kind} fault means nothing in a {self.call} call.")

    @property
    def is_over(self) -> bool:
        """Whether it has happened as often as it was meant to."""
        return self.times is not None and self.bites >= self.times

    def bite(self, scope: Scope, now: datetime, chance: Random) -> bool:
        """Tell whether it happens in this call, and count it if so."""
        if self.is_over or not self._concerns(scope) or self._outlived(now):
            return False
        if self._let_through < self.after:
            self._let_through += 1
            return False
        if self.probability < 1.0 and chance.random() >= self.probability:
            return False
        self._began = self._began or now
        self.bites += 1
        return True

    def _concerns(self, scope: Scope) -> bool:
        calls = self.meant_for.get(self.kind)
        return (
            (scope.call == self.call if self.call else not calls or scope.call in calls)
            and (self.application is None or self.application in scope.application)
            and (self.environment is None or self.environment in scope.environment)
        )

    def _outlived(self, now: datetime) -> bool:
        if self.lasts is None or self._began is None:
            return False
        return now - self._began >= timedelta(seconds=self.lasts)


FaultT = TypeVar("FaultT", bound=PlatformFault)


def drawn(
    faults: Iterable[FaultT], scope: Scope, now: datetime, chance: Random
) -> Iterator[FaultT]:
    """Draw what goes wrong in one call; of several of one kind, the first."""
    kinds: set[str] = set()
    for fault in faults:
        if fault.kind not in kinds and fault.bite(scope, now, chance):
            kinds.add(fault.kind)
            yield fault
