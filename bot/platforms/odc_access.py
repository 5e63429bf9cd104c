"""How ODC lets an API client in: OpenID discovery, client credentials, and a token kept in memory.

Facts: ODC "Get access token" and RFC 6749 section 4.4. A token lives for 12 hours and there is no
refresh token; suspending the API client kills its tokens at once. Calls that are refused at the
same moment share one renewal. Neither the secret nor a token is in any text or repr.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
from pydantic import ValidationError
from yarl import URL

from bot.clock import Clock
from bot.errors import (
    PlatformBroken,
    PlatformError,
    PlatformRefused,
    PlatformRejected,
)
from bot.platforms import odc_models as wire
from bot.platforms.answers import Words
from bot.platforms.call import Call
from bot.platforms.http import Observe, PlatformClient, Reply
from bot.platforms.odc_address import Portal
from bot.platforms.odc_secret import ClientSecret
from bot.settings import OdcSettings

_DISCOVERY: Final = Call("discovery", "say where it gives access tokens", api="identity")
_TOKEN: Final = Call("token", "give an access token", "POST", api="identity", is_harmless=True)
_NO_PORTAL: Final = "What answered is not an ODC Portal: the portal's URL may be wrong."
_DISCOVERY_WORDS: Final = Words(
    refusal=(
        "Nothing of the API client was shown yet: the portal's URL may be wrong, or something on "
        "the way, such as a proxy or an IP filter of the portal, lets nobody in from here."
    ),
    nothing_there=_NO_PORTAL,
)
_WORDS: Final = Words(
    refusal=(
        "This can mean that the client id or the client secret is wrong, that the secret has "
        "expired, or that the API client was suspended or revoked: see Management > API clients in "
        "the ODC Portal."
    ),
    nothing_there=_NO_PORTAL,
)
_MARGIN: Final = timedelta(minutes=5)
_MARGIN_SHARE: Final = 0.1
_REST: Final = timedelta(seconds=30)  # after a renewal that failed while the token still lives
# Seconds. A token whose lifetime is not told, or makes no sense, is used until it is refused.
_UNTOLD: Final = 3600.0
_SHORTEST: Final = 10.0
_LONGEST: Final = 86400.0


@dataclass(frozen=True)
class _Kept:
    """A token, and until when it is used."""

    value: str = field(repr=False)
    renew_at: datetime
    ends_at: datetime


class Access:
    """The token of one organisation, by which all its calls get in. Implements Credentials."""

    def __init__(
        self,
        settings: OdcSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self._platform = settings.name
        self._portal = Portal(str(settings.url))
        self._client_id = settings.client_id
        self._secret = ClientSecret(settings.client_secret, settings.name)
        self._client = PlatformClient(settings, self._secret, _WORDS, session, clock, observe)
        self._front = PlatformClient(
            settings, self._secret, _DISCOVERY_WORDS, session, clock, observe
        )
        self._clock = clock
        self._endpoint: URL | None = None
        self._kept: _Kept | None = None
        self._renewing: asyncio.Task[str] | None = None

    async def current(self) -> str:
        """Give a token that lives, and renew it while it does. Raises PlatformError."""
        kept, now = self._kept, self._clock.now()
        if kept is None or now >= kept.ends_at:
            # One caller that gives up must not take the token from the others.
            return await asyncio.shield(self._shared_renewal())
        if now >= kept.renew_at:
            self._shared_renewal()  # for those who come later
        return kept.value

    async def renewed(self, refused: str, refusal: PlatformRefused) -> str | None:
        """Give a newer token than a refused one; None where the token was not what was refused."""
        if refusal.status != HTTPStatus.UNAUTHORIZED:
            return None
        if self._kept is not None and self._kept.value == refused:
            self._kept = None
        token = await self.current()
        return token if token != refused else None

    def redacted(self, body: bytes) -> bytes:
        """Give a body without what lets anybody in, should the server have echoed it."""
        return self._secret.redacted(body)

    def _shared_renewal(self) -> asyncio.Task[str]:
        """Give the renewal that is under way; begin one where none is."""
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
            self._renewing.add_done_callback(self._finished)
        return self._renewing

    def _finished(self, task: asyncio.Task[str]) -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # seen, even where nobody waits any more

    async def _renew(self) -> str:
        try:
            self._kept = await self._exchanged_with_newest_secret()
        except PlatformError:
            if self._kept is not None:
                self._kept = replace(self._kept, renew_at=self._clock.now() + _REST)
            raise
        self._secret.remember(self._kept.value)
        return self._kept.value

    async def _exchanged_with_newest_secret(self) -> _Kept:
        try:
            return await self._exchanged()
        except PlatformRefused:
            if not self._secret.is_another_now():
                raise
        return await self._exchanged()

    async def _exchanged(self) -> _Kept:
        """Exchange the secret for a token, at the endpoint that discovery names."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret.value(),
        }
        endpoint = self._endpoint or await self._discovered()
        self._endpoint = None  # found anew, should this one not give a token
        try:
            kept = await self._client.ask(_TOKEN, endpoint, self._kept_from, form=form)
        except PlatformRejected as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            failure = self._refused(error)
        else:
            self._endpoint = endpoint
            return kept
        raise failure

    def _refused(self, error: PlatformRejected) -> PlatformRefused:
        """Name a refusal that comes as a "bad request", RFC 6749 section 5.2."""
        return PlatformRefused.after(error, f"{error.message} {_WORDS.refusal}")

    async def _discovered(self) -> URL:
        def read(reply: Reply) -> URL:
            named = self._front.read(_DISCOVERY, wire.DISCOVERY, reply).token_endpoint
            endpoint = self._portal.outside(named)
            if endpoint is None:
                raise PlatformBroken(
                    f"{self._platform} could not {_DISCOVERY.purpose}: its OpenID configuration "
                    "names no token endpoint that the secret may be sent to (one with https).",
                    platform=self._platform,
                )
            return endpoint

        try:
            return await self._front.ask(_DISCOVERY, self._portal.discovery, read)
        except PlatformRefused as error:  # of the client nothing was shown that could be refused
            raise PlatformRejected.after(error, error.message) from error

    def _kept_from(self, reply: Reply) -> _Kept:
        """Read a token. What came instead is not shown: a token may be in it all the same."""
        if b"access_token" not in reply.body:
            raise self._client.unreadable(_TOKEN, reply)
        try:
            said = wire.TOKEN.validate_json(reply.body)
        except ValidationError:
            said = wire.TokenWire()
        token = said.access_token.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise PlatformBroken(
                f"{self._platform} could not {_TOKEN.purpose}: there is none in its answer that "
                "can be used.",
                platform=self._platform,
            )
        lives = _lifetime(said.expires_in)
        now = self._clock.now()
        margin = min(_MARGIN, lives * _MARGIN_SHARE)
        return _Kept(value=token, renew_at=now + lives - margin, ends_at=now + lives)


def _lifetime(said: object) -> timedelta:
    try:
        seconds = float(said) if isinstance(said, int | float | str) else _UNTOLD
    except (ValueError, OverflowError):
        seconds = _UNTOLD
    if not math.isfinite(seconds) or seconds <= 0:
        seconds = _UNTOLD
    return timedelta(seconds=min(max(seconds, _SHORTEST), _LONGEST))
