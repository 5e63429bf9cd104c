"""What each call of LifeTime's API does; the server has already let it in.

Each route is a plain function of the request and a `Visit`; who may ask and what goes wrong
around it is not decided here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import texts, wire
from bot.sandbox.lifetime.calls import Call, CallName, Calls
from bot.sandbox.lifetime.damage import replacement
from bot.sandbox.lifetime.delivery import body_of
from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.lifetime.infrastructure import Application, Infrastructure
from bot.sandbox.lifetime.knobs import Knobs
from bot.sandbox.lifetime.package import sized_package, small_package
from bot.sandbox.lifetime.packagings import Packaging, Packagings
from bot.sandbox.lifetime.refusals import Refusal
from bot.sandbox.packages.content import Content
from bot.sandbox.packages.delivery import deliver


@dataclass(frozen=True)
class Visit:
    """What a route may use: the sandbox's state, and what this one call is about."""

    infrastructure: Infrastructure
    packagings: Packagings
    knobs: Knobs
    calls: Calls
    clock: ScaledClock
    origin: str
    now: datetime
    call: Call
    bites: Bites


Route = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]

_APPLICATION = "/environments/{environment}/applications/{application}"
_PACKAGES = f"{_APPLICATION}/sourcecodeaccess"


async def environments(_: web.Request, visit: Visit) -> web.Response:
    """List all environments."""
    return _listed([wire.environment(each) for each in visit.infrastructure.environments.values()])


async def environment(request: web.Request, visit: Visit) -> web.Response:
    """Show one environment."""
    found = visit.infrastructure.environments.get(request.match_info["environment"])
    if found is None:
        raise Refusal(404, texts.NO_SUCH_ENVIRONMENT)
    return web.json_response(wire.environment(found))


async def applications(request: web.Request, visit: Visit) -> web.Response:
    """List all applications of the infrastructure."""
    found = visit.infrastructure.applications.values()
    return _listed([_described(each, list(each.running), request, visit) for each in found])


async def application(request: web.Request, visit: Visit) -> web.Response:
    """Show one application."""
    found = _application(request, visit)
    return web.json_response(_described(found, list(found.running), request, visit))


async def environment_applications(request: web.Request, visit: Visit) -> web.Response:
    """List the applications that run in an environment."""
    key = request.match_info["environment"]
    if key not in visit.infrastructure.environments:
        raise Refusal(404, texts.NO_SUCH_ENVIRONMENT)
    found = visit.infrastructure.running_in(key)
    return _listed([_described(each, [key], request, visit) for each in found])


async def environment_application(request: web.Request, visit: Visit) -> web.Response:
    """Show what of one application runs in an environment."""
    found = _running(request, visit, texts.NOT_RUNNING_THERE)
    key = request.match_info["environment"]
    return web.json_response(_described(found, [key], request, visit))


async def version(request: web.Request, visit: Visit) -> web.Response:
    """Show one version of an application."""
    found = _application(request, visit)
    labels = {each.version for each in found.running.values()}
    for label in labels:
        if found.version_key(label) == request.match_info["version"]:
            return web.json_response(wire.version(found, label, visit.now))
    raise Refusal(404, texts.NO_SUCH_VERSION)


async def start(request: web.Request, visit: Visit) -> web.Response:
    """Start a packaging; a second one while one runs is a packaging of its own."""
    found = _running(request, visit, texts.DOES_NOT_EXIST)
    environment_key = request.match_info["environment"]
    packaging = visit.packagings.start(found, environment_key, visit.now, visit.knobs, visit.bites)
    visit.calls.packagings_peak = max(
        visit.calls.packagings_peak, visit.packagings.running(visit.now)
    )
    return web.json_response(_standing(packaging, visit), status=visit.knobs.start_code)


async def status(request: web.Request, visit: Visit) -> web.Response:
    """Tell how a packaging stands."""
    packaging = _packaging(request, visit)
    return web.json_response(_standing(packaging, visit), status=visit.knobs.status_code)


async def link(request: web.Request, visit: Visit) -> web.Response:
    """Give a link to a finished package."""
    packaging = _packaging(request, visit)
    if packaging.status(visit.now) != "Done" or not packaging.has_link:
        raise Refusal(400, texts.NOT_DONE)
    made = visit.packagings.link(packaging, visit.now, visit.knobs, visit.bites)
    foreign = visit.bites.get("foreign_host")
    body = wire.link(made, foreign.text if foreign else visit.origin)
    headers = {"Expires": wire.stamp(made.expires)}
    return web.json_response(body, status=visit.knobs.link_code, headers=headers)


async def download(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Send a package."""
    found = visit.packagings.links.get(request.match_info["download"])
    if found is None or found.packaging.is_gone(visit.now):
        raise Refusal(404, texts.NO_SUCH_DOWNLOAD)
    if visit.now >= found.ends:
        raise Refusal(visit.knobs.dead_link_code, texts.NO_SUCH_DOWNLOAD)
    if instead := replacement(visit.bites):
        return instead
    content = _content(found.packaging, visit.knobs)
    body = body_of(content, visit.bites)
    visit.call.acted = True
    pace = visit.knobs.pace_bytes_per_second
    return await deliver(request, body, visit.bites, visit.clock, pace)


API: tuple[tuple[str, str, CallName, Route], ...] = (
    ("GET", "/environments", "environments", environments),
    ("GET", "/environments/{environment}", "environment", environment),
    ("GET", "/applications", "applications", applications),
    ("GET", "/applications/{application}", "application", application),
    ("GET", "/applications/{application}/versions/{version}", "version", version),
    (
        "GET",
        "/environments/{environment}/applications",
        "environment_applications",
        environment_applications,
    ),
    ("GET", _APPLICATION, "environment_application", environment_application),
    ("POST", _PACKAGES, "start", start),
    ("GET", f"{_PACKAGES}/{{package}}/status", "status", status),
    ("GET", f"{_PACKAGES}/{{package}}/download", "link", link),
    ("GET", "/downloads/{download}", "download", download),
)


def _listed(items: list[wire.Json]) -> web.Response:
    return web.json_response(items) if items else web.Response(status=204)


def _described(
    found: Application, keys: list[str], request: web.Request, visit: Visit
) -> wire.Json:
    modules = _flag(request, "IncludeModules")
    with_status = _flag(request, "IncludeEnvStatus")
    if modules and not with_status:
        raise Refusal(400, texts.MODULES_WITHOUT_STATUS)
    labels = visit.knobs.version_labels
    statuses = [wire.application_status(found, key, modules=modules, labels=labels) for key in keys]
    return wire.application(found, statuses if with_status else ())


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


def _application(request: web.Request, visit: Visit) -> Application:
    found = visit.infrastructure.applications.get(request.match_info["application"])
    if found is None:
        raise Refusal(404, texts.NO_SUCH_APPLICATION)
    return found


def _running(request: web.Request, visit: Visit, otherwise: str) -> Application:
    found = visit.infrastructure.applications.get(request.match_info["application"])
    if found is None or request.match_info["environment"] not in found.running:
        raise Refusal(404, otherwise)
    return found


def _packaging(request: web.Request, visit: Visit) -> Packaging:
    found = visit.packagings.all.get(request.match_info["package"])
    asked = (visit.call.environment, visit.call.application)
    if (
        found is None
        or found.is_gone(visit.now)
        or (found.environment, found.application.key) != asked
    ):
        raise Refusal(404, texts.NO_SUCH_PACKAGE)
    return found


def _standing(packaging: Packaging, visit: Visit) -> wire.Json:
    told = packaging.status(visit.now)
    value: str | None = told
    if always := visit.bites.get("status_value"):
        value = always.value
    elif (running := visit.bites.get("running_value")) and told == "InProgress":
        value = running.value
    silent = "messages_null" in visit.bites
    messages = None if silent else packaging.messages_by(visit.now)
    return wire.packaging(packaging.key, value, messages)


def _content(packaging: Packaging, knobs: Knobs) -> Content:
    application = packaging.application
    if application.name in knobs.package_body_of:
        return Content((knobs.package_body_of[application.name],))
    size = knobs.package_bytes_of.get(application.name, knobs.package_bytes)
    if size is None:
        return small_package(application, packaging.version)
    return sized_package(application.modules, packaging.version, size)
