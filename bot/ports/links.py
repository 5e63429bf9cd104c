"""What makes download links."""

from __future__ import annotations

from typing import Protocol

from pydantic import SecretStr

from bot.domain.link import LinkOrder, LinkRow


class Minter(Protocol):
    """Makes download links. The URL exists nowhere but in what is returned."""

    async def mint(self, order: LinkOrder) -> tuple[LinkRow, SecretStr]:
        """Store a new link and give it; its URL cannot be had a second time."""
        ...
