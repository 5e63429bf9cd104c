"""The sandbox's values as ODC writes them in JSON, field by field as published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.sandbox.odc.organization import (
    Asset,
    Build,
    Deployment,
    Environment,
    Organization,
    Portfolio,
    Revision,
    key_of,
)

Json = dict[str, object]
USER = key_of("user/ada")


def stamp(moment: datetime) -> str:
    """Write a moment as ODC does: UTC, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp_or_null(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def environment(value: Environment) -> Json:
    """Write one environment; one without a purpose lacks the field."""
    purpose: Json = {} if value.purpose is None else {"purpose": value.purpose}
    return {
        "key": value.key,
        "name": value.name,
        "builtinDomain": _domain(value),
        "defaultDomain": _domain(value),
        **purpose,
        "order": value.order,
        "region": "eu-central-1",
        "hosting": "oscloud",
        "status": value.status,
        "portfolioKey": value.portfolio,
    }


def _domain(value: Environment) -> str:
    return f"example-{_word(value.name).lower()}.outsystems.app"


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", name)


def portfolio(value: Portfolio, environments: Iterable[Environment]) -> Json:
    """Write one portfolio with what is to be counted of its environments."""
    own = [each for each in environments if each.portfolio == value.key]
    return {
        "key": value.key,
        "name": value.name,
        "type": "oscloud",
        "isMainPortfolio": value.is_main,
        "nonProductionEnvironmentCount": sum(each.purpose == "NonProduction" for each in own),
    }


def deployed_asset(
    value: Asset, deployments: Sequence[Deployment], organization: Organization
) -> Json:
    """Write an asset with these of its deployments, the latest first."""
    latest_first = sorted(deployments, key=lambda each: each.at, reverse=True)
    return {
        "type": value.type,
        "key": value.key,
        "isBuiltIn": False,
        "deployments": [_deployment(value, each, organization) for each in latest_first],
    }


def _deployment(value: Asset, live: Deployment, organization: Organization) -> Json:
    there = organization.environments[live.environment]
    revision = value.revisions[live.revision]
    return {
        "environmentKey": live.environment,
        "name": revision.name,
        "revision": live.revision,
        "buildKey": live.build,
        "deploymentKey": key_of(f"deployment/{live.environment}/{live.build}"),
        "deploymentDateTime": stamp(live.at),
        "description": value.description,
        "iconUrl": None,
        "deploymentUserId": USER,
        "url": f"https://{_domain(there)}/{_word(revision.name)}",
        **_tagging(revision, "taggingUserKey", "taggingDateTime"),
        "portfolioKey": there.portfolio,
    }


def _tagging(revision: Revision, by: str, at: str) -> Json:
    tagged = revision.tag is not None
    return {
        "tag": revision.tag,
        by: USER if tagged else None,
        at: stamp(revision.created) if tagged else None,
    }


def asset_revision(value: Asset, revision: Revision) -> Json:
    """Write one revision of an asset."""
    return {
        "assetKey": value.key,
        "portfolioKey": value.portfolio,
        "revision": revision.number,
        "name": revision.name,
        "description": value.description,
        "isExternal": False,
        "modelDigest": key_of(f"model/{value.key}/{revision.number}"),
        "clonedFromTemplateKey": None,
        "assetType": value.type,
        "createdBy": USER,
        "createdAt": stamp(revision.created),
        "commitMessage": None,
        **_tagging(revision, "taggedBy", "taggedAt"),
    }


def build(value: Build) -> Json:
    """Write one build."""
    return {
        "buildKey": value.key,
        "assetKey": value.asset,
        "assetRevision": value.revision,
        "buildType": value.type,
        "startedDateTime": _stamp_or_null(value.started),
        "finishedDateTime": _stamp_or_null(value.finished),
        "builtBy": USER,
        "status": value.status,
        "securityAudit": {"vulnerabilities": []},
    }


def packaging(
    status: str | None, uri: str | None, errors: Iterable[str] | None, at: datetime
) -> Json:
    """Write how a packaging stands; `at` is when its errors occurred."""
    told = None if errors is None else [_error(each, at) for each in errors]
    return {"status": status, "uri": uri, "errors": told}


def _error(message: str, at: datetime) -> Json:
    return {"timestamp": stamp(at), "severity": "Error", "message": message}
