"""One catalogue, looked up by name or platform key. Decides nothing about what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Generic, TypeVar

from bot.domain.spelling import fold, tidy
from bot.domain.target import Application, Catalogue, Environment, Target

Named = TypeVar("Named", Application, Environment)


class Likeness(IntEnum):
    """How well a text names a thing; the lower the better."""

    EXACT = 0  # letter for letter, or its platform key
    LOOSE = 1  # but for case, accents and quotes


class NameIndex(Generic[Named]):
    """Applications or environments by every way in which they can be named."""

    def __init__(self, things: Iterable[Named]) -> None:
        self._exact: dict[str, list[Named]] = {}
        self._loose: dict[str, list[Named]] = {}
        self._by_key: dict[str, list[Named]] = {}
        for thing in things:
            self._exact.setdefault(tidy(thing.name), []).append(thing)
            self._loose.setdefault(fold(thing.name), []).append(thing)
            self._by_key.setdefault(thing.key.casefold(), []).append(thing)

    def find(self, text: str, folded: str) -> tuple[Likeness, list[Named]]:
        """Give what a tidy text and its folded form name; the looser only for want of an exact."""
        exact = [*self._exact.get(text, ()), *self._by_key.get(text.casefold(), ())]
        if exact:
            return Likeness.EXACT, exact
        # A name of nothing but quotes folds to nothing, and nothing names it.
        return Likeness.LOOSE, self._loose.get(folded, []) if folded else []


class CatalogueIndex:
    """A catalogue by name, and where its applications run."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.platform = catalogue.platform
        self.applications = NameIndex(catalogue.applications)
        self.environments = NameIndex(catalogue.environments)
        self._ordered = sorted(catalogue.environments, key=lambda one: one.order)

    def targets(self, application: Application) -> list[Target]:
        """Give every environment in which `application` runs, in the platform's own order."""
        return [
            target
            for environment in self._ordered
            if (target := target_in(environment, application)) is not None
        ]


def target_in(environment: Environment, application: Application) -> Target | None:
    """Give the application in that environment; None where it does not run there."""
    revision = application.revision_in(environment.key)
    if revision is None:
        return None
    return Target(
        environment=environment,
        application=application.key,
        application_name=application.name,
        revision=revision,
    )
