"""The sandbox LifeTime's answers are what OutSystems' published API description allows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from bot.sandbox.lifetime.infrastructure import EMPLOYEE_BACKOFFICE, TESTING

PUBLISHED = Path(os.environ.get("SAST_SOURCE_SPECS", "")) / "openapi"
PUBLISHED /= "o11-lifetime-api-v2.subset.json"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_file(), reason="SAST_SOURCE_SPECS names no folder with the published API"
)

ALL = "?IncludeModules=true&IncludeEnvStatus=true"
ENVIRONMENT = {"{EnvironmentKey}": TESTING, "{ApplicationKey}": EMPLOYEE_BACKOFFICE}
PACKAGES = "/environments/{EnvironmentKey}/applications/{ApplicationKey}/sourcecodeaccess/"


@pytest.fixture
def check():
    """Check a body against the schema of the published path and response code."""
    published = json.loads(PUBLISHED.read_text())

    def against(method, path, code, body):
        schema = published["paths"][path][method]["responses"][code]["schema"]
        closed = {name: _closed(each) for name, each in published["definitions"].items()}
        # Published samples show it, the published description does not.
        closed["Environment"]["properties"]["IsOffline"] = {"type": "boolean"}
        Draft4Validator({**schema, "definitions": closed}).validate(body)

    return against


def _closed(definition):
    """Forbid fields that are not published, so that a misspelt one is found."""
    return {**definition, "additionalProperties": False}


def filled(path):
    for name, key in ENVIRONMENT.items():
        path = path.replace(name, key)
    return path


@pytest.mark.parametrize(
    "path",
    [
        "/environments/",
        "/environments/{EnvironmentKey}/",
        "/applications/",
        "/applications/{ApplicationKey}/",
        "/environments/{EnvironmentKey}/applications/",
        "/environments/{EnvironmentKey}/applications/{ApplicationKey}/",
    ],
)
async def test_catalogue_answers_are_as_published(client, check, path):
    query = "" if path.startswith("/environments/{E") and path.count("/") < 4 else ALL
    check("get", path, "200", await client.get(filled(path) + query))


async def test_versions_are_as_published(sandbox, client, check):
    application = sandbox.infrastructure.applications[EMPLOYEE_BACKOFFICE]
    key = application.version_key("1.4.0")
    body = await client.get(f"/applications/{EMPLOYEE_BACKOFFICE}/versions/{key}/")
    check("get", "/applications/{ApplicationKey}/versions/{VersionKey}/", "200", body)


async def test_packaging_answers_are_as_published(sandbox, client, check):
    _, started = await client.json("POST", client.packages)
    check("post", PACKAGES, "200", started)
    sandbox.clock.step(60)
    status = await client.status(started["PackageKey"])
    assert len(status["Messages"]) == 5
    check("get", PACKAGES + "{PackageKey}/status/", "200", status)
    _, link = await client.link(started["PackageKey"])
    assert set(link) == {"url", "expires"}
    check("get", PACKAGES + "{PackageKey}/download/", "200", link)


async def test_errors_are_as_published(client, check):
    code, body = await client.json("GET", f"{client.base}/applications?IncludeModules=true")
    assert set(body) == {"Errors", "StatusCode"}
    check("get", "/applications/", str(code), body)


async def test_a_body_that_is_not_as_published_would_be_found(check):
    with pytest.raises(Exception, match="Additional properties are not allowed"):
        check("get", "/environments/", "200", [{"key": "x"}])
