"""The finished packages: links to them, which let in whoever holds them, and their bytes.

A link's host, lifetime and rules are published nowhere, so it is taken for what ODC's other file
links are: pre-signed, and refused by some storage if a token comes along. It is used at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final

from pydantic import SecretStr
from yarl import URL

from bot.clock import Clock
from bot.domain.packaging import PlatformLink
from bot.domain.value import BuildKey
from bot.errors import (
    PackageDamaged,
    PlatformBroken,
    PlatformError,
    PlatformNotFound,
    PlatformRejected,
)
from bot.platforms.call import Call
from bot.platforms.http import Authorization, PlatformClient
from bot.platforms.link_expiry import clock_error
from bot.platforms.odc_address import Portal
from bot.platforms.odc_api import OdcApi
from bot.platforms.odc_models import PackagingWire
from bot.platforms.odc_packaging import gone
from bot.platforms.odc_words import is_finished, is_under_way, lacks_link
from bot.platforms.package_body import Base64Body, ZipBody, zip_body
from bot.platforms.presigned import presigned_expiry
from bot.platforms.stream import Stream

_Opened = tuple[Stream, ZipBody | Base64Body]

_DOWNLOAD: Final = Call("download", "send the package")
# What a link that has expired, or whose package is gone, may be answered with; nobody says which.
_DEAD_LINK: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
    }
)


class Packages:
    """The packages of one organisation's builds; `on_lost` hears of one that the storage lost."""

    def __init__(
        self,
        api: OdcApi,
        portal: Portal,
        client: PlatformClient,
        clock: Clock,
        on_lost: Callable[[BuildKey], None],
    ) -> None:
        self._api = api
        self._portal = portal
        self._client = client
        self._clock = clock
        self._on_lost = on_lost

    async def link(self, build: BuildKey) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone."""
        seen = await self._api.packaging(build)
        if seen is None:
            raise gone(self._api.platform, build)
        if not is_finished(seen.packaging):
            raise self._unfinished(seen.packaging, build)
        url = self._portal.outside(seen.packaging.uri)
        if url is None:
            raise PlatformBroken(
                f"{self._api.platform} gave a link to the package that cannot be used.",
                platform=self._api.platform,
            )
        expires = presigned_expiry(url)
        if expires is not None:
            expires -= clock_error(seen.headers, self._clock.now())
        return PlatformLink(url=SecretStr(str(url)), expires_at=expires, is_presigned=True)

    @asynccontextmanager
    async def opened(self, build: BuildKey) -> AsyncIterator[ZipBody | Base64Body]:
        """Open the package through a new link, which is asked for once more if it fails."""
        stream, body = await self._try_link(build) or await self._try_another_link(build)
        try:
            yield body
        finally:
            stream.close()

    async def _try_link(self, build: BuildKey) -> _Opened | None:
        """Open the package; None where another link may do better."""
        link = await self.link(build)
        try:
            return await self._follow(link)
        except PlatformError as error:
            if error.status not in _DEAD_LINK and not isinstance(error, PackageDamaged):
                raise
        return None

    async def _try_another_link(self, build: BuildKey) -> _Opened:
        link = await self.link(build)
        try:
            return await self._follow(link)
        except PlatformNotFound:
            self._on_lost(build)
            raise

    async def _follow(self, link: PlatformLink) -> _Opened:
        url = URL(link.url.get_secret_value(), encoded=True)
        stream = await self._client.open(_DOWNLOAD, url, authorization=Authorization.NONE)
        with ExitStack() as undo:
            undo.callback(stream.close)
            body = await zip_body(stream, self._api.platform)
            undo.pop_all()
        return stream, body

    def _unfinished(self, packaging: PackagingWire, build: BuildKey) -> PlatformError:
        platform = self._api.platform
        if is_under_way(packaging):
            return PlatformRejected(
                f"{platform} is packaging this build again: ask again when it has finished.",
                platform=platform,
            )
        if lacks_link(packaging):
            return PlatformBroken(
                f"{platform} has finished the package, but gave no link to it.", platform=platform
            )
        return gone(platform, build)
