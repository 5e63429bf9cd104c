"""What each call of the Build Operations API v1 does; the server has already let it in."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from bot.sandbox.odc import texts, wire
from bot.sandbox.odc.organization import Build
from bot.sandbox.odc.packagings import Packaging
from bot.sandbox.odc.problems import Refusal
from bot.sandbox.odc.visit import RouteRow, Visit

_BUILD_TYPES = frozenset({"Debug", "Release"})
# Which builds are valid is published nowhere: finished Release builds of what is made in ODC
# Studio is a guess; what is made elsewhere has no generated code.
_WITH_GENERATED_CODE = frozenset(
    {
        "WebApplication",
        "MobileApplication",
        "Workflow",
        "Agent",
        "LowCodeLibrary",
        "ExtensionLibrary",
        "MobileLibrary",
        "WidgetLibrary",
    }
)


async def builds(request: web.Request, visit: Visit) -> web.Response:
    """List the builds of one revision, all on one page, the oldest first."""
    asset = visit.organization.assets.get(request.query.get("assetKey", ""))
    number = request.query.get("assetRevision", "")
    wanted = request.query.get("byBuildType")
    if asset is None or not number.isdecimal() or int(number) not in asset.revisions:
        raise Refusal(404, texts.NO_SUCH_ASSET_OR_REVISION)
    if wanted is not None and wanted not in _BUILD_TYPES:
        # A 400 would be likelier, but only this one is published.
        raise Refusal(404, texts.NO_SUCH_ASSET_OR_REVISION)
    found = visit.organization.builds_of(asset.key, int(number))
    shown = [wire.build(each) for each in found if wanted in {None, each.type}]
    return web.json_response({"builds": shown})


async def build(request: web.Request, visit: Visit) -> web.Response:
    """Show one build."""
    return web.json_response(
        wire.build(_build(request, visit, texts.NO_SUCH_ASSET_REVISION_OR_BUILD))
    )


async def start(request: web.Request, visit: Visit) -> web.Response:
    """Start the packaging of a build; one that there was before is begun anew (an assumption)."""
    _refuse_no_key(request.match_info["build"])
    found = _build(request, visit, texts.NO_SUCH_BUILD)
    if invalid := visit.bites.get("invalid_build"):
        raise Refusal(422, invalid.text or texts.INVALID_BUILD)
    asset = visit.organization.assets[found.asset]
    is_release = found.type == "Release" and found.status == "Finished"
    if not is_release or asset.type not in _WITH_GENERATED_CODE:
        raise Refusal(422, texts.INVALID_BUILD)
    if "unsuccessful" in visit.bites:
        return web.json_response({"isSuccessful": False}, status=201)
    before = visit.packagings.latest(found.key)
    visit.call.doubled = before is not None and before.is_needed_still(visit.now)
    visit.packagings.start(found, asset, visit.now, visit.knobs, visit.bites)
    peak = visit.packagings.running(visit.now)
    visit.calls.packagings_peak = max(visit.calls.packagings_peak, peak)
    return web.json_response({"isSuccessful": True}, status=201)


async def status(request: web.Request, visit: Visit) -> web.Response:
    """Tell how the packaging of a build stands, with a new link to it if it is finished."""
    found = visit.packagings.latest(request.match_info["build"].lower())
    if found is None or not found.is_known(visit.now):
        raise Refusal(404, texts.NO_SUCH_PACKAGE)
    truth = found.status(visit.now)
    word: str | None = truth
    if always := visit.bites.get("status_value"):
        word = always.value
    elif (running := visit.bites.get("running_value")) and found.is_running(visit.now):
        word = running.value
    uri = _uri(found, visit) if word == truth == "Finished" else None
    errors = None if found.is_running(visit.now) else found.errors
    return web.json_response(wire.packaging(word, uri, errors, found.ended))


def _refuse_no_key(build: str) -> None:
    """Refuse what is no key at all: of these calls, the POST alone has a 400 published."""
    try:
        UUID(build)
    except ValueError:
        raise Refusal(400, texts.INVALID_KEY.replace("{name}", "operationKey")) from None


def _uri(packaging: Packaging, visit: Visit) -> str | None:
    bites = visit.knobs.link_bites(visit.scope, visit.now)
    if "finished_without_uri" in bites:
        return None
    return visit.links.sign(packaging, visit.storage_url, visit.now, visit.knobs, bites).url


def _build(request: web.Request, visit: Visit, otherwise: str) -> Build:
    found = visit.organization.builds.get(request.match_info["build"].lower())
    if found is None:
        raise Refusal(404, otherwise)
    return found


_BUILD = "/build-operations/{build}"

BUILD_API: tuple[RouteRow, ...] = (
    ("GET", "/build-operations", "builds", builds),
    ("GET", _BUILD, "build", build),
    ("POST", f"{_BUILD}/generated-code", "start", start),
    ("GET", f"{_BUILD}/generated-code", "status", status),
)
