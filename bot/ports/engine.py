"""What runs workflows durably."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.ports.rows import Run


class Engine(Protocol):
    """What runs workflows durably."""

    async def begin(self, run: Run) -> None:
        """Start a workflow; asking twice for the same run id is harmless."""
        ...

    async def step(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Run one durable step of the workflow that calls it."""
        ...
