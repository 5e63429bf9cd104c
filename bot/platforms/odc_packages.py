"""The finished packages: links to them, which let in whoever holds them, and their bytes.

A link's host, lifetime and rules are published nowhere, so it is taken for what ODC's other file
links are: pre-signed, and refused by some storage if a token comes along. It is used at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

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
from bot.platforms.odc_address import Portal
from bot.platforms.odc_api import OdcApi
from bot.platforms.odc_link import link_in
from bot.platforms.odc_models import PackagingWire
from bot.platforms.odc_packaging import Packagings, gone
from bot.platforms.odc_words import is_finished, is_under_way, lacks_link
from bot.platforms.opening import Opened, may_open_with_another, opened
from bot.platforms.package_body import Base64Body, StorageErrorSent, ZipBody
from bot.ports import Watcher

_DOWNLOAD: Final = Call("download", "send the package")


class Packages:
    """The packages of one organisation's builds; `storage` opens what links lead to."""

    def __init__(
        self,
        api: OdcApi,
        portal: Portal,
        storage: PlatformClient,
        clock: Clock,
        packagings: Packagings,
    ) -> None:
        self._api = api
        self._portal = portal
        self._storage = storage
        self._clock = clock
        self._packagings = packagings

    async def link(self, build: BuildKey, watcher: Watcher | None = None) -> PlatformLink:
        """Ask for a new link, once more where it has ended; PlatformNotFound when it is gone."""
        if self._packagings.is_lost(build):
            raise gone(self._api.platform, build)
        link = await self._given(build, watcher)
        if link.has_ended(self._clock.now()):
            link = await self._given(build, watcher)
        if link.has_ended(self._clock.now()):
            raise self._lost(build, self._ended())
        return link

    @asynccontextmanager
    async def opened(self, build: BuildKey) -> AsyncIterator[ZipBody | Base64Body]:
        """Open the package through a new link, which is asked for once more if it fails."""
        tried = await self._tried(build)
        if isinstance(tried, PlatformError):
            tried = await self._tried(build)
        if isinstance(tried, PlatformError):
            raise self._lost(build, tried)
        stream, body = tried
        try:
            yield body
        finally:
            stream.close()

    async def _given(self, build: BuildKey, watcher: Watcher | None = None) -> PlatformLink:
        try:
            seen = await self._api.packaging(build, watcher)
        except PlatformNotFound as error:
            raise gone(self._api.platform, build, error) from error
        if not is_finished(seen.packaging):
            raise self._unfinished(seen.packaging, build)
        link = link_in(seen, self._portal, self._clock.now())
        if link is None:
            raise PlatformBroken(
                f"{self._api.platform} gave a link to the package that cannot be used.",
                platform=self._api.platform,
            )
        return link

    async def _tried(self, build: BuildKey) -> Opened | PlatformError:
        """Open the package; where another link may do better, say what is wrong with this one."""
        link = await self._given(build)
        if link.has_ended(self._clock.now()):
            return self._ended()
        try:
            return await self._follow(link)
        except PlatformError as error:
            if not may_open_with_another(error):
                raise
            return error

    async def _follow(self, link: PlatformLink) -> Opened:
        url = URL(link.url.get_secret_value(), encoded=True)
        stream = await self._storage.open(_DOWNLOAD, url, authorization=Authorization.NONE)
        return await opened(stream, self._api.platform)

    def _ended(self) -> PlatformError:
        platform = self._api.platform
        return PlatformNotFound(
            f"The link that {platform} gave had ended before it was given.", platform=platform
        )

    def _lost(self, build: BuildKey, failure: PlatformError) -> PlatformError:
        """Name the failure of the second link, and what it means for the package."""
        if isinstance(failure, PackageDamaged) and not isinstance(failure, StorageErrorSent):
            return failure  # on its way, or by somebody there, who knows nothing of the package
        self._packagings.lose(build)
        platform = self._api.platform
        return PlatformNotFound.after(
            failure,
            f"{platform} no longer gives a link that works to this package. {failure.message}",
        )

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
