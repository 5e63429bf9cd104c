"""What a call is about, found out before it is answered: for the journal and for faults."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.api.attending import authorization_kind
from bot.sandbox.api.faults import Scope
from bot.sandbox.odc.calls import Call
from bot.sandbox.odc.links import Links
from bot.sandbox.odc.organization import Environment, Organization


def describe(call: Call, request: web.Request, organization: Organization, links: Links) -> Scope:
    """Note in a call which asset, build and environment it is about, as far as it says.

    A build is about the environments in which its revision is live, whichever build runs there.
    """
    call.authorization = authorization_kind(request)
    asked = request.match_info
    call.build = asked.get("build", "")
    call.application = asked.get("asset", "") or request.query.get("assetKey", "")
    link = links.named_by(request.query) if call.domain == "storage" else None
    if link is not None:
        call.build = link.packaging.build.key
    build = organization.builds.get(call.build)
    revision = _number(request.query.get("assetRevision", "") or asked.get("revision", ""))
    if build is not None:
        call.application, revision = build.asset, build.revision
    environments = _environments(call, request, organization, revision)
    call.environment = environments[0].key if environments else ""
    asset = organization.assets.get(call.application)
    return Scope(
        call=call.name,
        environment=tuple(word for each in environments for word in (each.key, each.name)),
        application=(asset.key, asset.name) if asset else (),
    )


def _environments(
    call: Call, request: web.Request, organization: Organization, revision: int | None
) -> list[Environment]:
    known = organization.environments
    asked = request.query.get("environmentKey", "").split(",")
    if named := [known[key] for key in asked if key in known]:
        return named
    return [] if revision is None else organization.where_live(call.application, revision)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
