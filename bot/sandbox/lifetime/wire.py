"""The sandbox's values as LifeTime writes them in JSON, field by field as published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.sandbox.lifetime.infrastructure import Application, Environment, key_of
from bot.sandbox.lifetime.packagings import Link, Message

Json = dict[str, object]


def stamp(moment: datetime) -> str:
    """Write a moment as LifeTime does: UTC, whole seconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def environment(value: Environment) -> Json:
    """Write one environment."""
    return {
        "Key": value.key,
        "Name": value.name,
        "OSVersion": value.os_version,
        "Order": value.order,
        "DetailsURL": "https://example-lt.example.com/lifetime/Environment_Details.aspx",
        "HostName": value.host,
        "UseHTTPS": True,
        "EnvironmentType": value.kind,
        "NumberOfFrontEnds": value.front_ends,
        "ApplicationServerType": ".NET",
        "ApplicationServer": "IIS",
        "DatabaseProvider": "SQLServer",
        "IsCloudEnvironment": True,
        "IsOffline": value.offline,
    }


def application(value: Application, statuses: Iterable[Json] = ()) -> Json:
    """Write one application with what `application_status` gave for its environments."""
    icon = f"/LifeTimeSDK/ApplicationIcon.aspx?ApplicationKey={value.key}"
    return {
        "Key": value.key,
        "Name": value.name,
        "Kind": value.kind,
        "Team": "",
        "Description": value.description,
        "URLPath": f"/{value.modules[0].name}",
        "IconHash": f"IconHash{key_of(value.name)}",
        "IconURL": icon,
        "DetailsURL": "https://example-lt.example.com/lifetime/Application_Details.aspx",
        "IsSystem": value.system,
        "AppStatusInEnvs": list(statuses),
    }


def application_status(
    value: Application, environment_key: str, *, modules: bool, labels: bool
) -> Json:
    """Write what of an application runs in one environment."""
    running = value.running[environment_key]
    label: Json = {"BaseApplicationVersionLabel": running.version} if labels else {}
    return {
        "EnvironmentKey": environment_key,
        "BaseApplicationVersionKey": value.version_key(running.version),
        **label,
        "IsModified": running.modified,
        "IsModifiedReason": "",
        "IsModifiedMessage": "",
        "ConsistencyStatus": "",
        "ConsistencyStatusMessages": "",
        "MobileAppsStatus": [],
        "ModuleStatusInEnvs": _modules_status(value, environment_key) if modules else [],
        "DeploymentZoneKey": "",
    }


def _modules_status(value: Application, environment_key: str) -> list[Json]:
    return [
        {
            "ApplicationKey": value.key,
            "EnvironmentKey": environment_key,
            "ModuleVersionKey": key_of(f"{value.key}/{module.name}/{module.version}"),
            "ConsistencyStatus": "",
            "ConsistencyStatusMessages": "",
        }
        for module in value.modules
    ]


def version(value: Application, label: str, created: datetime) -> Json:
    """Write one version of an application."""
    return {
        "Key": value.version_key(label),
        "ApplicationKey": value.key,
        "Version": label,
        "ChangeLog": "",
        "CreatedOn": stamp(created),
        "InUse": True,
        "MobileVersions": [],
        "PrimaryColor": "#1068EB",
        "NativeHash": "",
        "ModuleVersions": [],
        "EnvironmentKey": "",
    }


def packaging(key: str, status: str | None, messages: Iterable[Message] | None) -> Json:
    """Write how a packaging stands; `messages` None writes null."""
    told = None if messages is None else [_message(each) for each in messages]
    return {"PackageKey": key, "Status": status, "Messages": told}


def _message(value: Message) -> Json:
    return {
        "Id": "",
        "Message": value.title,
        "Detail": value.detail,
        "HelpRef": 0,
        "ExtraInfo": "",
        "Type": value.type,
        "Submitable": False,
    }


def link(value: Link, origin: str) -> Json:
    """Write a download link; its two fields alone are lower-case."""
    url = f"{origin}/lifetimeapi/rest/v2/downloads/{value.key}"
    return {"url": url, "expires": stamp(value.expires)}
