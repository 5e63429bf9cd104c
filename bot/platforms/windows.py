"""At most so many requests in so much time, as the other side counts them.

A request counts from when it begins until `period` after its end, since nobody here knows when
between the two it was counted there. So no delay on the way, however uneven, can make more than
`most` of them arrive within one `period`. Pure: whoever waits is told when, and waits elsewhere.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta


class Window:
    """The requests that count at present.

    `period` 0 makes it "so many at once". `ends_at_once`: a request counts from its beginning
    only, which is less strict and does not slow down where answers are slow.
    """

    def __init__(self, most: int, period: timedelta, *, ends_at_once: bool = False) -> None:
        self._most = most
        self._period = period
        self._ends_at_once = ends_at_once
        self._under_way = 0
        self._ended: deque[datetime] = deque(maxlen=most)
        self._paused_until: datetime | None = None

    def pause(self, until: datetime) -> None:
        """Let nothing begin before `until`."""
        if self._paused_until is None or self._paused_until < until:
            self._paused_until = until

    def paused(self, now: datetime) -> timedelta:
        """Give how long a pause still lasts."""
        return max(timedelta(0), (self._paused_until or now) - now)

    def begin(self, now: datetime) -> None:
        """Count a request that begins."""
        if self._ends_at_once:
            self._ended.append(now)
        else:
            self._under_way += 1

    def end(self, now: datetime) -> None:
        """Count a request that began as ended."""
        if not self._ends_at_once:
            self._under_way -= 1
            self._ended.append(now)

    def recall(self, ended_at: datetime) -> None:
        """Count a request that another process made; oldest first, and before any of ours."""
        self._ended.append(ended_at)

    def due(self, now: datetime) -> datetime | None:
        """Give when another may begin; None: `period` after one of those under way has ended."""
        self._forget(now)
        earliest = now + self.paused(now)
        too_many = self._under_way + len(self._ended) - self._most + 1
        if too_many <= 0:
            return earliest
        if too_many > len(self._ended):
            return None
        return max(earliest, self._ended[too_many - 1] + self._period)

    def expected(self, now: datetime, ahead: int) -> datetime:
        """Give when another may begin that has `ahead` before it, if all under way ended now."""
        self._forget(now)
        earliest = now + self.paused(now)
        rounds, place = divmod(ahead, self._most)
        place -= max(0, self._most - self._under_way - len(self._ended))  # those are free
        if 0 <= place < len(self._ended):
            earliest = max(earliest, self._ended[place] + self._period)
        elif place >= 0:
            earliest = max(earliest, now + self._period)
        return earliest + rounds * self._period

    def _forget(self, now: datetime) -> None:
        while self._ended and self._ended[0] + self._period <= now:
            self._ended.popleft()
