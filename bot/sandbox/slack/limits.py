"""Slack's rate limits, on the sandbox's clock.

Tiers are calls per minute, method and workspace. Messages have a rule of their own: one per second
and channel. Slack tolerates bursts whose size it does not publish; here `Knobs.message_burst`
messages may come at once, then one per second. `response_url` has only its five uses.
Source: Slack's documentation, "Rate limits", and the methods' own pages.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque

from bot.sandbox.clock import ScaledClock
from bot.sandbox.slack.knobs import Knobs
from bot.sandbox.slack.refusals import RateLimitedError

WINDOW_SECONDS = 60.0
# "Several hundred" messages a minute for a whole workspace; auth.test and getPermalink likewise.
SPECIAL = 300
PER_MINUTE = {
    "auth.test": SPECIAL,
    "chat.postMessage": SPECIAL,
    "chat.getPermalink": SPECIAL,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "users.info": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "files.info": 100,
    "files.delete": 50,
    "views.open": 100,
    # Tier 1 on paper, but its bursts are generous: a fleet may reconnect at once.
    "apps.connections.open": 50,
}
MESSAGES = frozenset({"chat.postMessage", "files.completeUploadExternal"})


class RateLimits:
    """Counts calls and refuses those above Slack's limits."""

    def __init__(self, clock: ScaledClock, knobs: Knobs) -> None:
        self._clock = clock
        self._knobs = knobs
        self._windows: dict[str, deque[float]] = defaultdict(deque)
        self._channels: dict[str, float] = {}
        self.refused: Counter[str] = Counter()

    def check(self, method: str, channel: str | None) -> None:
        """Count one call.

        Raises:
            RateLimitedError: when it is one too many.
        """
        if not self._knobs.enforce_rate_limits:
            return
        now = self._clock.now().timestamp()
        wait = self._wait_of_method(method, now)
        if wait <= 0 and channel is not None and method in MESSAGES:
            wait = self._wait_of_channel(channel, now)
        if wait > 0:
            self.refused[method] += 1
            raise RateLimitedError(max(1, math.ceil(wait)))
        self._windows[method].append(now)

    def _wait_of_method(self, method: str, now: float) -> float:
        window = self._windows[method]
        while window and window[0] <= now - WINDOW_SECONDS:
            window.popleft()
        if len(window) < PER_MINUTE.get(method, 50):
            return 0.0
        return window[0] + WINDOW_SECONDS - now

    def _wait_of_channel(self, channel: str, now: float) -> float:
        # One number per channel: when its debt of messages, one second each, is paid off.
        paid_at = max(self._channels.get(channel, now), now)
        wait = paid_at + 1.0 - self._knobs.message_burst - now
        if wait <= 0:
            self._channels[channel] = paid_at + 1.0
        return wait
