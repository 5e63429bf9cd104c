"""What the pretend infrastructure holds: environments, applications, and what runs where.

Keys are fixed or derived from names, so two sandboxes agree and a test can write them down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

DEVELOPMENT = "f3582e43-43c7-4bb4-8cbb-d9f6cbcbd35e"
TESTING = "849515f2-b4ff-4aca-a9d6-9407bea655f4"
USER_ACCEPTANCE = "3b0a1d5c-52a9-4f0e-9a3e-6c1f7d1f8a42"
PRODUCTION = "0d2f3c6b-77d1-4c39-8f7e-2f5f2f0a9e11"
EMPLOYEE_BACKOFFICE = "c9a7a82e-0eee-4a3d-8e22-2a19c69c766f"


def key_of(text: str) -> str:
    """Derive the key that belongs to a text, the same one every time."""
    return str(uuid5(NAMESPACE_URL, f"https://lifetime.example/{text}"))


@dataclass(frozen=True)
class Environment:
    """One environment, as `GET /environments/` tells of it."""

    key: str
    name: str
    kind: str
    order: int
    os_version: str = "11.40.0.45125"
    host: str = "env.example.com"
    front_ends: int = 1
    offline: bool = False


@dataclass(frozen=True)
class Running:
    """What of an application runs in one environment."""

    version: str
    modified: bool = False


@dataclass(frozen=True)
class Module:
    """A module of an application, and the version number its inner zip is named with."""

    name: str
    version: int = 1


@dataclass
class Application:
    """One application, its modules, and what of it runs where (by environment key)."""

    name: str
    key: str = ""
    kind: str = "WebResponsive"
    modules: tuple[Module, ...] = ()
    running: dict[str, Running] = field(default_factory=dict)
    description: str = ""
    system: bool = False

    def __post_init__(self) -> None:
        """Fill in what follows from the name."""
        self.key = self.key or key_of(self.name)
        self.modules = self.modules or (Module(self.name),)

    def version_key(self, version: str) -> str:
        """Give the key of one of this application's versions."""
        return key_of(f"{self.key}/{version}")


class Infrastructure:
    """All environments and applications of one LifeTime; change it while the sandbox runs."""

    def __init__(
        self, environments: Iterable[Environment], applications: Iterable[Application]
    ) -> None:
        self.environments = {each.key: each for each in environments}
        self.applications = {each.key: each for each in applications}

    def environment_named(self, name: str) -> Environment:
        """Give the environment of that name; KeyError if there is none."""
        return {each.name: each for each in self.environments.values()}[name]

    def application_named(self, name: str) -> Application:
        """Give the application of that name; KeyError if there is none."""
        return {each.name: each for each in self.applications.values()}[name]

    def running_in(self, environment_key: str) -> list[Application]:
        """Give the applications that run in an environment."""
        return [each for each in self.applications.values() if environment_key in each.running]

    def add_application(self, application: Application) -> Application:
        """Add one application."""
        self.applications[application.key] = application
        return application

    def add_applications(self, number: int, prefix: str = "Generated") -> list[Application]:
        """Add `number` applications of two modules each, running in Development and Testing."""
        return [self.add_application(_generated(f"{prefix}{n:04d}")) for n in range(1, number + 1)]


def _generated(name: str) -> Application:
    modules = (Module(name, 3), Module(f"{name}_CS", 2))
    running = {DEVELOPMENT: Running("1.1.0", modified=True), TESTING: Running("1.0.0")}
    return Application(name, modules=modules, running=running)


def default_infrastructure() -> Infrastructure:
    """Make the infrastructure that the demo and most tests use."""
    return Infrastructure(_environments(), _applications())


def _environments() -> list[Environment]:
    return [
        Environment(DEVELOPMENT, "Development", "Development", 0, host="dev-env.example.com"),
        Environment(TESTING, "Testing", "Test", 1, host="tst-env.example.com"),
        # Older than 11.27.0, which source code access asks for, so the warning can be seen.
        Environment(
            USER_ACCEPTANCE,
            "User Acceptance",
            "NonProduction",
            2,
            os_version="11.26.1.43711",
            host="uat-env.example.com",
        ),
        Environment(
            PRODUCTION, "Production", "Production", 3, host="prd-env.example.com", front_ends=2
        ),
    ]


def _applications() -> list[Application]:
    return [
        Application(
            "EmployeeBackoffice",
            key=EMPLOYEE_BACKOFFICE,
            modules=(
                Module("EmployeeBackoffice", 12),
                Module("EmployeeBackoffice_CS", 7),
                Module("Gehälter und Zulagen", 3),
            ),
            running=_everywhere("1.5.0", "1.4.0", "1.3.2", "1.3.0"),
            description="Back office for the people team.",
        ),
        Application(
            "Employee Portal",
            modules=(Module("EmployeePortal", 31), Module("EmployeePortal_Th", 4)),
            running=_everywhere("2.1.0", "2.0.3", "2.0.3", "2.0.1", modified_in=TESTING),
        ),
        Application(
            "O'Brien Café",
            modules=(Module("O'Brien Café", 9), Module("Menu Planning", 2)),
            running={DEVELOPMENT: Running("0.9.0", modified=True), TESTING: Running("0.8.1")},
        ),
        Application("Prototype Lab", running={DEVELOPMENT: Running("0.1.0", modified=True)}),
        Application(
            "EmployeeMobile",
            kind="Mobile",
            modules=(Module("EmployeeMobile", 18), Module("EmployeeMobile_BL", 6)),
            running=_everywhere("3.2.0", "3.1.4", "3.1.4", "3.1.0"),
        ),
        Application(
            ("Consolidated Regional Reporting of Human Resources " * 4)[:197] + "End",
            modules=(Module("RegionalReporting", 5),),
            running={DEVELOPMENT: Running("1.0.0"), TESTING: Running("1.0.0")},
        ),
    ]


def _everywhere(*versions: str, modified_in: str = DEVELOPMENT) -> dict[str, Running]:
    keys = (DEVELOPMENT, TESTING, USER_ACCEPTANCE, PRODUCTION)
    return {
        key: Running(version, modified=key == modified_in)
        for key, version in zip(keys, versions, strict=True)
    }
