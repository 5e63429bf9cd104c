"""OutSystems Developer Cloud as a platform gateway.

What is asked is `odc_api.py`'s, how it lets us in `odc_access.py`'s, and how calls are limited and
repeated `http.py`'s. Which build is packaged is decided in `odc_builds.py`, whether it is asked for
in `odc_packaging.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final

import aiohttp

from bot.clock import Clock
from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, PackageKey, PlatformName
from bot.platforms.catalogue_cache import CatalogueCache
from bot.platforms.credentials import Anonymous
from bot.platforms.http import Observe, PlatformClient, Words
from bot.platforms.link_expiry import clock_difference
from bot.platforms.odc_access import Access
from bot.platforms.odc_address import Portal
from bot.platforms.odc_api import OdcApi
from bot.platforms.odc_builds import Builds
from bot.platforms.odc_catalogue import read_catalogue
from bot.platforms.odc_packages import Packages
from bot.platforms.odc_packaging import Packagings
from bot.ports import PackageBody, Watcher
from bot.settings import OdcSettings

_WORDS: Final = Words(
    refusal=(
        "This can mean that the API client lacks a permission (Asset management > Open, and Stage "
        "> View stage for each stage), that it was suspended or revoked, or that the "
        "organisation's edition does not include this: see Management > API clients in the ODC "
        "Portal."
    ),
    nothing_there=(
        "What answered is not ODC's API: the portal's URL may be wrong, or the API is not offered "
        "there."
    ),
)


class OdcGateway:
    """One organisation of ODC. Implements ports.PlatformGateway."""

    def __init__(
        self,
        settings: OdcSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
    ) -> None:
        limits = settings.limits
        access = Access(settings, session, clock, observe)
        client = PlatformClient(settings, access, _WORDS, session, clock, observe)
        portal = Portal(str(settings.url))
        self.name = PlatformName(settings.name)
        self.packagings_at_once = limits.packagings_at_once
        self._clock = clock
        self._api = OdcApi(portal, client)
        self._builds = Builds(self._api)
        self._packagings = Packagings(self._api, portal, limits.attempts, clock)
        # Storage is another host: its limits are not the organisation's, nor is its slowness.
        storage = PlatformClient(settings, Anonymous(), Words(), session, clock, observe)
        self._packages = Packages(self._api, portal, storage, clock, self._packagings)
        self._cache = CatalogueCache(self._read_catalogue, limits.catalogue_minutes, clock)

    def recall_starts(self, asked_at: Sequence[datetime]) -> None:
        """Hear when a process before this one asked for packagings: it counts in the limits."""
        self._api.recall_starts(asked_at)

    async def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Give what the organisation has; at most some minutes old unless `fresh`."""
        return await self._cache.get(fresh=fresh)

    async def find_build(self, key: BuildKey) -> Target | None:
        """Give what a build's key stands for; None where there is no such build."""
        return await self._builds.found(key)

    async def describe(self, target: Target, watcher: Watcher | None = None) -> Target:
        """Give the target with the revision that is meant now, and the build that is packaged."""
        return await self._builds.described(target, watcher)

    async def start_packaging(
        self,
        target: Target,
        *,
        asked_before: datetime | None = None,
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask for a package of a described target, unless there is one or one is being made."""
        build = target.build or (await self.describe(target, watcher)).build
        assert build is not None  # noqa: S101 - what was described has one
        return await self._packagings.started(build.key, asked_before, watcher)

    async def packaging_report(
        self,
        target: Target,  # noqa: ARG002 - the port's: another platform needs it
        package: PackageKey,
        *,
        asked_at: datetime,
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask how far a packaging is that was asked for at `asked_at`."""
        return await self._packagings.reported(BuildKey(package), asked_at, watcher)

    async def platform_link(
        self,
        target: Target,  # noqa: ARG002 - likewise
        package: PackageKey,
        watcher: Watcher | None = None,
    ) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone, or no link to it works."""
        return await self._packages.link(BuildKey(package), watcher)

    def open_package(
        self,
        target: Target,  # noqa: ARG002 - likewise
        package: PackageKey,
    ) -> AbstractAsyncContextManager[PackageBody]:
        """Open the package through a new link, which is asked for once more if it fails."""
        return self._packages.opened(BuildKey(package))

    async def clock_ahead(self) -> timedelta | None:
        """Give how far the platform's clock is ahead of ours; None where it does not say."""
        headers = await self._api.environments_headers()
        return clock_difference(headers, self._clock.now())

    async def _read_catalogue(self) -> Catalogue:
        return await read_catalogue(self._api, self._clock)
