"""Error answers, each in the form of the host that gives it.

The portal answers with ProblemDetails, called `application/json` as its API descriptions say; the
identity host with OAuth's error body; the storage host with S3's XML.
"""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4
from xml.sax.saxutils import escape

from aiohttp import web

from bot.sandbox.odc.calls import Domain

_ERROR_CODE = {
    "portfolios": "OS-PRTF",
    "asset-repository": "OS-APPS",
    "builds": "OS-BEW",
}
_RFC9110 = "https://tools.ietf.org/html/rfc9110#section-15"
_TYPE = {
    400: f"{_RFC9110}.5.1",
    401: f"{_RFC9110}.5.2",
    403: f"{_RFC9110}.5.4",
    404: f"{_RFC9110}.5.5",
    422: f"{_RFC9110}.5.21",
    429: "https://tools.ietf.org/html/rfc6585#section-4",
    500: f"{_RFC9110}.6.1",
}
_OAUTH_ERROR = {400: "invalid_request", 401: "unauthorized_client", 403: "access_denied"}
_S3_CODE = {
    400: "InvalidArgument",
    403: "AccessDenied",
    404: "NoSuchKey",
    500: "InternalError",
    503: "SlowDown",
}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a defect
    """The call is answered with an error; `code` is the host's own word for it, if not the usual.

    `more` stands beside the message in S3's XML.
    """

    def __init__(
        self,
        status: int,
        text: str,
        *,
        code: str = "",
        retry_after: int | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.code = code
        self.retry_after = retry_after
        self.more = more or {}


def error_answer(refusal: Refusal, domain: Domain) -> web.Response:
    """Make the error body that a client of that domain gets."""
    match domain:
        case "identity":
            response = _oauth_error(refusal)
        case "storage":
            response = _s3_error(refusal)
        case _:
            response = _problem(refusal, domain)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _problem(refusal: Refusal, domain: Domain) -> web.Response:
    status = refusal.status
    series = _ERROR_CODE.get(domain, "OS-GTW")
    body = {
        "type": _TYPE.get(status, "about:blank"),
        "title": _title(status),
        "status": status,
        "detail": refusal.text,
        "instance": None,
        "traceId": f"00-{uuid4().hex}-{uuid4().hex[:16]}-00",
        "errorCode": refusal.code or f"{series}-{status}01",
    }
    return web.json_response(body, status=status)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _oauth_error(refusal: Refusal) -> web.Response:
    error = refusal.code or _OAUTH_ERROR.get(refusal.status, "server_error")
    body = {"error": error, "error_description": refusal.text}
    return web.json_response(body, status=refusal.status)


def _s3_error(refusal: Refusal) -> web.Response:
    code = refusal.code or _S3_CODE.get(refusal.status, "InternalError")
    request = uuid4().hex[:16].upper()
    fields = {"Code": code, "Message": refusal.text, **refusal.more, "RequestId": request}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return web.Response(status=refusal.status, text=text, content_type="application/xml")
