"""Which target somebody means by the words they typed.

In this order: the names as they stand, then but for case and accents, in every split of the words
into application and environment, the longest application first; then an application alone, where
that says enough; then guesses. A platform key stands wherever a name can. Where more than one
target fits, people choose; nothing is picked for them. What is allowed is not decided here (see
policy.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.domain import name_search
from bot.domain.catalogue_index import (
    CatalogueIndex,
    index_of,
    platform_key_in,
    target_alone,
    target_in,
)
from bot.domain.name_search import Words, environment_missing, missing_from
from bot.domain.resolution import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    Gone,
    NoRevisions,
    NotThere,
    Resolution,
    Several,
    Unknown,
)
from bot.domain.spelling import fold, shown, tidy
from bot.domain.suggestions import MOST, suggest
from bot.domain.target import Catalogue, ExactTarget, RevisionWish, Target
from bot.domain.value import PlatformName

__all__ = [
    "ApplicationMissing",
    "EnvironmentMissing",
    "Found",
    "Gone",
    "NoRevisions",
    "NotThere",
    "Resolution",
    "Several",
    "Unknown",
    "platform_called",
    "platform_key",
    "resolve",
    "resolve_exact",
]

# Two names of 255 characters, and a little. Every split of a longer line would hold up the event
# loop for nothing: 4,000 characters can hold 16,000 words.
_LONGEST = 600

_Wish = RevisionWish | None


def resolve(
    words: Sequence[str], catalogues: Sequence[Catalogue], wish: RevisionWish | None = None
) -> Resolution:
    """Say what the words mean; a word with spaces in it was quoted and is kept whole.

    A wish is for the platforms that have revisions to choose; the others are only looked at to say
    that they have none.
    """
    able = [one for one in catalogues if wish is None or one.has_revisions]
    unable = [one for one in catalogues if wish is not None and not one.has_revisions]
    # A longer line names nothing, and is only guessed at.
    spelt = Words(words if sum(map(len, words)) + len(words) <= _LONGEST else ())
    return (
        name_search.named(spelt, _indexes(able), wish)
        or _no_revisions(words, spelt, unable, is_only=not able)
        or name_search.environment_named(spelt, _indexes(catalogues), wish)
        or _unknown(words, spelt, able, wish)
    )


def resolve_exact(exact: ExactTarget, catalogues: Sequence[Catalogue]) -> Resolution:
    """Say what a button means now; the platform may have changed since it was drawn."""
    index = next((index_of(one) for one in catalogues if one.platform == exact.platform), None)
    alike = index.applications.with_key(exact.application) if index else []
    if index is None or not alike:
        return Gone(platform=exact.platform)
    there = (one for one in alike if exact.environment and one.revision_in(exact.environment))
    application = next(there, alike[0])
    if exact.wish is not None and not index.has_revisions:
        return NoRevisions(
            platforms=(index.platform,),
            application=application.name,
            instead=tuple(index.targets(application)),
        )
    if exact.environment is None:
        target = target_alone(application, exact.wish)
        return Found(target=target) if target else environment_missing([(index, application)])
    environment = next(iter(index.environments.with_key(exact.environment)), None)
    if environment is None:
        return Gone(platform=exact.platform)
    target = target_in(environment, application, exact.wish)
    if target is not None:
        return Found(target=target)
    return missing_from(environment, [(index, application)], exact.wish)


def platform_key(words: Sequence[str]) -> str | None:
    """Give the platform key (GUID) that stands in place of all names; None where none does."""
    spelt = [word for word in words if fold(word)]
    return platform_key_in(spelt[0]) if len(spelt) == 1 else None


def platform_called(name: str, platforms: Iterable[PlatformName]) -> PlatformName | None:
    """Give the platform of that name, also but for case and accents; None where not just one is."""
    known = tuple(platforms)
    for spell in (tidy, fold):
        fitting = [one for one in known if spell(name) and spell(one) == spell(name)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _indexes(catalogues: Sequence[Catalogue]) -> list[CatalogueIndex]:
    return [index_of(catalogue) for catalogue in catalogues]


def _no_revisions(
    words: Sequence[str], spelt: Words, unable: Sequence[Catalogue], *, is_only: bool
) -> NoRevisions | None:
    """Find out whether only platforms without revisions to choose can be meant.

    `is_only`: there are no others.
    """
    instead: tuple[Target, ...]
    match name_search.named(spelt, _indexes(unable), None):
        case Found(target=target):
            application, instead = target.application_name, (target,)
        case Several(targets=targets):
            application, instead = targets[0].application_name, targets
        case EnvironmentMissing(application=application, runs_in=instead):
            pass
        case NotThere(application=application, runs_in=runs_in, alone=alone):
            instead = (*runs_in, *alone)
        case _ if unable and is_only:
            application, instead = "", suggest(words, unable)
        case _:
            return None
    having = tuple(dict.fromkeys(target.platform for target in instead if application))
    everywhere = tuple(catalogue.platform for catalogue in unable)
    return NoRevisions(platforms=having or everywhere, application=application, instead=instead)


def _unknown(
    words: Sequence[str], spelt: Words, catalogues: Sequence[Catalogue], wish: _Wish
) -> Unknown:
    indexes = _indexes(catalogues)
    likely = (*_certain(words, spelt, indexes, wish), *suggest(words, catalogues, wish=wish))
    guesses = {target.key: target for target in likely}
    environments = {e.name: None for index in indexes for e in index.environments.things}
    return Unknown(
        text=shown(" ".join(words)),
        guesses=tuple(guesses.values())[:MOST],
        environments=tuple(environments),
        has_key=_has_key(words, indexes, wish),
    )


def _has_key(words: Sequence[str], indexes: Sequence[CatalogueIndex], wish: _Wish) -> bool:
    """Find out whether a key that may be a build's is there, and does not stand alone."""
    if wish is None and platform_key(words) is not None:
        return False
    keys = [key for word in words if (key := platform_key_in(word))]
    return any(not any(index.has_key(key) for index in indexes) for key in keys)


def _certain(
    words: Sequence[str], spelt: Words, indexes: Sequence[CatalogueIndex], wish: _Wish
) -> Iterator[Target]:
    """Find what is meant by the environment before the application, or by one quotation."""
    for cut in range(1, len(spelt)):
        for index in indexes:
            pair = spelt.between(cut, len(spelt)), spelt.between(0, cut)
            yield from name_search.targets_called(index, *pair, wish)[1]
    unquoted = Words(" ".join(words).split() if len(spelt) else ())
    match name_search.both_named(unquoted, indexes, wish):
        case Found(target=target):
            yield target
        case Several(targets=targets):
            yield from targets
        case _:
            pass
