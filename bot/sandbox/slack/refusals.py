"""How the sandbox says no: to a bot as Slack's error codes, to a person as what cannot be done."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """An `"ok": false` answer, with Slack's error code."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


class RateLimitedError(Exception):
    """HTTP 429: too many calls; `retry_after` in whole seconds of the sandbox's clock."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"ratelimited, retry after {retry_after} s")
        self.retry_after = retry_after


class OutageError(Exception):
    """HTTP 500: Slack itself is down."""


class NotPossibleError(Exception):
    """Something a person could not do in Slack's own client, such as clicking an absent button."""
