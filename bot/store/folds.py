"""The retrievals folded lately, so that a long one is not folded from its first event each time.

Events are never changed, so a fold stays true for the version it reached; what happened since,
here or in another process, is applied on top.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.retrieval import Retrieval
from bot.domain.value import RetrievalId

_KEPT = 1000


class Folds:
    """The last folds, the least used one dropped first."""

    def __init__(self) -> None:
        self._folds: OrderedDict[RetrievalId, Retrieval] = OrderedDict()

    def up_to(self, retrieval: RetrievalId, version: int) -> Retrieval | None:
        """Give a fold of at most that version."""
        fold = self._folds.get(retrieval)
        return fold if fold is not None and fold.version <= version else None

    def keep(self, fold: Retrieval) -> None:
        """Remember a fold of events that are committed."""
        self._folds[fold.id] = fold
        self._folds.move_to_end(fold.id)
        if len(self._folds) > _KEPT:
            self._folds.popitem(last=False)
