"""One thing to ask a platform for, over as many attempts as it takes: what may be tried again.

A failure is tried again where it may pass. A request that may have acted is sent again only where
nobody can look whether it did, and then it is said to be a repetition.
"""

from __future__ import annotations

import random
from typing import Final

from bot.errors import PlatformBusy, PlatformError
from bot.platforms.call import Call
from bot.platforms.exchange import Question
from bot.ports import Watcher

_FIRST_WAIT: Final = 0.5  # seconds before the first repetition; doubled for each further one
_LONGEST_WAIT: Final = 30.0  # seconds; who is asked to wait longer is told so instead
_DOUBLINGS: Final = 6  # after which the longest wait is reached
_A_MINUTE: Final = 60.0  # seconds, after which a limit by the minute has forgotten us
_chance: Final = random.SystemRandom()


class Errand:
    """A question, who waits for its answer, and what has become of it so far."""

    def __init__(
        self,
        question: Question,
        *,
        order: int,
        attempts: int,
        watcher: Watcher | None = None,
        is_repeat: bool = False,
    ) -> None:
        self.question = question
        self.order = order  # among all who ask
        self.watcher = watcher
        self.is_repeat = is_repeat  # whether an earlier attempt may have acted
        self.is_sent = False  # whether the latest attempt may have got there
        self.token = ""  # that of the latest attempt
        self._attempts = attempts
        self._failed = 0  # those attempts that count
        self._made = 0

    @property
    def call(self) -> Call:
        """The kind of call."""
        return self.question.call

    def fail(self, failure: PlatformError) -> None:
        """Note that an attempt has failed."""
        self._made += 1
        self._failed += not self._is_waited_for(failure)
        if self._may_have_acted(failure):
            self.is_repeat = True

    def cannot_wait(self, seconds: float) -> bool:
        """Whether a pause is too long where nobody sees that it waits."""
        return self.watcher is None and seconds > _LONGEST_WAIT + _FIRST_WAIT

    def goes_on_after(self, failure: PlatformError, pause: float) -> bool:
        """Whether to try again, which takes a pause of so many seconds."""
        if self._is_waited_for(failure):
            return True
        if not failure.is_transient or self._failed >= self._attempts:
            return False
        if (failure.retry_after or 0) > _LONGEST_WAIT or self.cannot_wait(pause):
            return False
        return not (self.call.is_looked_for and self._may_have_acted(failure))

    def pause_after(self, failure: PlatformError, *, is_by_the_minute: bool) -> float:
        """Give the seconds after which it may be tried again.

        `is_by_the_minute`: whether the platform limits such calls by the minute.
        """
        if failure.retry_after is not None:
            return failure.retry_after + _chance.uniform(0.0, _FIRST_WAIT)
        if is_by_the_minute and isinstance(failure, PlatformBusy):
            return _A_MINUTE + _chance.uniform(0.0, _FIRST_WAIT)
        backed_off: float = _FIRST_WAIT * 2.0 ** min(self._made - 1, _DOUBLINGS)
        return min(backed_off, _LONGEST_WAIT) * _chance.uniform(0.5, 1.0)

    def _is_waited_for(self, failure: PlatformError) -> bool:
        """Whether there is all the time in the world: somebody sees that it waits."""
        return self.watcher is not None and isinstance(failure, PlatformBusy)

    def was_turned_away(self, failure: PlatformError) -> bool:
        """Whether a request that may do something was sent, and certainly did nothing."""
        return self.call.has_effect and (failure.has_done_nothing or not failure.is_transient)

    def _may_have_acted(self, failure: PlatformError) -> bool:
        return self.call.has_effect and self.is_sent and not self.was_turned_away(failure)
