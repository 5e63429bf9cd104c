"""The API client's secret, and what else of ODC's lets in whoever holds it: tokens and links.

A server may echo any of it in an error; it is taken out before a person or a log sees the text.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_plus

from bot.errors import PlatformRefused, SettingsError
from bot.platforms.credentials import Anonymous
from bot.settings import Secret

_REDACTED: Final = b"[secret]"
_SHORTEST_REDACTED: Final = 4  # a shorter one would blot out ordinary words
_TOKEN: Final = re.compile(rb'("[a-z]+_token"\s*:\s*")[^"]*', re.IGNORECASE)
_QUERY: Final = re.compile(rb"\?[^\s\"'<>?]*=[^\s\"'<>]*")  # where a link has its signature


class ClientSecret(Anonymous):
    """What is exchanged for tokens: sent in a form, and never as a header. No repr shows it."""

    def __init__(self, secret: Secret, platform: str) -> None:
        self._secret = secret
        self._platform = platform
        self._value = ""
        self._tokens: tuple[str, ...] = ()  # the newest, and one that a late answer may echo

    def value(self) -> str:
        """Give the secret. Raises PlatformRefused when it cannot be read."""
        if not self._value:
            self._value = self._read()
        return self._value

    def is_another_now(self) -> bool:
        """Read it again, and tell whether it has changed."""
        before, self._value = self._value, self._read()
        return self._value != before

    def remember(self, token: str) -> None:
        """Note what it was exchanged for, so that it is taken out too."""
        self._tokens = (*self._tokens[-1:], token)

    def redacted(self, body: bytes) -> bytes:
        """Give a body without the secret, without tokens, and without what signs links."""
        for hidden in (self._value, quote_plus(self._value), *self._tokens):
            if len(hidden) >= _SHORTEST_REDACTED:
                body = body.replace(hidden.encode(), _REDACTED)
        return _QUERY.sub(b"?" + _REDACTED, _TOKEN.sub(rb"\1" + _REDACTED, body))

    def _read(self) -> str:
        try:
            return self._secret.read().get_secret_value().strip()
        except SettingsError as error:
            raise PlatformRefused(error.message, platform=self._platform) from error
