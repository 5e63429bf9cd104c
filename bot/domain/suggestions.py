"""What somebody may have meant by words that name nothing.

Every split of the words into application and environment is scored against the catalogues; only
what exists is offered. RapidFuzz compares: difflib suggests no better and holds up the event
loop some twenty times as long (benchmarks/name_suggestions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import fuzz, process

from bot.domain.catalogue_index import CatalogueIndex, index_of, target_in
from bot.domain.spelling import fold
from bot.domain.target import Application, Catalogue, RevisionWish, Target

MOST = 5  # suggestions in one answer
LEAST_LIKE = 0.6
NAMES_KEPT = 10

# Gives the names nearest to a text as (likeness, position), the likeness from LEAST_LIKE to 1.
Nearest = Callable[[str, Sequence[str]], list[tuple[float, int]]]

_PREFIX_LIKENESS = 0.8
_SHORTEST_PREFIX = 3
_APPLICATION_WEIGHT = 0.7
_ENVIRONMENT_WEIGHT = 0.3
# More is no misspelt name, and would only cost time.
_WORDS_READ = 12
_LETTERS_READ = 300


def nearest(text: str, names: Sequence[str]) -> list[tuple[float, int]]:
    """Compare by what the names have in common in the same order."""
    found = process.extract(
        text, names, scorer=fuzz.ratio, limit=NAMES_KEPT, score_cutoff=LEAST_LIKE * 100
    )
    return [(score / 100, position) for _, score, position in found]


def suggest(
    words: Sequence[str],
    catalogues: Sequence[Catalogue],
    near: Nearest = nearest,
    *,
    wish: RevisionWish | None = None,
) -> tuple[Target, ...]:
    """Give at most `MOST` existing targets, the likeliest first, each with the wish."""
    spelt = [folded for word in words[:_WORDS_READ] if (folded := fold(word[:_LETTERS_READ]))]
    best: dict[str, tuple[float, Target]] = {}
    for catalogue in catalogues:
        for score, target in _scored(spelt, index_of(catalogue), near, wish):
            if target.key not in best or best[target.key][0] < score:
                best[target.key] = (score, target)
    ranked = sorted(best.values(), key=lambda one: -one[0])
    return tuple(target for _, target in ranked[:MOST])


def _scored(
    words: Sequence[str], index: CatalogueIndex, near: Nearest, wish: RevisionWish | None
) -> Iterator[tuple[float, Target]]:
    for cut in range(len(words), 0, -1):
        text, rest = " ".join(words[:cut]), " ".join(words[cut:])
        places = _likeness(rest, index.environments.folded, near)
        for position, likeness in _likeness(text, index.applications.folded, near).items():
            application = index.applications.things[position]
            named = likeness * _APPLICATION_WEIGHT
            for place, target in _offered(application, index, places, wish):
                yield named + place * _ENVIRONMENT_WEIGHT, target
            alone = index.alone(application, wish)
            if alone is not None:
                # Words left over speak against what stands alone, and none of them for it.
                yield named + (0.0 if rest else _ENVIRONMENT_WEIGHT), alone


def _offered(
    application: Application,
    index: CatalogueIndex,
    places: dict[int, float],
    wish: RevisionWish | None,
) -> Iterator[tuple[float, Target]]:
    for position, environment in enumerate(index.environments.things):
        target = target_in(environment, application, wish)
        if target is not None:
            yield places.get(position, 0.0), target


def _likeness(text: str, names: Sequence[str], near: Nearest) -> dict[int, float]:
    """Give how like each near name is. The beginning of a name is what people type first."""
    cut = text[:_LETTERS_READ]
    if not cut:
        return {}
    found = {position: likeness for likeness, position in near(cut, names)}
    if len(cut) < _SHORTEST_PREFIX:
        return found
    begun = [position for position, name in enumerate(names) if name.startswith(cut)]
    for position in begun[:NAMES_KEPT]:
        found[position] = max(found.get(position, 0.0), _PREFIX_LIKENESS)
    return found
