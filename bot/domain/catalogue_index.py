"""One catalogue, looked up by name or platform key. Decides nothing about what was meant."""

from __future__ import annotations

import re
import weakref
from collections.abc import Sequence
from enum import IntEnum
from typing import Generic, TypeVar
from uuid import UUID

from bot.domain.spelling import fold, tidy
from bot.domain.target import (
    Application,
    Catalogue,
    Environment,
    Revision,
    RevisionWish,
    Target,
)
from bot.domain.value import ApplicationKey, EnvironmentKey

Named = TypeVar("Named", Application, Environment)


_PLATFORM_KEY = re.compile(r"(\{)?[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\2){3}[0-9a-f]{12}(?(1)\})")


def platform_key_in(text: str) -> str | None:
    """Give the platform key (GUID) that a text is, in the one spelling; None where it is none.

    In braces and without dashes it is one too: so people and tools write them.
    """
    folded = fold(text)
    return str(UUID(folded)) if _PLATFORM_KEY.fullmatch(folded) else None


class Likeness(IntEnum):
    """How well a text names a thing; the lower the better."""

    EXACT = 0  # letter for letter, or its platform key
    LOOSE = 1  # but for case, accents and quotes


class NameIndex(Generic[Named]):
    """Applications or environments by every way in which they can be named."""

    def __init__(self, things: Sequence[Named]) -> None:
        self.things: Sequence[Named] = things
        self.folded = [fold(thing.name) for thing in things]
        self._exact: dict[str, list[Named]] = {}
        self._loose: dict[str, list[Named]] = {}
        self._by_key: dict[str, list[Named]] = {}
        for thing, folded in zip(things, self.folded, strict=True):
            self._exact.setdefault(tidy(thing.name), []).append(thing)
            self._loose.setdefault(folded, []).append(thing)
            self._by_key.setdefault(_spelt(thing.key), []).append(thing)

    def find(self, text: str, folded: str) -> tuple[Likeness, list[Named]]:
        """Give what a tidy text and its folded form name; the looser only for want of an exact."""
        if not text:  # a name of nothing that can be seen is nobody's
            return Likeness.LOOSE, []
        exact = [*self._exact.get(text, ()), *self._by_key.get(_spelt(text), ())]
        if exact:
            return Likeness.EXACT, exact
        # A name of nothing but quotes folds to nothing, and nothing names it.
        return Likeness.LOOSE, self._loose.get(folded, []) if folded else []

    def with_key(self, key: ApplicationKey | EnvironmentKey) -> list[Named]:
        """Give what has exactly this platform key; it may go by several names."""
        return [thing for thing in self._by_key.get(_spelt(key), ()) if thing.key == key]


def _spelt(key: str) -> str:
    return platform_key_in(key) or key.casefold()


class CatalogueIndex:
    """A catalogue by name, and where its applications run."""

    def __init__(self, catalogue: Catalogue) -> None:
        # Not the catalogue itself: an index lives as long as its catalogue, and no longer.
        self.platform = catalogue.platform
        self.has_revisions = catalogue.has_revisions
        self.applications = NameIndex(catalogue.applications)
        ordered = sorted(catalogue.environments, key=lambda one: one.order)
        self.environments = NameIndex(ordered)

    def has_key(self, key: str) -> bool:
        """Whether an application or an environment has this platform key."""
        return bool(self.applications.find(key, key)[1] or self.environments.find(key, key)[1])

    def targets(self, application: Application, wish: RevisionWish | None = None) -> list[Target]:
        """Give every environment in which `application` runs, in the platform's own order."""
        return [
            target
            for environment in self.environments.things
            if (target := target_in(environment, application, wish)) is not None
        ]

    def alone(self, application: Application, wish: RevisionWish | None = None) -> Target | None:
        """Give what the name means with no environment behind it; None where it needs one."""
        if wish is None and self.targets(application):
            return None
        return target_alone(application, wish)


_indexes: dict[int, CatalogueIndex] = {}


def index_of(catalogue: Catalogue) -> CatalogueIndex:
    """Give the catalogue's index, made once for each catalogue.

    By identity: comparing two catalogues of thousands of applications costs what indexing does.
    """
    known = _indexes.get(id(catalogue))
    if known is None:
        known = _indexes[id(catalogue)] = CatalogueIndex(catalogue)
        # An identity is given to another catalogue only after this one is gone.
        weakref.finalize(catalogue, _indexes.pop, id(catalogue), None).atexit = False
    return known


def target_in(
    environment: Environment, application: Application, wish: RevisionWish | None = None
) -> Target | None:
    """Give the application in that environment; None where it does not run there."""
    running = application.revision_in(environment.key)
    if running is None:
        return None
    return Target(
        platform=environment.platform,
        environment=environment,
        application=application.key,
        application_name=application.name,
        # Which revision a wish comes to is known once the platform has described the target.
        revision=running if wish is None else Revision(),
        wish=wish,
    )


def target_alone(application: Application, wish: RevisionWish | None = None) -> Target | None:
    """Give the application in no environment: as wished, or the latest where there is one."""
    revision = application.latest if wish is None else Revision()
    if revision is None:
        return None
    return Target(
        platform=application.platform,
        environment=None,
        application=application.key,
        application_name=application.name,
        revision=revision,
        wish=wish,
    )
