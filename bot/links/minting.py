"""Making a download link: 256 random bits for one person, of which only a hash is stored.

The link itself is in the message that delivers it and nowhere else; whoever mints it must post it
in the same step, and revoke it by its effect key when that step runs again.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.link import LinkOrder, LinkRow, draw_up
from bot.links.checking import token_digest
from bot.ports import Links

TOKEN_BYTES = 32
DOWNLOAD_PATH = "/download/"


class LinkMint:
    """Mints links that the bot's own server answers. Implements ports.Minter."""

    def __init__(self, *, links: Links, clock: Clock, public_url: str, lifetime: timedelta) -> None:
        self._links = links
        self._clock = clock
        self._base = public_url.rstrip("/") + DOWNLOAD_PATH
        self._lifetime = lifetime

    async def mint(self, order: LinkOrder) -> tuple[LinkRow, SecretStr]:
        """Store a new link and give it. The address cannot be had a second time."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = draw_up(order, minted_at=self._clock.now(), lifetime=self._lifetime)
        await self._links.add(row, token_digest(token))
        return row, SecretStr(self._base + token)
