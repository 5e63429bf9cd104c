"""What each call of the Portfolio API v2 does; the server has already let it in."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.odc import wire
from bot.sandbox.odc.organization import Asset, Deployment, Environment
from bot.sandbox.odc.paging import key_in, paged, refuse_unpretended, values_of
from bot.sandbox.odc.visit import RouteRow, Visit

_DEPLOYABLE = frozenset({"WebApplication", "MobileApplication", "Workflow", "Agent"})
_LARGEST_PAGE = 100


async def environments(request: web.Request, visit: Visit) -> web.Response:
    """List the environments that the client may see, in no particular order, on one page."""
    portfolio = key_in(request, "portfolioKey")
    shown = [
        wire.environment(each)
        for each in _visible(visit)
        if portfolio is None or each.portfolio == portfolio
    ]
    return web.json_response({"results": shown})


async def portfolios(request: web.Request, visit: Visit) -> web.Response:
    """List the portfolios."""
    asked = key_in(request, "portfolioKey")
    found = visit.organization.portfolios.values()
    shown, stages = [each for each in found if asked in {None, each.key}], _visible(visit)
    return paged(shown, lambda each: wire.portfolio(each, stages), request, visit, _LARGEST_PAGE)


async def deployed_assets(request: web.Request, visit: Visit) -> web.Response:
    """List what runs, each asset with the environments it runs in."""
    refuse_unpretended(request, ("permissionFilter", "sort"))
    keys, types = values_of(request, "key"), values_of(request, "type")
    word = request.query.get("nameContains", "").casefold()
    within = _environments_asked(request, visit)
    found: list[tuple[Asset, list[Deployment]]] = []
    for asset in _deployable(visit):
        if (keys and asset.key not in keys) or (types and asset.type not in types):
            continue
        matching = [
            each
            for each in asset.deployments
            if each.environment in within and word in _name(asset, each)
        ]
        if matching:
            found.append((asset, matching))

    def written(each: tuple[Asset, list[Deployment]]) -> wire.Json:
        asset, matching = each
        return wire.deployed_asset(asset, _told(asset, matching, visit), visit.organization)

    return paged(found, written, request, visit, _LARGEST_PAGE)


def _visible(visit: Visit) -> list[Environment]:
    return [each for each in visit.organization.environments.values() if each.is_visible]


def _environments_asked(request: web.Request, visit: Visit) -> set[str]:
    """Give the keys of the environments that the filters leave over."""
    portfolio = key_in(request, "portfolioKey")
    keys = values_of(request, "environmentKey")
    return {
        each.key
        for each in _visible(visit)
        if (not keys or each.key in keys) and (portfolio is None or each.portfolio == portfolio)
    }


def _deployable(visit: Visit) -> list[Asset]:
    found = [each for each in visit.organization.assets.values() if each.type in _DEPLOYABLE]
    return sorted(found, key=lambda each: each.name.casefold())


def _name(asset: Asset, live: Deployment) -> str:
    return asset.revisions[live.revision].name.casefold()


def _told(asset: Asset, matching: list[Deployment], visit: Visit) -> list[Deployment]:
    if not visit.knobs.all_stages:
        return matching
    visible = {each.key for each in _visible(visit)}
    return [each for each in asset.deployments if each.environment in visible]


PORTFOLIO_API: tuple[RouteRow, ...] = (
    ("GET", "/environments", "environments", environments),
    ("GET", "/portfolios", "portfolios", portfolios),
    ("GET", "/deployed-assets", "deployed_assets", deployed_assets),
)
