"""Which target somebody means by the words they typed.

In this order: the names as they stand, then but for case and accents, in every split of the words
into application and environment, the longest application first; then guesses. A platform key
stands wherever a name can. Where more than one target fits, people choose; nothing is picked for
them. What is allowed is not decided here (see policy.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.domain.catalogue_index import CatalogueIndex, Likeness, target_in
from bot.domain.retrieval import ExactTarget
from bot.domain.spelling import fold, shown, tidy
from bot.domain.suggestions import MOST, suggest
from bot.domain.target import Application, Catalogue, Environment, Target
from bot.domain.value import PlatformName, Value

# Two names of 255 characters, and a little. Every split of a longer line would hold up the event
# loop for nothing: 4,000 characters can hold 16,000 words.
_LONGEST = 600


class Found(Value):
    """Exactly one target fits."""

    target: Target


class Several(Value):
    """More than one target has these names."""

    targets: tuple[Target, ...]


class NotThere(Value):
    """The application exists, but does not run in that environment."""

    application: str
    environment: str
    runs_in: tuple[Target, ...]


class EnvironmentMissing(Value):
    """Only an application was named."""

    application: str
    runs_in: tuple[Target, ...]


class ApplicationMissing(Value):
    """Only an environment was named."""

    environment: str


class Unknown(Value):
    """Nothing has that name; `guesses` exist and come near."""

    text: str
    guesses: tuple[Target, ...] = ()
    environments: tuple[str, ...] = ()  # every name of an environment, to choose from


class Gone(Value):
    """What a button named by its keys is no longer on the platform."""

    platform: PlatformName


Resolution = Found | Several | NotThere | EnvironmentMissing | ApplicationMissing | Unknown | Gone


class _Words:
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


def resolve(words: Sequence[str], catalogues: Sequence[Catalogue]) -> Resolution:
    """Say what the words mean; a word with spaces in it was quoted and is kept whole."""
    if sum(map(len, words)) + len(words) > _LONGEST:
        return _unknown(words, catalogues, ())
    spelt = _Words(words)
    indexes = [CatalogueIndex(catalogue) for catalogue in catalogues]
    ways: tuple[Callable[[_Words, Sequence[CatalogueIndex]], Resolution | None], ...]
    ways = (_both_named, _application_named, _not_there, _environment_named)
    for way in ways:
        resolution = way(spelt, indexes)
        if resolution is not None:
            return resolution
    return _unknown(words, catalogues, indexes)


def resolve_exact(exact: ExactTarget, catalogues: Sequence[Catalogue]) -> Resolution:
    """Say what a button means now; the platform may have changed since it was drawn."""
    for catalogue in catalogues:
        if catalogue.platform != exact.platform:
            continue
        environment = catalogue.environment(exact.environment)
        for application in catalogue.applications:
            if environment is not None and application.key == exact.application:
                target = target_in(environment, application)
                if target is not None:
                    return Found(target=target)
                runs_in = tuple(CatalogueIndex(catalogue).targets(application))
                return NotThere(
                    application=application.name, environment=environment.name, runs_in=runs_in
                )
    return Gone(platform=exact.platform)


def _both_named(words: _Words, indexes: Sequence[CatalogueIndex]) -> Resolution | None:
    """Find targets whose application and environment the words name, the one after the other."""
    fitting: dict[tuple[Likeness, int], list[Target]] = {}
    for cut in range(1, len(words)):
        for index in indexes:
            likeness, targets = _targets(
                index, words.between(0, cut), words.between(cut, len(words))
            )
            fitting.setdefault((likeness, -cut), []).extend(targets)
    best = min((rank for rank, targets in fitting.items() if targets), default=None)
    return None if best is None else _one_or_several(fitting[best])


def _targets(
    index: CatalogueIndex, application: tuple[str, str], environment: tuple[str, str]
) -> tuple[Likeness, list[Target]]:
    """Give the targets of a catalogue that go by these two texts."""
    applications_like, applications = index.applications.find(*application)
    if not applications:
        return Likeness.LOOSE, []
    environments_like, environments = index.environments.find(*environment)
    pairs = (target_in(e, a) for a in applications for e in environments)
    return max(applications_like, environments_like), [pair for pair in pairs if pair is not None]


def _one_or_several(targets: Iterable[Target]) -> Resolution:
    different = tuple({target.key: target for target in targets}.values())
    if len(different) == 1:
        return Found(target=different[0])
    return Several(targets=different)


def _applications(
    text: tuple[str, str], indexes: Sequence[CatalogueIndex]
) -> list[tuple[CatalogueIndex, Application]]:
    return [(index, one) for index in indexes for one in index.applications.find(*text)[1]]


def _environments(text: tuple[str, str], indexes: Sequence[CatalogueIndex]) -> list[Environment]:
    return [one for index in indexes for one in index.environments.find(*text)[1]]


def _runs_in(applications: Iterable[tuple[CatalogueIndex, Application]]) -> tuple[Target, ...]:
    targets = (target for index, one in applications for target in index.targets(one))
    return tuple({target.key: target for target in targets}.values())


def _application_named(words: _Words, indexes: Sequence[CatalogueIndex]) -> Resolution | None:
    """Find an application that all the words name, with no environment behind it."""
    if applications := _applications(words.all, indexes):
        return EnvironmentMissing(
            application=applications[0][1].name, runs_in=_runs_in(applications)
        )
    return None


def _not_there(words: _Words, indexes: Sequence[CatalogueIndex]) -> Resolution | None:
    """Find an application and an environment that exist, but not together."""
    for cut in range(len(words) - 1, 0, -1):
        applications = _applications(words.between(0, cut), indexes)
        if not applications:
            continue
        if environments := _environments(words.between(cut, len(words)), indexes):
            return NotThere(
                application=applications[0][1].name,
                environment=environments[0].name,
                runs_in=_runs_in(applications),
            )
    return None


def _environment_named(words: _Words, indexes: Sequence[CatalogueIndex]) -> Resolution | None:
    """Find an environment that all the words name, with no application before it."""
    if environments := _environments(words.all, indexes):
        return ApplicationMissing(environment=environments[0].name)
    return None


def _unknown(
    words: Sequence[str], catalogues: Sequence[Catalogue], indexes: Sequence[CatalogueIndex]
) -> Unknown:
    certain = tuple(_certain(words, indexes)) if indexes else ()
    guesses = {target.key: target for target in (*certain, *suggest(words, catalogues))}
    names = {
        e.name: None for c in catalogues for e in sorted(c.environments, key=lambda e: e.order)
    }
    return Unknown(
        text=shown(" ".join(words)),
        guesses=tuple(guesses.values())[:MOST],
        environments=tuple(names),
    )


def _certain(words: Sequence[str], indexes: Sequence[CatalogueIndex]) -> Iterator[Target]:
    """Find what is meant by the environment before the application, or by one quotation."""
    spelt = _Words(words)
    for cut in range(1, len(spelt)):
        for index in indexes:
            yield from _targets(index, spelt.between(cut, len(spelt)), spelt.between(0, cut))[1]
    match _both_named(_Words(" ".join(words).split()), indexes):
        case Found(target=target):
            yield target
        case Several(targets=targets):
            yield from targets
        case _:
            pass
