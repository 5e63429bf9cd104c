"""What each call of the Asset Repository API v1 does; the server has already let it in."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.odc import texts, wire
from bot.sandbox.odc.organization import Asset, Revision, key_of
from bot.sandbox.odc.paging import paged, refuse_unpretended, values_of
from bot.sandbox.odc.problems import Refusal
from bot.sandbox.odc.visit import RouteRow, Visit

_LARGEST_PAGE = 1000
_UNPRETENDED_OF_ASSETS = (
    "nameOrDescriptionContains",
    "portfolioKeys",
    "embed",
    "metadata.urlPathContains",
    "metadata.templateType",
    "metadata.isDeployable",
    "metadata.isBuiltInAsset",
    "isExternal",
    "permissionFilter",
)
_UNPRETENDED_OF_REVISIONS = (
    "modelDigest",
    "revisionDateTimeSince",
    "revisionDateTimeTo",
    "commitMessage",
    "embed",
)


async def assets(request: web.Request, visit: Visit) -> web.Response:
    """List all assets, each as its latest revision."""
    refuse_unpretended(request, _UNPRETENDED_OF_ASSETS)
    word = request.query.get("nameContains", "").casefold()
    types, keys = values_of(request, "assetTypes"), values_of(request, "assetKeys")
    found = [
        (asset, asset.latest)
        for asset in visit.organization.assets.values()
        if asset.revisions
        and word in asset.latest.name.casefold()
        and (not types or asset.type in types)
        and (not keys or asset.key in keys)
    ]
    field, descending = _sort(request, "name", "createdAt")
    by_name = field == "name"
    found.sort(
        key=lambda each: each[1].name.casefold() if by_name else wire.stamp(each[1].created),
        reverse=descending,
    )
    return paged(found, lambda each: wire.asset_revision(*each), request, visit, _LARGEST_PAGE)


async def revisions(request: web.Request, visit: Visit) -> web.Response:
    """List the revisions of an asset, the oldest first unless asked otherwise."""
    refuse_unpretended(request, _UNPRETENDED_OF_REVISIONS)
    asset = _asset(request, visit)
    tag, tagged = request.query.get("tag"), request.query.get("isTagged", "").lower()
    found = [
        each
        for each in asset.revisions.values()
        if (tag is None or each.tag == tag)
        and (not tagged or (each.tag is not None) == (tagged == "true"))
    ]
    field, descending = _sort(request, "revision", "tag")
    by_tag = field == "tag"
    found.sort(
        key=lambda each: ((each.tag or "") if by_tag else "", each.number), reverse=descending
    )
    return paged(
        found, lambda each: wire.asset_revision(asset, each), request, visit, _LARGEST_PAGE
    )


async def latest_revision(request: web.Request, visit: Visit) -> web.Response:
    """Show an asset's latest revision; also the answer for the asset itself."""
    asset = _asset(request, visit)
    return web.json_response(wire.asset_revision(asset, asset.latest))


async def revision(request: web.Request, visit: Visit) -> web.Response:
    """Show one revision."""
    asset = _asset(request, visit)
    return web.json_response(wire.asset_revision(asset, _revision(asset, request)))


async def highest_tag(request: web.Request, visit: Visit) -> web.Response:
    """Show the revision with the highest tag."""
    asset = _asset(request, visit)
    if asset.highest_tag is None:
        raise Refusal(404, texts.NEVER_TAGGED)
    return web.json_response(wire.asset_revision(asset, asset.highest_tag))


async def oml(request: web.Request, visit: Visit) -> web.Response:
    """Say where the model (OML) is; it is not generated code, and the storage does not have it."""
    asset = _asset(request, visit)
    found = _revision(asset, request)
    digest = key_of(f"oml/{asset.key}/{found.number}")
    url = f"{visit.storage_url}/sandbox-odc-models/{digest}.oml"
    return web.json_response({"sourceCodeBinaryUrl": url, "sourceCodeDigest": digest})


def _asset(request: web.Request, visit: Visit) -> Asset:
    refuse_unpretended(request, ("embed",))
    found = visit.organization.assets.get(request.match_info["asset"])
    if found is None or not found.revisions:
        raise Refusal(404, texts.NO_SUCH_ASSET)
    return found


def _revision(asset: Asset, request: web.Request) -> Revision:
    number = request.match_info["revision"]
    found = asset.revisions.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise Refusal(404, texts.NO_SUCH_REVISION)
    return found


def _sort(request: web.Request, *allowed: str) -> tuple[str, bool]:
    """Give what to sort by, and whether the other way round; without a wish, the first."""
    given = request.query.get("sort", allowed[0])
    field = given.removeprefix("-")
    if field not in allowed:
        raise Refusal(400, texts.INVALID_SORT)
    return field, given.startswith("-")


_REVISIONS = "/assets/{asset}/revisions"

ASSET_API: tuple[RouteRow, ...] = (
    ("GET", "/assets", "assets", assets),
    ("GET", "/assets/{asset}", "asset", latest_revision),
    ("GET", "/assets/{asset}/latest-revision", "latest_revision", latest_revision),
    ("GET", "/assets/{asset}/highest-tag-revision", "highest_tag", highest_tag),
    ("GET", _REVISIONS, "revisions", revisions),
    ("GET", f"{_REVISIONS}/{{revision}}", "revision", revision),
    ("GET", f"{_REVISIONS}/{{revision}}/source-code", "oml", oml),
)
