"""Where applications run, and which one is retrieved."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from bot.domain.value import (
    ApplicationKey,
    BuildKey,
    EnvironmentKey,
    PlatformName,
    TargetKey,
    Value,
)


class Purpose(StrEnum):
    """What an environment is for, as far as our policy cares."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"  # also every purpose that the platform names and we do not know


class Environment(Value):
    """A place on a platform where applications run."""

    platform: PlatformName
    key: EnvironmentKey
    name: str
    purpose: Purpose = Purpose.PRODUCTION
    version: str = ""  # of the platform's software; empty where the platform does not say
    minimum_version: str = ""  # the first that gives source code; empty where every one does
    order: int = 0
    is_offline: bool = False
    portfolio: str = ""  # the part of the platform it belongs to, where there are parts


class Revision(Value):
    """Which state of an application is meant, as far as its platform tells them apart."""

    label: str = ""  # "1.4.0": a version or tag; empty where it has none
    is_modified: bool = False  # changed since that label was given
    number: int | None = None  # None where the platform counts none

    def __str__(self) -> str:
        label = self.label + ("+" if self.is_modified else "")
        if self.number is None:
            return label
        return f"{self.number} ({label})" if label else str(self.number)


class RevisionWish(Value):
    """Which revision somebody asked for, in place of the one that runs."""

    number: int | None = None
    tag: str = ""
    build: BuildKey = BuildKey("")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if [self.number is not None, bool(self.tag), bool(self.build)].count(True) != 1:
            raise ValueError("wish for a number, a tag or a build")  # pydantic wants this kind
        return self

    def __str__(self) -> str:
        if self.number is not None:
            return f"revision {self.number}"
        return f"tag {self.tag}" if self.tag else f"build {self.build}"


class Build(Value):
    """Which build is packaged, where a platform builds one revision several times."""

    key: BuildKey
    reason: str  # which it is and why this one: a sentence for people


class Placement(Value):
    """That an application runs in an environment, and in which revision."""

    environment: EnvironmentKey
    revision: Revision = Revision()


class Application(Value):
    """An application, and where on its platform it runs."""

    platform: PlatformName
    key: ApplicationKey
    name: str
    kind: str = ""
    placements: tuple[Placement, ...] = ()
    latest: Revision | None = None  # None where the platform gives only what runs somewhere

    def revision_in(self, environment: EnvironmentKey) -> Revision | None:
        """Give the revision that runs in `environment`; None where it does not run."""
        return next((p.revision for p in self.placements if p.environment == environment), None)


class Catalogue(Value):
    """What one platform said it has, and when."""

    platform: PlatformName
    environments: tuple[Environment, ...]
    applications: tuple[Application, ...]
    read_at: datetime
    has_revisions: bool = False  # whether others can be had than those that run

    def environment(self, key: str) -> Environment | None:
        """Give the environment with this platform key."""
        return next((e for e in self.environments if e.key == key), None)


class Target(Value):
    """What is retrieved: an application of one platform, as it runs in an environment or not."""

    platform: PlatformName
    environment: Environment | None  # None: in no particular one
    application: ApplicationKey
    application_name: str
    revision: Revision = Revision()
    wish: RevisionWish | None = None  # None: what runs in the environment, or the latest
    build: Build | None = None  # chosen by the platform's gateway when it describes the target

    @property
    def exact(self) -> ExactTarget:
        """What was asked for, by keys."""
        return ExactTarget(
            platform=self.platform,
            environment=self.environment.key if self.environment else None,
            application=self.application,
            wish=self.wish,
        )

    @property
    def key(self) -> TargetKey:
        """What two requests for the same thing have in common."""
        return self.exact.key

    def __str__(self) -> str:
        where = f" in {self.environment.name}" if self.environment else ""
        return f"{self.application_name}{where}{f', {self.wish}' if self.wish else ''}"


class ExactTarget(Value):
    """A target named by keys: what a button carries."""

    platform: PlatformName
    environment: EnvironmentKey | None
    application: ApplicationKey
    wish: RevisionWish | None = None

    @property
    def key(self) -> TargetKey:
        """What two requests for the same thing have in common."""
        wished = f"@{self.wish}" if self.wish else ""
        return TargetKey(f"{self.platform}/{self.environment or ''}/{self.application}{wished}")
