"""The storage host: whoever has a link gets the package, whoever also brings a token is refused."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.api.damage import replacement
from bot.sandbox.odc import texts, wire
from bot.sandbox.odc.links import Link, is_as_signed
from bot.sandbox.odc.package import package_of
from bot.sandbox.odc.problems import Refusal
from bot.sandbox.odc.visit import RouteRow, Visit
from bot.sandbox.packages.delivery import Body, deliver


async def download(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Send a package."""
    link = _link(request, visit)
    if fault := visit.bites.get("xml_error"):
        text = fault.text or texts.ACCESS_DENIED
        raise Refusal(fault.status or 403, text, code=fault.value or "AccessDenied")
    if instead := replacement(visit.bites, texts.LOGIN_PAGE):
        return instead
    content = package_of(link.packaging, visit.knobs)
    visit.call.acted = True
    headers = {
        "Content-Disposition": 'attachment; filename="generated-code.zip"',
        "ETag": f'"{content.checksum:08x}"',
    }
    body = Body(content.length, content.pieces(), "application/zip", headers)
    pace = visit.knobs.pace_bytes_per_second
    return await deliver(request, body, visit.bites, visit.clock, pace)


def _link(request: web.Request, visit: Visit) -> Link:
    given = request.headers.get("Authorization")
    if given is not None:
        named = {"ArgumentName": "Authorization", "ArgumentValue": given}
        raise Refusal(400, texts.TWO_AUTHORIZATIONS, more=named)
    link = visit.links.named_by(request.query)
    if link is None:
        raise Refusal(403, texts.ACCESS_DENIED)
    if request.method != "GET" or not is_as_signed(link, request.path, request.query):
        raise Refusal(403, texts.WRONG_SIGNATURE, code="SignatureDoesNotMatch")
    if visit.now >= link.ends:
        moments = {"Expires": wire.stamp(link.ends), "ServerTime": wire.stamp(visit.now)}
        raise Refusal(403, texts.LINK_EXPIRED, more=moments)
    if link.packaging.is_gone(visit.now):
        raise Refusal(404, texts.NO_SUCH_KEY)
    return link


STORAGE_API: tuple[RouteRow, ...] = (("*", "/{path:.*}", "download", download),)
