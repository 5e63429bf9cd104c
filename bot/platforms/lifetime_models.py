"""LifeTime's answers as they come over the wire (API v2).

Vendor names only, and nothing is required that OutSystems does not promise: unknown fields are
ignored, and null is as if the field were absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator


class _Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {name: each for name, each in value.items() if each is not None}


def _without_nulls(value: object) -> object:
    return [each for each in value if each is not None] if isinstance(value, list) else value


class EnvironmentWire(_Wire):
    """One of `GET /environments/`."""

    key: str = Field("", alias="Key")
    name: str = Field("", alias="Name")
    os_version: str = Field("", alias="OSVersion")
    order: int = Field(0, alias="Order")
    environment_type: str = Field("", alias="EnvironmentType")
    is_offline: bool = Field(default=False, alias="IsOffline")


class StatusInEnvironmentWire(_Wire):
    """What of an application runs in one environment."""

    environment_key: str = Field("", alias="EnvironmentKey")
    version_key: str = Field("", alias="BaseApplicationVersionKey")
    version_label: str = Field("", alias="BaseApplicationVersionLabel")  # since LifeTime 11.25.3
    is_modified: bool = Field(default=False, alias="IsModified")


class ApplicationWire(_Wire):
    """One of `GET /applications/`."""

    key: str = Field("", alias="Key")
    name: str = Field("", alias="Name")
    kind: str = Field("", alias="Kind")
    statuses: Annotated[tuple[StatusInEnvironmentWire, ...], BeforeValidator(_without_nulls)] = (
        Field((), alias="AppStatusInEnvs")
    )


class VersionWire(_Wire):
    """`GET /applications/{a}/versions/{v}/`."""

    version: str = Field("", alias="Version")


class MessageWire(_Wire):
    """One packaging message."""

    message: str = Field("", alias="Message")
    detail: str = Field("", alias="Detail")
    type: str = Field("", alias="Type")


class PackagingWire(_Wire):
    """How a packaging stands, from its start or its status."""

    package_key: str = Field("", alias="PackageKey")
    status: str = Field("", alias="Status")
    messages: Annotated[tuple[MessageWire, ...], BeforeValidator(_without_nulls)] = Field(
        (), alias="Messages"
    )


class LinkWire(_Wire):
    """A download link. Its fields alone are lower-case on the wire."""

    url: str = ""
    expires: object = None


ENVIRONMENTS: TypeAdapter[list[EnvironmentWire]] = TypeAdapter(list[EnvironmentWire])
APPLICATIONS: TypeAdapter[list[ApplicationWire]] = TypeAdapter(list[ApplicationWire])
APPLICATION: TypeAdapter[ApplicationWire] = TypeAdapter(ApplicationWire)
VERSION: TypeAdapter[VersionWire] = TypeAdapter(VersionWire)
PACKAGING: TypeAdapter[PackagingWire] = TypeAdapter(PackagingWire)
LINK: TypeAdapter[LinkWire] = TypeAdapter(LinkWire)
