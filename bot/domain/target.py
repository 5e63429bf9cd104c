"""Where applications run, and which one is retrieved."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.domain.value import (
    ApplicationKey,
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


class Revision(Value):
    """Which state of an application runs in an environment."""

    label: str = ""  # "1.4.0"; empty where the platform does not say
    is_modified: bool = False  # changed since that label was given

    def __str__(self) -> str:
        return self.label + ("+" if self.is_modified else "")


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

    def revision_in(self, environment: EnvironmentKey) -> Revision | None:
        """Give the revision that runs in `environment`; None where it does not run."""
        return next((p.revision for p in self.placements if p.environment == environment), None)


class Catalogue(Value):
    """What one platform said it has, and when."""

    platform: PlatformName
    environments: tuple[Environment, ...]
    applications: tuple[Application, ...]
    read_at: datetime

    def environment(self, key: str) -> Environment | None:
        """Give the environment with this platform key."""
        return next((e for e in self.environments if e.key == key), None)


class Target(Value):
    """What is retrieved: one application in one environment of one platform."""

    environment: Environment
    application: ApplicationKey
    application_name: str
    revision: Revision = Revision()

    @property
    def platform(self) -> PlatformName:
        """The platform on which the environment stands."""
        return self.environment.platform

    @property
    def key(self) -> TargetKey:
        """What two requests for the same thing have in common."""
        return TargetKey(f"{self.platform}/{self.environment.key}/{self.application}")

    def __str__(self) -> str:
        return f"{self.application_name} in {self.environment.name}"
