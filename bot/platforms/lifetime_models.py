"""LifeTime's answers as they come over the wire (API v2).

Vendor names only, and nothing is required that OutSystems does not promise: unknown fields are
ignored, and null is as if the field were absent.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from bot.platforms.wire import Wire, without_nulls


class EnvironmentWire(Wire):
    """One of `GET /environments/`."""

    key: str = Field("", alias="Key")
    name: str = Field("", alias="Name")
    os_version: str = Field("", alias="OSVersion")
    order: int = Field(0, alias="Order")
    environment_type: str = Field("", alias="EnvironmentType")
    is_offline: bool = Field(default=False, alias="IsOffline")


class StatusInEnvironmentWire(Wire):
    """What of an application runs in one environment."""

    environment_key: str = Field("", alias="EnvironmentKey")
    version_key: str = Field("", alias="BaseApplicationVersionKey")
    version_label: str = Field("", alias="BaseApplicationVersionLabel")  # since LifeTime 11.25.3
    is_modified: bool = Field(default=False, alias="IsModified")


class ApplicationWire(Wire):
    """One of `GET /applications/`."""

    key: str = Field("", alias="Key")
    name: str = Field("", alias="Name")
    kind: str = Field("", alias="Kind")
    statuses: Annotated[tuple[StatusInEnvironmentWire, ...], BeforeValidator(without_nulls)] = (
        Field((), alias="AppStatusInEnvs")
    )


class VersionWire(Wire):
    """`GET /applications/{a}/versions/{v}/`."""

    version: str = Field("", alias="Version")


class MessageWire(Wire):
    """One packaging message."""

    message: str = Field("", alias="Message")
    detail: str = Field("", alias="Detail")
    type: str = Field("", alias="Type")


class PackagingWire(Wire):
    """How a packaging stands, from its start or its status."""

    package_key: str = Field("", alias="PackageKey")
    status: str = Field("", alias="Status")
    messages: Annotated[tuple[MessageWire, ...], BeforeValidator(without_nulls)] = Field(
        (), alias="Messages"
    )


class LinkWire(Wire):
    """A download link. Its fields alone are lower-case on the wire."""

    url: str = ""
    expires: object = None


ENVIRONMENTS: TypeAdapter[list[EnvironmentWire]] = TypeAdapter(list[EnvironmentWire])
APPLICATIONS: TypeAdapter[list[ApplicationWire]] = TypeAdapter(list[ApplicationWire])
APPLICATION: TypeAdapter[ApplicationWire] = TypeAdapter(ApplicationWire)
VERSION: TypeAdapter[VersionWire] = TypeAdapter(VersionWire)
PACKAGING: TypeAdapter[PackagingWire] = TypeAdapter(PackagingWire)
LINK: TypeAdapter[LinkWire] = TypeAdapter(LinkWire)
