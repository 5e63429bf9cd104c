"""Trigger ids: valid once, for three seconds of wall time."""

from __future__ import annotations

import secrets
import time

from bot.sandbox.slack.refusals import RefusedError

LIFETIME_SECONDS = 3.0


class Triggers:
    """Issues trigger ids and takes them back."""

    def __init__(self) -> None:
        self._issued: dict[str, float] = {}
        self._used: set[str] = set()
        self.lifetime = LIFETIME_SECONDS

    def issue(self) -> str:
        """Give a new trigger id."""
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[trigger] = time.monotonic()
        return trigger

    def exchange(self, trigger: str) -> None:
        """Use a trigger id up.

        Raises:
            RefusedError: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        if trigger not in self._issued:
            raise RefusedError("invalid_trigger_id")
        if trigger in self._used:
            raise RefusedError("exchanged_trigger_id")
        self._used.add(trigger)
        if time.monotonic() - self._issued[trigger] > self.lifetime:
            raise RefusedError("expired_trigger_id")
