"""Discovery, which the portal answers, and the token endpoint, which another host does."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.odc import texts
from bot.sandbox.odc.problems import Refusal
from bot.sandbox.odc.visit import RouteRow, Visit

REALM = "19c31473-c41b-4694-b761-5a96a1e89341"
TOKEN_PATH = f"/auth/realms/{REALM}/protocol/openid-connect/token"


async def discovery(_: web.Request, visit: Visit) -> web.Response:
    """Say where the identity provider's endpoints are."""
    issuer = f"{visit.identity_url}/auth/realms/{REALM}"
    connect = f"{issuer}/protocol/openid-connect"
    document: dict[str, object] = {
        "issuer": issuer,
        "authorization_endpoint": f"{connect}/auth",
        "token_endpoint": f"{visit.identity_url}{TOKEN_PATH}",
        "jwks_uri": f"{connect}/certs",
        "grant_types_supported": [
            "authorization_code",
            "implicit",
            "refresh_token",
            "password",
            "client_credentials",
        ],
    }
    if foreign := visit.bites.get("foreign_token_endpoint"):
        document["token_endpoint"] = foreign.text
    if bad := visit.bites.get("bad_discovery"):
        if bad.text:
            return web.Response(text=bad.text, content_type="application/json")
        del document["token_endpoint"]
    return web.json_response(document)


async def token(request: web.Request, visit: Visit) -> web.Response:
    """Give a token for the client's credentials, which come as a form."""
    form = await request.post() if _is_form(request) else {}
    kind = form.get("grant_type")
    if kind is None:
        raise Refusal(400, texts.NO_GRANT_TYPE)
    if kind != "client_credentials":
        raise Refusal(400, texts.WRONG_GRANT_TYPE, code="unsupported_grant_type")
    given = (str(form.get("client_id", "")), str(form.get("client_secret", "")))
    if not visit.access.knows(*given):
        raise Refusal(401, texts.INVALID_CLIENT)
    seconds = visit.knobs.token_seconds
    body = {
        "access_token": visit.access.give(visit.now, seconds),
        "expires_in": int(seconds),
        "token_type": "Bearer",
    }
    return web.json_response(body)


def _is_form(request: web.Request) -> bool:
    return request.content_type == "application/x-www-form-urlencoded"


IDENTITY_OF_PORTAL: tuple[RouteRow, ...] = (
    ("GET", "/identity/.well-known/openid-configuration", "discovery", discovery),
)
IDENTITY_API: tuple[RouteRow, ...] = (("POST", TOKEN_PATH, "token", token),)
