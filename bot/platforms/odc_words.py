"""From ODC's words to ours. Pure; unknown words are ordinary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingReport, PackagingState
from bot.domain.target import Environment, Purpose, Revision
from bot.domain.value import BuildKey, EnvironmentKey, PackageKey, PlatformName
from bot.platforms.link_expiry import parsed
from bot.platforms.odc_models import (
    AssetWire,
    BuildWire,
    DeployedAssetWire,
    DeploymentWire,
    EnvironmentWire,
    PackagingErrorWire,
    PackagingWire,
)
from bot.platforms.server_text import one_line
from bot.platforms.wire import folded

_PURPOSES: Final = {"development": Purpose.DEVELOPMENT, "nonproduction": Purpose.TEST}
# The migration guide writes "Hibernating" where the specification has "Hibernated".
_OFFLINE: Final = frozenset({"hibernated", "hibernating", "scheduledfordeletion"})
# The list is called `errors`, and the specification ends its severities with "etc.".
_LEVELS: Final = {
    "info": MessageLevel.INFO,
    "information": MessageLevel.INFO,
    "debug": MessageLevel.INFO,
    "warning": MessageLevel.WARNING,
}
_STATES: Final = {
    "": PackagingState.RUNNING,  # the specification lets it be absent
    "notstarted": PackagingState.RUNNING,
    "running": PackagingState.RUNNING,
    "failed": PackagingState.FAILED,
    "timedout": PackagingState.FAILED,
}
_FINISHED: Final = "finished"
_NOT_STARTED: Final = "notstarted"
_NO_LINK: Final = "Finished without a link to the package"
_LONGEST_STATUS: Final = 100  # characters
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


def environment(platform: PlatformName, wire: EnvironmentWire, portfolio: str) -> Environment:
    """Give an environment; one whose purpose is absent or not known counts as production."""
    return Environment(
        platform=platform,
        key=EnvironmentKey(wire.key),
        name=wire.name or wire.key,
        purpose=_PURPOSES.get(folded(wire.purpose), Purpose.PRODUCTION),
        order=wire.order,
        is_offline=folded(wire.status) in _OFFLINE,
        portfolio=portfolio,
    )


def revision(wire: DeploymentWire | AssetWire) -> Revision:
    """Give the revision, with its tag for a label."""
    return Revision(number=wire.revision, label=wire.tag.strip())


def running_in(wire: DeployedAssetWire, environment: str) -> DeploymentWire | None:
    """Give what runs in one environment: of several live revisions the one deployed last."""
    return next(iter(live_in(wire, environment)), None)


def live_in(wire: DeployedAssetWire, environment: str) -> list[DeploymentWire]:
    """Give every revision that is live in one environment, the one deployed last first."""
    there = (d for d in wire.deployments if folded(d.environment_key) == folded(environment))
    return sorted(there, key=lambda each: _instant(each.deployment_date_time), reverse=True)


def is_packageable(wire: BuildWire) -> bool:
    """Whether a build is one whose code can be packaged, as far as can be told beforehand."""
    return is_release(wire) and folded(wire.status) in {"", _FINISHED}


def is_release(wire: BuildWire) -> bool:
    """Whether it is a Release build; only Debug and Release are published."""
    return folded(wire.build_type) == "release"


def newest(builds: Iterable[BuildWire]) -> BuildWire | None:
    """Give the build that finished last; those without dates come first."""
    return max(builds, key=_built, default=None)


def is_finished(wire: PackagingWire) -> bool:
    """Whether there is a package that can be had."""
    return folded(wire.status) == _FINISHED and bool(wire.uri)


def lacks_link(wire: PackagingWire) -> bool:
    """Whether it says that it has finished, and not where the package is."""
    return folded(wire.status) == _FINISHED and not wire.uri


def is_under_way(wire: PackagingWire) -> bool:
    """Whether the platform is packaging, whoever asked it to."""
    return state(wire) is PackagingState.RUNNING and folded(wire.status) != _NOT_STARTED


def has_failed(wire: PackagingWire) -> bool:
    """Whether it ended without a package, in a way that is published."""
    return state(wire) is PackagingState.FAILED


def state(wire: PackagingWire) -> PackagingState | None:
    """Give where a packaging stands; None for what nobody has published."""
    return PackagingState.READY if is_finished(wire) else _STATES.get(folded(wire.status))


def report(wire: PackagingWire, build: BuildKey) -> PackagingReport:
    """Say how a packaging stands; what is not published is taken for a failure."""
    known = state(wire)
    messages = (_message(each) for each in wire.errors)
    return PackagingReport(
        package=PackageKey(build),
        state=known or PackagingState.FAILED,
        wire_status=_status(wire),
        is_known=known is not None,
        messages=tuple(each for each in messages if each.text),
    )


def under_way(build: BuildKey) -> PackagingReport:
    """Say that a packaging runs of which there is nothing to see yet."""
    return PackagingReport(package=PackageKey(build), state=PackagingState.RUNNING)


def _status(wire: PackagingWire) -> str:
    if lacks_link(wire):
        return _NO_LINK
    return one_line(wire.status)[:_LONGEST_STATUS]


def _message(wire: PackagingErrorWire) -> PackagingMessage:
    level = _LEVELS.get(folded(wire.severity), MessageLevel.ERROR)
    return PackagingMessage(level=level, text=wire.message.strip())


def _built(wire: BuildWire) -> tuple[datetime, datetime]:
    return _instant(wire.finished_date_time), _instant(wire.started_date_time)


def _instant(text: str) -> datetime:
    return parsed(text) or _BEFORE_ALL
