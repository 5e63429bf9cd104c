"""What ODC is asked: one method for each call, in its own words. Nothing is decided here.

Facts: the published OpenAPI files of Portfolio v2, Asset repository v1 and Builds v1. The model of
an asset (`.../source-code` of the asset repository, an OML file) is no generated code and is never
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from pydantic import TypeAdapter

from bot.domain.value import BuildKey
from bot.errors import PlatformNotFound
from bot.platforms import odc_models as wire
from bot.platforms.call import Call
from bot.platforms.http import PlatformClient, Reply
from bot.platforms.odc_address import Api, Portal
from bot.platforms.odc_paging import all_pages
from bot.ports import Watcher

T = TypeVar("T")
Query = Mapping[str, str | int]

_ENVIRONMENTS: Final = Call("environments", "list its environments", api=Api.PORTFOLIOS)
_PORTFOLIOS: Final = Call("portfolios", "list its portfolios", api=Api.PORTFOLIOS)
_DEPLOYED: Final = Call("deployed", "say what runs in its environments", api=Api.PORTFOLIOS)
_ASSETS: Final = Call("assets", "list its applications", api=Api.ASSETS)
_ASSET: Final = Call("asset", "name the latest revision", api=Api.ASSETS)
_REVISION: Final = Call("revision", "find the revision", api=Api.ASSETS, may_find_nothing=True)
_REVISIONS: Final = Call("revisions", "list the revisions", api=Api.ASSETS)
_BUILD: Final = Call("build", "find the build", api=Api.BUILDS, may_find_nothing=True)
_BUILDS: Final = Call("builds", "list the builds of the revision", api=Api.BUILDS)
_STATUS: Final = Call(
    "status", "say how far the packaging is", api=Api.BUILDS, may_find_nothing=True
)
_START: Final = Call("start", "start the packaging", "POST", api=Api.BUILDS, is_looked_for=True)

_PAGE: Final = 100  # the most that ODC's general rules allow
_PAGE_OF_ASSETS: Final = 1000  # the most that the asset repository's specification allows
_OPERATIONS: Final = "build-operations"
_CODE: Final = "generated-code"


class Seen(NamedTuple):
    """A packaging as it was seen, with the headers that came along."""

    packaging: wire.PackagingWire
    headers: Mapping[str, str]


class OdcApi:
    """The calls to one organisation."""

    def __init__(self, portal: Portal, client: PlatformClient) -> None:
        self.platform = client.platform
        self._portal = portal
        self._client = client

    def recall_starts(self, asked_at: Sequence[datetime]) -> None:
        """Count packagings that a process before this one asked for in the limits."""
        self._client.recall(_START, asked_at)

    async def environments(self) -> tuple[wire.EnvironmentWire, ...]:
        """Give the environments that may be seen, in no order; they are not paged."""
        return (await self._ask(_ENVIRONMENTS, wire.ENVIRONMENTS, "environments")).results

    async def environments_headers(self) -> Mapping[str, str]:
        """Give the headers of the same answer."""
        url = self._portal.address(Api.PORTFOLIOS, "environments")
        return await self._client.ask(_ENVIRONMENTS, url, lambda reply: reply.headers)

    async def portfolios(self) -> list[wire.PortfolioWire]:
        """Give the portfolios."""

        async def page(offset: int) -> wire.PagedWire[wire.PortfolioWire]:
            query = {"limit": _PAGE, "offset": offset}
            return await self._ask(_PORTFOLIOS, wire.PORTFOLIOS, "portfolios", query=query)

        return await all_pages(page, what="its portfolios", platform=self.platform)

    async def deployed_assets(
        self, asset: str = "", environment: str = "", watcher: Watcher | None = None
    ) -> list[wire.DeployedAssetWire]:
        """Give what runs: everywhere, or one asset in one environment."""
        wanted = {"key": asset, "environmentKey": environment}
        filters = {name: value for name, value in wanted.items() if value}

        async def page(offset: int) -> wire.PagedWire[wire.DeployedAssetWire]:
            query: Query = {**filters, "limit": _PAGE, "offset": offset}
            return await self._ask(
                _DEPLOYED, wire.DEPLOYED_ASSETS, "deployed-assets", query=query, watcher=watcher
            )

        return await all_pages(page, what="what runs", platform=self.platform)

    async def assets(self) -> list[wire.AssetWire]:
        """Give the latest revision of every asset, deployed or not."""

        async def page(offset: int) -> wire.PagedWire[wire.AssetWire]:
            query: Query = {"limit": _PAGE_OF_ASSETS, "offset": offset, "sort": "name"}
            return await self._ask(_ASSETS, wire.ASSETS, "assets", query=query)

        return await all_pages(page, what="its applications", platform=self.platform)

    async def latest(self, asset: str, watcher: Watcher | None = None) -> wire.AssetWire:
        """Give the latest revision of one asset."""
        return await self._ask(_ASSET, wire.ASSET, "assets", asset, watcher=watcher)

    async def revision(
        self, asset: str, number: int, watcher: Watcher | None = None
    ) -> wire.AssetWire:
        """Give one revision of one asset."""
        place = ("assets", asset, "revisions", str(number))
        return await self._ask(_REVISION, wire.ASSET, *place, watcher=watcher)

    async def revisions(
        self, asset: str, tag: str = "", watcher: Watcher | None = None
    ) -> tuple[wire.AssetWire, ...]:
        """Give the newest hundred revisions of one asset, or those with a tag."""
        tagged = {"tag": tag} if tag else {}
        query: Query = {**tagged, "limit": _PAGE, "sort": "-revision"}
        place = ("assets", asset, "revisions")
        read = await self._ask(_REVISIONS, wire.ASSETS, *place, query=query, watcher=watcher)
        return read.results

    async def build(self, key: str, watcher: Watcher | None = None) -> wire.BuildWire | None:
        """Give a build; None where there is none of that key."""
        try:
            return await self._ask(_BUILD, wire.BUILD, _OPERATIONS, key, watcher=watcher)
        except PlatformNotFound:
            return None

    async def builds(
        self, asset: str, revision: int, build_type: str = "", watcher: Watcher | None = None
    ) -> tuple[wire.BuildWire, ...]:
        """Give the builds of a revision, in whatever state: all, or those of one type."""
        typed = {"byBuildType": build_type} if build_type else {}
        query: Query = {"assetKey": asset, "assetRevision": revision, **typed}
        found = await self._ask(_BUILDS, wire.BUILDS, _OPERATIONS, query=query, watcher=watcher)
        return found.builds

    async def packaging(self, build: BuildKey, watcher: Watcher | None = None) -> Seen:
        """Give how the packaging of a build stands; PlatformNotFound where there is none."""
        url = self._portal.address(Api.BUILDS, _OPERATIONS, build, _CODE)

        def read(reply: Reply) -> Seen:
            return Seen(self._read(_STATUS, wire.PACKAGING, reply), reply.headers)

        return await self._client.ask(_STATUS, url, read, watcher=watcher)

    async def start(self, build: BuildKey, watcher: Watcher | None, *, is_repeat: bool) -> bool:
        """Start the packaging of a build, and tell whether the platform says that it has begun.

        Sent once: after a failure in which it may have acted, the caller looks.
        """
        url = self._portal.address(Api.BUILDS, _OPERATIONS, build, _CODE)

        def read(reply: Reply) -> bool:
            return self._read(_START, wire.STARTED, reply).is_successful

        return await self._client.ask(_START, url, read, watcher=watcher, is_repeat=is_repeat)

    async def _ask(
        self,
        call: Call,
        model: TypeAdapter[T],
        *segments: str,
        query: Query | None = None,
        watcher: Watcher | None = None,
    ) -> T:
        url = self._portal.address(Api(call.api), *segments, query=query)
        return await self._client.ask(
            call, url, lambda reply: self._read(call, model, reply), watcher=watcher
        )

    def _read(self, call: Call, model: TypeAdapter[T], reply: Reply) -> T:
        return self._client.read(call, model, reply, nothing=b"{}")
