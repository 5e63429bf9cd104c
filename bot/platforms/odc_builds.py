"""Which build of an application is packaged, and why that one.

Only Release builds can be packaged, and Development runs Debug builds; so what is packaged is the
build that runs, or the Release build of the revision that runs or was asked for. Nothing is built:
that is for people to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from bot.domain.target import Build, Environment, Revision, RevisionWish, Target
from bot.domain.value import ApplicationKey, BuildKey, PlatformName
from bot.errors import PlatformBroken, PlatformError, PlatformNotFound, PlatformRejected
from bot.platforms.odc_api import OdcApi
from bot.platforms.odc_models import AssetWire, BuildWire, DeploymentWire
from bot.platforms.odc_words import (
    is_packageable,
    is_release,
    live_in,
    newest,
    revision,
)
from bot.platforms.server_text import one_line
from bot.platforms.wire import folded
from bot.ports import Watcher

_STATUSES: Final = {
    "pending": "has not begun",
    "running": "is still running",
    "finishedwitherrors": "finished with errors",
    "deleted": "was deleted",
    "tobedeleted": "is about to be deleted",
}
_WILL_END: Final = frozenset({"pending", "running"})
_TAKEN: Final = "its Release build is taken."
_HOW_TO_GET_ONE: Final = (
    "Deploy it to a later stage in the ODC Portal, which makes a Release build, or ask for another "
    "revision with --revision or --tag."
)
_UNTOLD: Final = "whose type is not told"
_TAGS_SHOWN: Final = 5


class _Asked(NamedTuple):
    """What a revision's build is looked for, and who hears of waits."""

    target: Target
    watcher: Watcher | None

    @property
    def name(self) -> str:
        """The application's name, fit for a sentence."""
        return one_line(self.target.application_name)


class Builds:
    """Chooses builds of one organisation's assets."""

    def __init__(self, api: OdcApi) -> None:
        self._api = api

    async def described(self, target: Target, watcher: Watcher | None) -> Target:
        """Give the target with its revision and its build; what was wished stays what it was."""
        wish, asked = target.wish, _Asked(target, watcher)
        if wish is not None and wish.build:
            return await self._build(asked, wish.build)
        if wish is not None:
            return await self._wished(asked, wish)
        if target.environment is not None:
            return await self._running(asked, target.environment)
        return await self._latest(asked)

    async def found(self, key: BuildKey) -> Target | None:
        """Give what a build's key stands for; None where there is no such build."""
        build = await self._api.build(key)
        if build is None or not build.asset_key:
            return None
        asset = await self._asset_of(build, None)
        return Target(
            platform=PlatformName(self._api.platform),
            environment=None,
            application=ApplicationKey(build.asset_key),
            application_name=asset.name or build.asset_key,
            revision=revision(asset),
            wish=RevisionWish(build=BuildKey(build.build_key or key)),
        )

    async def _latest(self, asked: _Asked) -> Target:
        asset = await self._api.latest(asked.target.application, asked.watcher)
        reason = f"Revision {_shown(revision(asset))} is the latest; {_TAKEN}"
        return await self._released(asked, asset, reason)

    async def _wished(self, asked: _Asked, wish: RevisionWish) -> Target:
        asset = await self._revision(asked, wish)
        if asset is None:
            raise await self._unknown(asked, wish)
        which = f"Revision {_shown(revision(asset))} was asked for"
        if wish.tag:
            which = f"Tag {one_line(wish.tag)} was asked for, which is revision {asset.revision}"
        reason = f"{which}; {_TAKEN}"
        return await self._released(asked, asset, reason + await self._what_runs(asked))

    async def _revision(self, asked: _Asked, wish: RevisionWish) -> AssetWire | None:
        """Find a revision by its number or tag; None where there is none."""
        key = asked.target.application
        if wish.number is None:
            tagged = await self._api.revisions(key, wish.tag, asked.watcher)
            fitting = (each for each in tagged if each.tag.strip() == wish.tag.strip())
            return max(fitting, key=lambda each: each.revision or 0, default=None)
        try:
            return await self._api.revision(key, wish.number, asked.watcher)
        except (PlatformNotFound, PlatformRejected):
            return None

    async def _unknown(self, asked: _Asked, wish: RevisionWish) -> PlatformNotFound:
        known = await self._api.revisions(asked.target.application, watcher=asked.watcher)
        tags = [f"{one_line(each.tag)} (revision {each.revision})" for each in known if each.tag]
        said = f"{self._api.platform} has no {one_line(str(wish))} of {asked.name}."
        if known:
            said += f" The latest is revision {_shown(revision(known[0]))}."
        if tags:
            said += f" Its newest tags: {', '.join(tags[:_TAGS_SHOWN])}."
        return PlatformNotFound(said, platform=self._api.platform)

    async def _what_runs(self, asked: _Asked) -> str:
        """Say what runs in the environment that was named besides a wish, if ODC tells."""
        environment = asked.target.environment
        if environment is None:
            return ""
        try:
            live = await self._live(asked, environment)
        except PlatformError:  # on which the build that was asked for does not depend
            return ""
        if not live:
            return ""
        return f" {one_line(environment.name)} runs revision {_shown(revision(live[0]))}."

    async def _build(self, asked: _Asked, key: BuildKey) -> Target:
        """Take a build that was asked for by its key."""
        build = await self._api.build(key, asked.watcher)
        if build is None:
            raise PlatformNotFound(
                f"{self._api.platform} has no build {one_line(key)}.", platform=self._api.platform
            )
        asset = await self._asset_of(build, asked.watcher)
        which, said = _shown(revision(asset)), f"Build {one_line(key)} was asked for"
        if is_packageable(build):
            reason = f"{said}, a Release build of revision {which}."
            return _with(asked.target, asset.name, revision(asset), build, reason)
        reason = f"{said}, {_kind(build)} of revision {which}{_cannot(build)}"
        return await self._released(asked, asset, reason)

    async def _running(self, asked: _Asked, environment: Environment) -> Target:
        """Take what runs in an environment."""
        live = await self._live(asked, environment)
        where = one_line(environment.name)
        if not live:
            raise PlatformNotFound(
                f"{asked.name} does not run in {where} any more.", platform=self._api.platform
            )
        runs, others = live[0], _others(live)
        asset = AssetWire(name=runs.name, revision=runs.revision, tag=runs.tag)
        which = _shown(revision(runs))
        reason = f"Revision {which} runs in {where}; {_TAKEN}{others}"
        if not runs.build_key:
            return await self._released(asked, asset, reason)
        build = await self._api.build(runs.build_key, asked.watcher)
        if build is not None and is_packageable(build):
            return _with(asked.target, runs.name, revision(runs), build, reason)
        reason = f"{where} runs {_kind(build)} of revision {which}{_cannot(build)}{others}"
        return await self._released(asked, asset, reason)

    async def _live(self, asked: _Asked, environment: Environment) -> list[DeploymentWire]:
        """Give what of the application runs in an environment now, what was deployed last first."""
        key = asked.target.application
        listed = await self._api.deployed_assets(key, environment.key, asked.watcher)
        asset = next((each for each in listed if folded(each.key) == folded(key)), None)
        return [] if asset is None else live_in(asset, environment.key)

    async def _asset_of(self, build: BuildWire, watcher: Watcher | None) -> AssetWire:
        """Give the revision that was built; as much as the build says, where it is gone."""
        unnamed = AssetWire(asset_key=build.asset_key, revision=build.asset_revision)
        if build.asset_revision is None:
            return unnamed
        try:
            asset = await self._api.revision(build.asset_key, build.asset_revision, watcher)
        except PlatformNotFound:
            return unnamed
        return asset.model_copy(update={"revision": build.asset_revision})

    async def _released(self, asked: _Asked, asset: AssetWire, reason: str) -> Target:
        """Take the newest Release build of a revision. Raises PlatformRejected for want of one."""
        if asset.revision is None:
            raise PlatformBroken(
                f"{self._api.platform} does not say which revision of {asked.name} is meant.",
                platform=self._api.platform,
            )
        builds = await self._builds_of(asked, asset.revision)
        build = newest(each for each in builds if is_packageable(each))
        if build is None:
            raise self._nothing_to_package(asked, asset, builds)
        return _with(asked.target, asset.name, revision(asset), build, reason)

    async def _builds_of(self, asked: _Asked, revision: int) -> list[BuildWire]:
        """Give a revision's builds: all of them where none is a Release build, so as to say so."""
        key, named = asked.target.application, list[BuildWire]()
        for build_type in ("Release", ""):
            listed = await self._api.builds(key, revision, build_type, asked.watcher)
            named = [each for each in listed if each.build_key]
            if any(map(is_release, named)):
                break
        return named

    def _nothing_to_package(
        self, asked: _Asked, asset: AssetWire, builds: Sequence[BuildWire]
    ) -> PlatformRejected:
        last = newest(filter(is_release, builds))
        which = f"revision {_shown(revision(asset))} of {asked.name}"
        advice = _HOW_TO_GET_ONE
        if last is not None:
            said = f"the Release build of {which} {_status(last)}"
            if folded(last.status) in _WILL_END:
                advice = "Ask again when it has finished."
        else:
            said = f"{which} has {_what_there_is(builds)}"
        return PlatformRejected(
            f"{self._api.platform} packages only Release builds, and {said}. {advice}",
            platform=self._api.platform,
        )


def _with(target: Target, name: str, revision: Revision, build: BuildWire, reason: str) -> Target:
    changed = {
        "application_name": name or target.application_name,
        "revision": revision,
        "build": Build(key=BuildKey(build.build_key), reason=reason),
    }
    return target.model_copy(update=changed)


def _shown(revision: Revision) -> str:
    return one_line(str(revision)) or "unknown"


def _kind(build: BuildWire | None) -> str:
    kind = one_line(build.build_type) if build else ""
    return f"a {kind} build" if kind else "a build"


def _what_there_is(builds: Sequence[BuildWire]) -> str:
    """Say which builds there are, none of them a Release build."""
    kinds = Counter(one_line(each.build_type) for each in builds)
    said = [_counted(kind, number) for kind, number in sorted(kinds.items(), reverse=True)]
    return f"only {' and '.join(said)}" if said else "no build"


def _counted(kind: str, number: int) -> str:
    name = f"{kind} build" if kind else "build"
    builds = f"{name}s" if number > 1 else f"a {name}"
    return builds if kind else f"{builds} {_UNTOLD}"


def _cannot(build: BuildWire | None) -> str:
    """Go on with why that build is not taken, and what is."""
    if build is None:
        why = "that is not there any more"
    elif is_release(build):
        why = f"that {_status(build)}"
    elif build.build_type:
        return ", which cannot be packaged; the Release build of the same revision is taken."
    else:
        return f" {_UNTOLD}; a Release build of the same revision is taken."
    return f" {why}; another Release build of the same revision is taken."


def _others(live: Sequence[DeploymentWire]) -> str:
    """Say which other revisions are live there too, as a workflow's are until they have ended."""
    newest_first = dict.fromkeys(revision(each) for each in live)
    others = [_shown(each) for each in newest_first if each != revision(live[0])]
    if not others:
        return ""
    return f" Still live there: {', '.join(others)}; --revision gets another."


def _status(build: BuildWire) -> str:
    shown = one_line(build.status)
    return _STATUSES.get(folded(build.status), f'has the status "{shown}"')
