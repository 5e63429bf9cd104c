"""The ways in which words can name an application, an environment, or the one in the other.

Each way gives what it found, or None for the next one to be tried; names.py says in which order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.catalogue_index import CatalogueIndex, Likeness, target_in
from bot.domain.resolution import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    NotThere,
    Resolution,
    Several,
)
from bot.domain.spelling import fold, tidy
from bot.domain.target import Application, Environment, RevisionWish, Target

_Wish = RevisionWish | None
_Applications = Sequence[tuple[CatalogueIndex, Application]]


class Words:
    """The words, each written in both ways once, since every split joins them again."""

    def __init__(self, words: Sequence[str]) -> None:
        self._tidy = [tidy(word) for word in words if tidy(word)]
        self._folded = [fold(word) for word in self._tidy]

    def __len__(self) -> int:
        return len(self._tidy)

    def between(self, start: int, end: int) -> tuple[str, str]:
        """Give the text of these words, tidy and folded."""
        folded = " ".join(word for word in self._folded[start:end] if word)
        return " ".join(self._tidy[start:end]), folded

    @property
    def all(self) -> tuple[str, str]:
        """Give the text of all words."""
        return self.between(0, len(self))


def named(words: Words, indexes: Sequence[CatalogueIndex], wish: _Wish) -> Resolution | None:
    """Find what the words mean when an application is among them."""
    return (
        both_named(words, indexes, wish)
        or _application_named(words, indexes, wish)
        or _not_there(words, indexes, wish)
    )


def both_named(words: Words, indexes: Sequence[CatalogueIndex], wish: _Wish) -> Resolution | None:
    """Find targets whose application and environment the words name, the one after the other."""
    fitting: dict[tuple[Likeness, int], list[Target]] = {}
    for cut in range(1, len(words)):
        for index in indexes:
            likeness, targets = targets_called(
                index, words.between(0, cut), words.between(cut, len(words)), wish
            )
            fitting.setdefault((likeness, -cut), []).extend(targets)
    best = min((rank for rank, targets in fitting.items() if targets), default=None)
    return None if best is None else _one_or_several(fitting[best])


def targets_called(
    index: CatalogueIndex, application: tuple[str, str], environment: tuple[str, str], wish: _Wish
) -> tuple[Likeness, list[Target]]:
    """Give the targets of a catalogue that go by these two texts."""
    applications_like, applications = index.applications.find(*application)
    if not applications:
        return Likeness.LOOSE, []
    environments_like, environments = index.environments.find(*environment)
    pairs = (target_in(e, a, wish) for a in applications for e in environments)
    return max(applications_like, environments_like), [pair for pair in pairs if pair is not None]


def _different(targets: Iterable[Target]) -> tuple[Target, ...]:
    return tuple({target.key: target for target in targets}.values())


def _one_or_several(targets: Iterable[Target]) -> Resolution:
    different = _different(targets)
    if len(different) == 1:
        return Found(target=different[0])
    return Several(targets=different)


def _applications(text: tuple[str, str], indexes: Sequence[CatalogueIndex]) -> _Applications:
    """Give the applications that go by this text; the looser only for want of an exact."""
    fitting: dict[Likeness, list[tuple[CatalogueIndex, Application]]] = {}
    for index in indexes:
        likeness, applications = index.applications.find(*text)
        fitting.setdefault(likeness, []).extend((index, one) for one in applications)
    return fitting.get(Likeness.EXACT) or fitting.get(Likeness.LOOSE, [])


def _environments(text: tuple[str, str], indexes: Sequence[CatalogueIndex]) -> list[Environment]:
    return [one for index in indexes for one in index.environments.find(*text)[1]]


def _runs_in(applications: _Applications, wish: _Wish) -> tuple[Target, ...]:
    return _different(t for index, one in applications for t in index.targets(one, wish))


def _alone(applications: _Applications, wish: _Wish) -> tuple[Target, ...]:
    targets = (index.alone(one, wish) for index, one in applications)
    return _different(target for target in targets if target is not None)


def _application_named(
    words: Words, indexes: Sequence[CatalogueIndex], wish: _Wish
) -> Resolution | None:
    """Find an application that all the words name, with no environment behind it."""
    applications = _applications(words.all, indexes)
    if not applications:
        return None
    alone = _alone(applications, wish)
    if not alone:
        return environment_missing(applications)
    # Of the same name there may be one that needs no environment, and another that does.
    return _one_or_several(alone if wish else (*alone, *_runs_in(applications, wish)))


def environment_missing(applications: _Applications) -> EnvironmentMissing:
    """Say where applications of one name run, so that people can choose."""
    return EnvironmentMissing(
        application=applications[0][1].name,
        runs_in=_runs_in(applications, None),
        has_revisions=any(index.has_revisions for index, _ in applications),
    )


def _not_there(words: Words, indexes: Sequence[CatalogueIndex], wish: _Wish) -> Resolution | None:
    """Find an application and an environment that exist, but not together."""
    for cut in range(len(words) - 1, 0, -1):
        applications = _applications(words.between(0, cut), indexes)
        if not applications:
            continue
        if environments := _environments(words.between(cut, len(words)), indexes):
            return missing_from(environments[0], applications, wish)
    return None


def missing_from(environment: Environment, applications: _Applications, wish: _Wish) -> NotThere:
    """Say that applications of one name are not in an environment, and where they are."""
    return NotThere(
        application=applications[0][1].name,
        environment=environment.name,
        runs_in=_runs_in(applications, wish),
        alone=_alone(applications, wish),
    )


def environment_named(
    words: Words, indexes: Sequence[CatalogueIndex], wish: _Wish
) -> Resolution | None:
    """Find an environment that all the words name, with no application before it."""
    if environments := _environments(words.all, indexes):
        return ApplicationMissing(environment=environments[0].name, wish=wish)
    return None
