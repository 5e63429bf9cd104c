"""Whether requests to ODC and its answers are as OutSystems' published OpenAPI files say.

openapi-core judges them; what it leaves to others is judged here: parameters and bodies that
nobody published. This file knows neither the sandbox nor our gateway.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.contrib.aiohttp import AIOHTTPOpenAPIWebRequest, AIOHTTPOpenAPIWebResponse
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.request.exceptions import ParameterValidationError
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

FILES = sorted((Path(os.environ.get("SAST_SOURCE_SPECS", "")) / "openapi").glob("odc-*.json"))
NO_FILES = "SAST_SOURCE_SPECS names no folder with the published API"

# A field that is not published is a mistake, also where a schema does not close itself.
# The files are taken as they are, so they are not checked themselves.
_STRICT = Config(additional_properties_default_policy="forbid", spec_validator_cls=None)


@dataclass(frozen=True)
class Exchange:
    """One request as it arrived, and the answer as it left."""

    request: web.Request
    sent: bytes
    answer: web.Response

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.path_qs} {self.answer.status}"


@dataclass(frozen=True)
class Operation:
    """One published operation."""

    method: str
    path: str
    """With the names of its placeholders, below the portal's origin."""
    query: frozenset[str]
    statuses: frozenset[str]
    takes_body: bool


class Published:
    """All published ODC APIs."""

    def __init__(self, files: list[Path]) -> None:
        self._apis = dict(_read(file) for file in files)

    def problems_with(self, exchange: Exchange) -> list[str]:
        """Say what of an exchange is not as published; nothing when all is."""
        return [*self.problems_with_request(exchange), *self.problems_with_answer(exchange)]

    def problems_with_request(self, exchange: Exchange) -> list[str]:
        """Say what of a request is not as published."""
        server, operation = self._server(exchange), self.operation(exchange)
        if server is None or operation is None:
            return [f"{exchange}: no such operation is published"]
        request = AIOHTTPOpenAPIWebRequest(exchange.request, body=exchange.sent or None)
        problems = [_said(error) for error in self._apis[server].iter_request_errors(request)]
        unknown = sorted(set(exchange.request.query) - operation.query)
        problems += [f"no query parameter {name!r} is published" for name in unknown]
        if exchange.sent and not operation.takes_body:
            problems.append("no body is published")
        return [f"{exchange}: {problem}" for problem in problems]

    def problems_with_answer(self, exchange: Exchange) -> list[str]:
        """Say what of an answer is not as published, however wrong the request was."""
        server = self._server(exchange)
        if server is None:
            return [f"{exchange}: no such operation is published"]
        request = AIOHTTPOpenAPIWebRequest(exchange.request, body=exchange.sent or None)
        answer = AIOHTTPOpenAPIWebResponse(exchange.answer)
        errors = self._apis[server].iter_apicall_response_errors(request, answer)
        return [f"{exchange}: {_said(error)}" for error in errors]

    def operation(self, exchange: Exchange) -> Operation | None:
        """Find the operation that was asked for."""
        server = self._server(exchange)
        if server is None:
            return None
        method, url = exchange.request.method, str(exchange.request.url.with_query(None))
        try:
            found = APICallPathFinder(self._apis[server].spec).find(method.lower(), url)
        except PathError:
            return None
        return Operation(
            method=method,
            path=server + found.path_result.pattern,
            query=frozenset(_query(found.path)) | frozenset(_query(found.operation)),
            statuses=frozenset((found.operation / "responses").str_keys()),
            takes_body="requestBody" in found.operation,
        )

    def _server(self, exchange: Exchange) -> str | None:
        path = exchange.request.path
        return next((server for server in self._apis if path.startswith(f"{server}/")), None)


def _read(file: Path) -> tuple[str, OpenAPI]:
    """Give an API with the path below which it stands, on whatever origin."""
    published = json.loads(file.read_text())
    # "https://ODC_PORTAL_DOMAIN/api/builds/v1", and the same with the domain as a variable.
    (server,) = {urlsplit(each["url"]).path for each in published["servers"]}
    published["servers"] = [{"url": server}]
    return server, OpenAPI.from_dict(published, config=_STRICT)


def _query(part: SchemaPath) -> Iterator[str]:
    for parameter in part.get("parameters", []):
        if parameter["in"] == "query":
            yield parameter["name"]


def _said(error: Exception) -> str:
    """Say what openapi-core found, with the place where a value is not as its schema says."""
    place = str(error) if isinstance(error, ParameterValidationError) else ""
    found = [part for cause in _causes(error) for part in _parts(cause)]
    return ": ".join(filter(None, [place, "; ".join(found)])) or str(error)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _parts(cause: BaseException) -> list[str]:
    if isinstance(cause, InvalidSchemaValue):
        return [f"{each.json_path}: {each.message}" for each in cause.schema_errors]
    return []
