"""How long a platform that is away is tried again, before a retrieval gives up in words."""

from __future__ import annotations

from datetime import timedelta

PATIENCE = timedelta(minutes=10)
BETWEEN_TRIES = 10.0  # seconds; each try has repetitions of its own, with growing pauses
