"""What the pretend organisation holds: portfolios, environments, assets, builds, deployments.

Keys are derived from names, so two sandboxes agree and a test can write them down. Everything may
be changed while the sandbox runs; each call sees what holds when it arrives.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

FIRST_DAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def key_of(text: str) -> str:
    """Derive the key that belongs to a text, the same one every time."""
    return str(uuid5(NAMESPACE_URL, f"https://odc.example/{text}"))


@dataclass(frozen=True)
class Portfolio:
    """A set of environments and assets; most organisations have one."""

    name: str
    key: str
    is_main: bool = False


@dataclass
class Environment:
    """One environment, which the Portal calls a stage."""

    key: str
    name: str
    purpose: str | None
    order: int
    """Sparse, and not the order in which the API lists them."""
    portfolio: str
    status: str = "Ready"
    is_visible: bool = True
    """Whether the API client has View stage here; without it, it is missing from every list."""


@dataclass(frozen=True)
class Revision:
    """One revision of an asset."""

    number: int
    tag: str | None
    name: str
    """What the asset was called in this revision."""

    @property
    def created(self) -> datetime:
        """When it was published: later revisions later."""
        return FIRST_DAY + timedelta(hours=self.number)


@dataclass
class Build:
    """One build of a revision."""

    key: str
    asset: str
    revision: int
    type: str = "Release"
    status: str = "Finished"
    started: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True)
class Deployment:
    """One revision that is live in one environment."""

    environment: str
    revision: int
    build: str
    at: datetime


@dataclass
class Asset:
    """An application, a workflow, a library or a connection."""

    name: str
    key: str
    type: str
    portfolio: str
    description: str = ""
    revisions: dict[int, Revision] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)

    @property
    def latest(self) -> Revision:
        """The newest revision."""
        return self.revisions[max(self.revisions)]

    @property
    def highest_tag(self) -> Revision | None:
        """The revision with the highest tag, compared as MAJOR.MINOR.PATCH."""
        tagged = [each for each in self.revisions.values() if each.tag is not None]
        return max(tagged, key=lambda each: _version(each.tag), default=None)


def _version(tag: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (tag or "").split("."))


class Organization:
    """All of one organisation; change it while the sandbox runs."""

    def __init__(self, name: str = "Main") -> None:
        self.portfolios: dict[str, Portfolio] = {}
        self.environments: dict[str, Environment] = {}
        self.assets: dict[str, Asset] = {}
        self.builds: dict[str, Build] = {}
        self._builds_of: defaultdict[tuple[str, int], list[Build]] = defaultdict(list)
        self.main = Portfolio(name, key_of(f"portfolio/{name}"), is_main=True)
        self.portfolios[self.main.key] = self.main

    def environment_named(self, name: str, portfolio: str | None = None) -> Environment:
        """Give the environment of that name, in a portfolio (a key) or the main one; KeyError."""
        within = portfolio or self.main.key
        found = [each for each in self.environments.values() if each.portfolio == within]
        return {each.name: each for each in found}[name]

    def asset_named(self, name: str) -> Asset:
        """Give the asset of that name; KeyError if there is none."""
        return {each.name: each for each in self.assets.values()}[name]

    def builds_of(self, asset_key: str, revision: int) -> list[Build]:
        """Give the builds of one revision, oldest first."""
        made = self._builds_of.get((asset_key, revision), ())
        return [each for each in made if each.key in self.builds]

    def build_of(self, asset: Asset, revision: int, build_type: str = "Release") -> Build:
        """Give the latest build of a type of one revision; KeyError if there is none."""
        found = self.builds_of(asset.key, revision)
        return {each.type: each for each in found}[build_type]

    def where_live(self, asset_key: str, revision: int) -> list[Environment]:
        """Give the environments in which a revision is live."""
        found = self.assets.get(asset_key)
        live = [each for each in found.deployments if each.revision == revision] if found else []
        keys = [each.environment for each in live]
        return [self.environments[key] for key in keys if key in self.environments]

    def add_portfolio(self, name: str) -> Portfolio:
        """Add a portfolio with a Development, a Testing and a Production of its own."""
        portfolio = Portfolio(name, key_of(f"portfolio/{name}"))
        self.portfolios[portfolio.key] = portfolio
        for stage, purpose, order in (
            ("Development", "Development", 0),
            ("Testing", "NonProduction", 400),
            ("Production", "Production", 1000),
        ):
            self.add_environment(stage, purpose, order, portfolio=portfolio.key)
        return portfolio

    def add_environment(
        self, name: str, purpose: str | None, order: int, *, portfolio: str = "", key: str = ""
    ) -> Environment:
        """Add an environment to a portfolio (a key), or to the main one."""
        within = portfolio or self.main.key
        key = key or key_of(f"environment/{within}/{name}")
        self.environments[key] = Environment(key, name, purpose, order, within)
        return self.environments[key]

    def add_asset(
        self,
        name: str,
        type: str = "WebApplication",  # noqa: A002 - the API's own word
        *,
        key: str = "",
        portfolio: str = "",
        description: str = "",
    ) -> Asset:
        """Add an asset without any revision."""
        key = key or key_of(f"asset/{name}")
        self.assets[key] = Asset(name, key, type, portfolio or self.main.key, description)
        return self.assets[key]

    def add_revision(
        self, asset: Asset, number: int, tag: str | None = None, *, name: str = ""
    ) -> Revision:
        """Add a revision without any build; `name` is what the asset was called then."""
        asset.revisions[number] = Revision(number, tag, name or asset.name)
        return asset.revisions[number]

    def add_build(
        self,
        asset: Asset,
        revision: int,
        type: str = "Release",  # noqa: A002 - the API's own word
        status: str = "Finished",
        *,
        key: str = "",
    ) -> Build:
        """Add a build of a revision; one that is not over has no end."""
        number = len(self.builds_of(asset.key, revision))
        key = key or key_of(f"build/{asset.key}/{revision}/{type}/{number}")
        started = asset.revisions[revision].created + timedelta(minutes=2 + 10 * number)
        build = Build(key, asset.key, revision, type, status, started)
        if status == "Pending":
            build.started = None
        elif status != "Running":
            build.finished = started + timedelta(minutes=2)
        self.builds[key] = build
        self._builds_of[asset.key, revision].append(build)
        return build

    def deploy(
        self,
        asset: Asset,
        environment: str,
        build: Build,
        *,
        at: datetime | None = None,
        beside: bool = False,
    ) -> Deployment:
        """Let a build run in an environment (a key), in place of what ran there or beside it."""
        elsewhere = [each for each in asset.deployments if each.environment != environment]
        before = asset.deployments if beside else elsewhere
        if at is None:
            delay = timedelta(minutes=15, seconds=self.environments[environment].order)
            at = asset.revisions[build.revision].created + delay
        deployment = Deployment(environment, build.revision, build.key, at)
        asset.deployments = [*before, deployment]
        return deployment

    def add_assets(self, number: int, prefix: str = "Generated") -> list[Asset]:
        """Add `number` applications that run in Development and in Testing."""
        return [self._generated(f"{prefix}{n:04d}") for n in range(1, number + 1)]

    def _generated(self, name: str) -> Asset:
        asset = self.add_asset(name)
        for revision, tag, stage in ((1, "1.0.0", "Testing"), (2, "1.1.0", "Development")):
            self.add_revision(asset, revision, tag)
            self.deploy_there(asset, revision, stage)
        return asset

    def deploy_there(self, asset: Asset, revision: int, stage: str) -> Deployment:
        """Deploy a revision to the main portfolio's environment of that name.

        Development runs Debug builds, the others Release builds. A Release build is made in any
        case, unless there is one.
        """
        environment = self.environment_named(stage)
        made = {each.type: each for each in self.builds_of(asset.key, revision)}
        build = made.get("Release") or self.add_build(asset, revision)
        if environment.purpose == "Development":
            build = made.get("Debug") or self.add_build(asset, revision, "Debug")
        return self.deploy(asset, environment.key, build)
