"""From LifeTime's words to ours. Pure; unknown words are ordinary."""

from __future__ import annotations

from typing import Final

from bot.domain.packaging import (
    MessageLevel,
    PackagingMessage,
    PackagingReport,
    PackagingState,
)
from bot.domain.target import Application, Environment, Placement, Purpose, Revision
from bot.domain.value import ApplicationKey, EnvironmentKey, PackageKey, PlatformName
from bot.platforms.answers import Words
from bot.platforms.lifetime_models import (
    ApplicationWire,
    EnvironmentWire,
    MessageWire,
    PackagingWire,
    StatusInEnvironmentWire,
)
from bot.platforms.wire import folded

WORDS: Final = Words(
    refusal=(
        "This can mean that the token is wrong or has expired, that its service account lacks the "
        "permission (Open and Debug on the environment), that the platform does not accept calls "
        "from this network, or that it was reached over http where it requires https."
    ),
    nothing_there=(
        "What answered is not the platform's API: the platform's URL may be wrong, or its version "
        "may not offer this call."
    ),
)

_PURPOSES: Final = {
    "development": Purpose.DEVELOPMENT,
    "test": Purpose.TEST,
    "nonproduction": Purpose.TEST,
}
# The two values that OutSystems publishes, and silence, which has only been seen while it runs.
_STATES: Final = {
    "": PackagingState.RUNNING,
    "inprogress": PackagingState.RUNNING,
    "done": PackagingState.READY,
}
_LEVELS: Final = {"warning": MessageLevel.WARNING, "error": MessageLevel.ERROR}
# OutSystems, "Download source code": Platform Server 11.27.0 or higher.
_MINIMUM_VERSION: Final = "11.27.0"
_LONGEST_STATUS: Final = 100  # characters


def environment(platform: PlatformName, wire: EnvironmentWire) -> Environment:
    """Give an environment; one of a type that we do not know counts as production."""
    return Environment(
        platform=platform,
        key=EnvironmentKey(wire.key),
        name=wire.name or wire.key,
        purpose=_PURPOSES.get(folded(wire.environment_type), Purpose.PRODUCTION),
        version=wire.os_version,
        minimum_version=_MINIMUM_VERSION,
        order=wire.order,
        is_offline=wire.is_offline,
    )


def application(platform: PlatformName, wire: ApplicationWire) -> Application:
    """Give an application with where it runs."""
    return Application(
        platform=platform,
        key=ApplicationKey(wire.key),
        name=wire.name or wire.key,
        kind=wire.kind,
        placements=tuple(_placement(each) for each in wire.statuses if each.environment_key),
    )


def status_in(wire: ApplicationWire, environment: EnvironmentKey) -> StatusInEnvironmentWire:
    """Give what runs in one environment, empty where LifeTime does not say."""
    found = (each for each in wire.statuses if each.environment_key == environment)
    return next(found, StatusInEnvironmentWire())


def revision(wire: StatusInEnvironmentWire) -> Revision:
    """Give the revision, without a label where LifeTime does not say."""
    return Revision(label=wire.version_label, is_modified=wire.is_modified)


def report(wire: PackagingWire, package: PackageKey) -> PackagingReport:
    """Say how a packaging stands. Every status that is not published is taken for a failure."""
    state = _STATES.get(folded(wire.status))
    messages = (_message(each) for each in wire.messages)
    return PackagingReport(
        package=package,
        state=state or PackagingState.FAILED,
        wire_status=wire.status.strip()[:_LONGEST_STATUS],
        is_known=state is not None,
        messages=tuple(each for each in messages if each.text),
    )


def _placement(wire: StatusInEnvironmentWire) -> Placement:
    return Placement(environment=EnvironmentKey(wire.environment_key), revision=revision(wire))


def _message(wire: MessageWire) -> PackagingMessage:
    text = wire.detail.strip() or wire.message.strip()
    return PackagingMessage(level=_LEVELS.get(folded(wire.type), MessageLevel.INFO), text=text)
