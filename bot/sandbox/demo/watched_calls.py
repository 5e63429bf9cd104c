"""The platforms' journals of calls, telling somebody of every call that comes and goes."""

from __future__ import annotations

from collections.abc import Callable

from bot.sandbox import lifetime, odc
from bot.sandbox.api.calls import CallT, PlatformCalls


class _Watched(PlatformCalls[CallT]):
    """What both have in common. Stands before a platform's own journal among the bases."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def arrive(self, call: CallT) -> None:
        """Enter a call that has just arrived."""
        super().arrive(call)
        self._tell()

    def leave(self, call: CallT) -> None:
        """Note that a call has ended."""
        super().leave(call)
        self._tell()


class WatchedLifeTimeCalls(_Watched[lifetime.Call], lifetime.Calls):
    """LifeTime's journal, watched."""


class WatchedOdcCalls(_Watched[odc.Call], odc.Calls):
    """ODC's journal, watched."""
