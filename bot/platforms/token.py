"""A token that is a setting: as it is now, read again when refused, and taken out of any text."""

from __future__ import annotations

from typing import Final

from bot.errors import PlatformRefused, SettingsError
from bot.settings import Secret

_REDACTED: Final = b"[token]"
_SHORTEST_REDACTED: Final = 4  # a shorter one would blot out ordinary words


class Token:
    """What LifeTime is shown to let us in. Its value is in no repr. Implements Credentials."""

    def __init__(self, secret: Secret, platform: str) -> None:
        self._secret = secret
        self._platform = platform
        self._value: str | None = None

    def __repr__(self) -> str:
        return f"Token({self._platform!r})"

    async def current(self) -> str:
        """Give the token. Raises PlatformRefused when it cannot be read or sent."""
        if self._value is None:
            self._value = self._read()
        return self._value

    async def renewed(
        self,
        refused: str,
        refusal: PlatformRefused,  # noqa: ARG002 - LifeTime says 401 and 403 alike
    ) -> str | None:
        """Read the token again; None when it is still the one that was refused."""
        self._value = self._read()
        return self._value if self._value != refused else None

    def redacted(self, body: bytes) -> bytes:
        """Give a body without the token, should the server have echoed it."""
        value = (self._value or "").encode()
        return body.replace(value, _REDACTED) if len(value) >= _SHORTEST_REDACTED else body

    def _read(self) -> str:
        try:
            value = self._secret.read().get_secret_value().strip()
        except SettingsError as error:
            raise PlatformRefused(error.message, platform=self._platform) from error
        if value.isascii() and value.isprintable():
            return value
        raise PlatformRefused(
            f"The token for {self._platform} contains characters that cannot be part of one.",
            platform=self._platform,
        )
