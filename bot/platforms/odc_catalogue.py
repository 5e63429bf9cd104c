"""What one ODC organisation has, from three lists that are read at once.

Environments say where things run, deployed assets what runs there, and the asset repository what
there is at all: libraries run nowhere and are in no other list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from bot.clock import Clock
from bot.domain.target import Application, Catalogue, Environment, Placement, Revision
from bot.domain.value import ApplicationKey, PlatformName
from bot.errors import PlatformBusy, PlatformError
from bot.platforms.odc_api import OdcApi
from bot.platforms.odc_models import AssetWire, DeployedAssetWire, EnvironmentWire
from bot.platforms.odc_words import environment, revision, running_in
from bot.platforms.wire import folded


async def read_catalogue(api: OdcApi, clock: Clock) -> Catalogue:
    """Read everything. Raises the PlatformError of whichever list fails first."""
    read_at = clock.now()
    try:
        async with asyncio.TaskGroup() as group:
            environments = group.create_task(_environments(api))
            deployed = group.create_task(api.deployed_assets())
            assets = group.create_task(api.assets())
    except* PlatformError as failures:
        failure = failures.exceptions[0]
    else:
        platform, stages = PlatformName(api.platform), environments.result()
        return Catalogue(
            platform=platform,
            environments=stages,
            applications=tuple(_applications(platform, stages, deployed.result(), assets.result())),
            read_at=read_at,
            has_revisions=True,
        )
    raise failure


async def _environments(api: OdcApi) -> tuple[Environment, ...]:
    found = [each for each in await api.environments() if each.key]
    portfolios = await _portfolios(api, found)
    platform = PlatformName(api.platform)
    named = [environment(platform, each, portfolios.get(each.portfolio_key, "")) for each in found]
    return tuple(sorted(named, key=lambda each: (each.order, each.name)))


async def _portfolios(api: OdcApi, environments: Iterable[EnvironmentWire]) -> Mapping[str, str]:
    """Name the portfolios, where there are several and ODC lists them."""
    if len({each.portfolio_key for each in environments}) < 2:  # noqa: PLR2004 - several
        return {}
    try:
        return {each.key: each.name for each in await api.portfolios()}
    except PlatformBusy:
        raise
    except PlatformError:  # their names only tell environments apart; which there are is known
        return {}


def _applications(
    platform: PlatformName,
    environments: Iterable[Environment],
    deployed: Iterable[DeployedAssetWire],
    assets: Iterable[AssetWire],
) -> Iterator[Application]:
    """Give every asset, once for each name under which it runs: a new name runs not everywhere.

    A latest name under which it runs nowhere yet stands for the asset wherever it runs.
    """
    repository = {folded(each.asset_key): each for each in assets if each.asset_key}
    for asset in _merged(deployed):
        newest = repository.pop(folded(asset.key), AssetWire(asset_key=asset.key))
        placements = _placements(asset, environments)
        if not placements:
            repository[folded(asset.key)] = newest
        elif newest.name and newest.name not in placements:
            placements[newest.name] = [place for each in placements.values() for place in each]
        for name, places in placements.items():
            yield _application(
                platform, newest, name=name, kind=asset.type, placements=tuple(places)
            )
    for runs_nowhere in repository.values():
        yield _application(platform, runs_nowhere)


def _merged(deployed: Iterable[DeployedAssetWire]) -> Iterable[DeployedAssetWire]:
    """Give each asset once: a list that changes between two pages may give one twice."""
    return {folded(each.key): each for each in deployed if each.key}.values()


def _placements(
    asset: DeployedAssetWire, environments: Iterable[Environment]
) -> dict[str, list[Placement]]:
    """Give where an asset runs, by the name that it has there."""
    found: dict[str, list[Placement]] = {}
    for each in environments:
        runs = running_in(asset, each.key)
        if runs is not None:
            place = Placement(environment=each.key, revision=revision(runs))
            found.setdefault(runs.name, []).append(place)
    return found


def _application(
    platform: PlatformName,
    asset: AssetWire,
    *,
    name: str = "",
    kind: str = "",
    placements: tuple[Placement, ...] = (),
) -> Application:
    return Application(
        platform=platform,
        key=ApplicationKey(asset.asset_key),
        name=name or asset.name or asset.asset_key,
        kind=kind or asset.asset_type,
        placements=placements,
        latest=_latest(asset),
    )


def _latest(asset: AssetWire) -> Revision | None:
    return None if asset.revision is None else revision(asset)
