"""How often a platform is asked, as a value: fast at first, then slower, until a deadline."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.value import Value


class PollPolicy(Value):
    """When to ask again, and when to give up."""

    first: timedelta = timedelta(seconds=2)
    later: timedelta = timedelta(seconds=10)
    fast_for: timedelta = timedelta(seconds=30)
    deadline: timedelta = timedelta(hours=1)

    def interval(self, elapsed: timedelta) -> timedelta:
        """Give the wait before the next question, `elapsed` after the packaging began."""
        return self.first if elapsed < self.fast_for else self.later

    def has_run_out(self, elapsed: timedelta) -> bool:
        """Whether the platform has had its time."""
        return elapsed >= self.deadline
