"""What a platform is shown to let us in, whichever way it is come by."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

from yarl import URL

from bot.errors import PlatformRefused

_REDACTED: Final = b"[secret]"
_SHORTEST_SECRET: Final = 8  # characters of a value in a link; a shorter one is no signature


class Authorization(StrEnum):
    """How a download shows its token."""

    BEARER = "bearer"
    BARE = "bare"  # without the word "Bearer"
    NONE = "none"  # not at all: the link itself lets us in


class Credentials(Protocol):
    """A token that can be renewed."""

    async def current(self) -> str:
        """Give the token, "" for none. Raises PlatformError when there is none to be had."""
        ...

    async def renewed(self, refused: str, refusal: PlatformRefused) -> str | None:
        """Give a newer token than the one that was refused; None where there is none."""
        ...

    def redacted(self, body: bytes) -> bytes:
        """Give a body without the token, should the server have echoed it."""
        ...


class Anonymous:
    """No token. Implements Credentials."""

    async def current(self) -> str:
        """Give no token."""
        return ""

    async def renewed(
        self,
        refused: str,  # noqa: ARG002 - the protocol's
        refusal: PlatformRefused,  # noqa: ARG002 - the protocol's
    ) -> str | None:
        """Give nothing newer."""
        return None

    def redacted(self, body: bytes) -> bytes:
        """Give the body as it is: there is nothing to hide."""
        return body


class Presigned(Anonymous):
    """A link that lets in whoever holds it. Implements Credentials."""

    def __init__(self, link: URL) -> None:
        pairs = (pair.partition("=")[2] for pair in link.raw_query_string.split("&"))
        values = {*pairs, *link.query.values()}
        self._secrets = [each.encode() for each in values if len(each) >= _SHORTEST_SECRET]

    def redacted(self, body: bytes) -> bytes:
        """Give a body without what signs the link, should the server have echoed it."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            body = body.replace(secret, _REDACTED)
        return body
