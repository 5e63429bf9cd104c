"""OutSystems 11 LifeTime, API v2, as a platform gateway.

Facts: docs-product "Download source code" and the LifeTime swagger. How the calls are made,
limited and repeated is `http.py`'s; what the answers look like is `lifetime_models.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final, TypeVar

import aiohttp
from pydantic import SecretStr, TypeAdapter
from yarl import URL

from bot.clock import Clock
from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, EnvironmentKey, PackageKey, PlatformName
from bot.errors import (
    PlatformBroken,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
)
from bot.platforms import lifetime_models as wire
from bot.platforms.call import Call
from bot.platforms.catalogue_cache import CatalogueCache
from bot.platforms.http import Authorization, Observe, PlatformClient, Reply
from bot.platforms.lifetime_address import address, api_base, package_address
from bot.platforms.lifetime_words import (
    WORDS,
    application,
    environment,
    report,
    revision,
    status_in,
)
from bot.platforms.link_expiry import clock_difference, link_expiry
from bot.platforms.opening import Opened, may_open_with_another, opened
from bot.platforms.package_body import Base64Body, ZipBody
from bot.platforms.stream import Stream
from bot.platforms.token import Token
from bot.ports import Watcher
from bot.settings import LifeTimeSettings

T = TypeVar("T")
U = TypeVar("U")

_ENVIRONMENTS: Final = Call("environments", "list its environments")
_APPLICATIONS: Final = Call("applications", "list its applications")
_APPLICATION: Final = Call("application", "say what runs in the environment")
_VERSION: Final = Call("version", "name the application's version")
_START: Final = Call("start", "start the packaging", "POST")
_STATUS: Final = Call("status", "say how far the packaging is")
_LINK: Final = Call("link", "give a link to the package")
_DOWNLOAD: Final = Call("download", "send the package")

_WITH_STATUS: Final = "IncludeEnvStatus=true"
_WITHOUT_MODULES: Final = "IncludeModules=false"


class LifeTimeGateway:
    """One LifeTime. Implements ports.PlatformGateway."""

    def __init__(
        self,
        settings: LifeTimeSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self.name = PlatformName(settings.name)
        self.packagings_at_once = settings.limits.packagings_at_once
        self._base = api_base(str(settings.url))
        token = Token(settings.token, settings.name)
        self._client = PlatformClient(settings, token, WORDS, session, clock, observe)
        self._clock = clock
        self._cache = CatalogueCache(self._read_catalogue, settings.limits.catalogue_minutes, clock)

    def recall_starts(self, asked_at: Sequence[datetime]) -> None:
        """Hear when a process before this one asked for packagings: it counts in the limits."""
        self._client.recall(_START, asked_at)

    async def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Give what the platform has; at most some minutes old unless `fresh`."""
        return await self._cache.get(fresh=fresh)

    async def find_build(self, key: BuildKey) -> Target | None:  # noqa: ARG002 - the port's
        """Find none: LifeTime has no builds."""
        return None

    async def describe(self, target: Target, watcher: Watcher | None = None) -> Target:
        """Give the target with the revision that runs there now."""
        url = self._url(*self._place(target), "", query=_WITH_STATUS)
        found = await self._ask(_APPLICATION, url, wire.APPLICATION, watcher)
        status = status_in(found, self._environment(target))
        runs = revision(status)
        if not runs.label and status.version_key:
            label = await self._label(target, status.version_key, watcher)
            runs = runs.model_copy(update={"label": label})
        name = found.name or target.application_name
        return target.model_copy(update={"revision": runs, "application_name": name})

    async def start_packaging(
        self,
        target: Target,
        *,
        asked_before: datetime | None = None,
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask for a package. May find that it is already there.

        LifeTime lists no packagings, so a request whose answer was lost is sent again, and may
        have started one that nobody follows; `watcher` is told that it is a repetition.
        """
        url = self._url(*self._place(target), "sourcecodeaccess")

        def read(reply: Reply) -> PackagingReport:
            packaging = self._read(_START, wire.PACKAGING, reply)
            if not packaging.package_key:
                raise self._client.unreadable(_START, reply)
            return report(packaging, PackageKey(packaging.package_key))

        is_repeat = asked_before is not None
        return await self._client.ask(_START, url, read, watcher=watcher, is_repeat=is_repeat)

    async def packaging_report(
        self,
        target: Target,
        package: PackageKey,
        *,
        asked_at: datetime,  # noqa: ARG002 - the port's; LifeTime knows a package from the start
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask how far a packaging is."""
        url = self._url(*self._place(target), "sourcecodeaccess", package, "status")
        return report(await self._ask(_STATUS, url, wire.PACKAGING, watcher), package)

    async def platform_link(
        self, target: Target, package: PackageKey, watcher: Watcher | None = None
    ) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone."""
        url = self._url(*self._place(target), "sourcecodeaccess", package, "download")

        def read(reply: Reply) -> PlatformLink:
            link = self._read(_LINK, wire.LINK, reply)
            there = package_address(self._base, link.url) if link.url else None
            if there is None:
                raise PlatformBroken(
                    f"{self.name} gave a link to the package that cannot be used.",
                    platform=self.name,
                )
            expires = link_expiry(link.expires, reply.headers, self._clock.now())
            return PlatformLink(url=SecretStr(str(there)), expires_at=expires)

        return await self._client.ask(_LINK, url, read, watcher=watcher)

    @asynccontextmanager
    async def open_package(
        self, target: Target, package: PackageKey
    ) -> AsyncIterator[ZipBody | Base64Body]:
        """Open the package through a new link, which is asked for once more if it fails."""
        first = await self._try_link(target, package)
        stream, body = first or await self._follow(await self.platform_link(target, package))
        try:
            yield body
        finally:
            stream.close()

    async def clock_ahead(self) -> timedelta | None:
        """Give how far the platform's clock is ahead of ours; None where it does not say."""
        url = self._url("environments", "")

        def read(reply: Reply) -> timedelta | None:
            return clock_difference(reply.headers, self._clock.now())

        return await self._client.ask(_ENVIRONMENTS, url, read)

    async def _try_link(self, target: Target, package: PackageKey) -> Opened | None:
        """Open the package; None where another link may do better."""
        link = await self.platform_link(target, package)
        try:
            return await self._follow(link)
        except PlatformError as error:
            if not may_open_with_another(error):
                raise
        return None

    async def _follow(self, link: PlatformLink) -> Opened:
        stream = await self._download(URL(link.url.get_secret_value(), encoded=True))
        return await opened(stream, self.name)

    async def _download(self, url: URL) -> Stream:
        with suppress(PlatformRefused):
            return await self._client.open(_DOWNLOAD, url)
        # OutSystems' own client sends the token without "Bearer" on this one call.
        return await self._client.open(_DOWNLOAD, url, authorization=Authorization.BARE)

    async def _read_catalogue(self) -> Catalogue:
        read_at = self._clock.now()
        query = f"{_WITHOUT_MODULES}&{_WITH_STATUS}"
        environments, applications = await _both(
            self._ask(_ENVIRONMENTS, self._url("environments", ""), wire.ENVIRONMENTS),
            self._ask(_APPLICATIONS, self._url("applications", "", query=query), wire.APPLICATIONS),
        )
        return Catalogue(
            platform=self.name,
            environments=tuple(environment(self.name, each) for each in environments if each.key),
            applications=tuple(application(self.name, each) for each in applications if each.key),
            read_at=read_at,
        )

    async def _label(self, target: Target, version: str, watcher: Watcher | None) -> str:
        """Give a version's label; empty where LifeTime will not say, which is no reason to stop."""
        url = self._url("applications", target.application, "versions", version, "")
        url = url.with_query(_WITHOUT_MODULES)
        try:
            return (await self._ask(_VERSION, url, wire.VERSION, watcher)).version
        except (PlatformNotFound, PlatformRefused, PlatformRejected):
            return ""

    async def _ask(
        self, call: Call, url: URL, model: TypeAdapter[T], watcher: Watcher | None = None
    ) -> T:
        def read(reply: Reply) -> T:
            return self._read(call, model, reply)

        return await self._client.ask(call, url, read, watcher=watcher)

    def _read(self, call: Call, model: TypeAdapter[T], reply: Reply) -> T:
        return self._client.read(call, model, reply, nothing=b"[]")

    def _place(self, target: Target) -> tuple[str, ...]:
        return "environments", self._environment(target), "applications", target.application

    def _environment(self, target: Target) -> EnvironmentKey:
        if target.environment is None or target.wish is not None:
            raise PlatformRejected(
                f"{self.name} has no revisions to choose: it gives the source code of what runs "
                "in an environment.",
                platform=self.name,
            )
        return target.environment.key

    def _url(self, *segments: str, query: str = "") -> URL:
        return address(self._base, *segments, query=query)


async def _both(one: Coroutine[None, None, T], other: Coroutine[None, None, U]) -> tuple[T, U]:
    """Await both at once; when one fails the other is given up, and its error raised."""
    try:
        async with asyncio.TaskGroup() as group:
            first, second = group.create_task(one), group.create_task(other)
    except* PlatformError as failures:
        failure = failures.exceptions[0]
    else:
        return first.result(), second.result()
    raise failure
