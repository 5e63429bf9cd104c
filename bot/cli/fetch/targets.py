"""From what stands on the command line to targets, or a sentence for each that means none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.manifest import Asked, Reason
from bot.domain import names
from bot.domain.button_labels import labels_for
from bot.domain.name_answers import BUILD_STANDS_ALONE
from bot.domain.policy import Policy, production_refusal
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, PlatformName
from bot.errors import PlatformError
from bot.ports import PlatformGateway


@dataclass
class Searched:
    """What the platforms have, and which of them could not say it."""

    gateways: Sequence[PlatformGateway]
    catalogues: list[Catalogue] = field(default_factory=list)
    failures: dict[PlatformName, PlatformError] = field(default_factory=dict)


async def find_target(asked: Asked, searched: Searched, policy: Policy) -> Target:
    """Give the one target that is meant and allowed. Raises FetchFailed."""
    if not searched.catalogues and searched.failures:
        raise FetchFailed(Reason.PLATFORM, _failures(searched))
    target = await _meant(asked, searched)
    if policy.refuses(target.environment):
        raise FetchFailed(Reason.REFUSED, production_refusal(target))
    return target


async def _meant(asked: Asked, searched: Searched) -> Target:
    resolution = names.resolve(asked.words, searched.catalogues, asked.wish)
    if isinstance(resolution, names.Found):
        return resolution.target
    if isinstance(resolution, names.Unknown):
        built = await _built(asked, searched)
        if built is not None:
            return built
    if searched.failures and isinstance(resolution, names.NoRevisions):
        raise FetchFailed(Reason.PLATFORM, _failures(searched))
    sentence = _environment_unknown(asked, searched, resolution) or _sentence(asked, resolution)
    if searched.failures and not isinstance(resolution, names.Several):
        raise FetchFailed(
            Reason.PLATFORM, f"{_failures(searched)} It may be there. Elsewhere: {sentence}"
        )
    raise FetchFailed(Reason.NAMES, sentence)


def _environment_unknown(asked: Asked, searched: Searched, resolution: names.Resolution) -> str:
    """Say that it is the environment that nobody knows, where the application is known."""
    if asked.environment is None:
        return ""
    alone = names.resolve((asked.application,), searched.catalogues, asked.wish)
    if not isinstance(resolution, names.Unknown) or not isinstance(alone, names.EnvironmentMissing):
        return ""
    runs = f"; {alone.application} runs in {_places(alone.runs_in)}" if alone.runs_in else ""
    return f"There is no environment {asked.environment!r} that this account may see{runs}."


async def _built(asked: Asked, searched: Searched) -> Target | None:
    """Give what is meant where a build's key stands in place of all names; None where none does."""
    key = names.platform_key((asked.application,))
    if key is None:
        return None
    for gateway in searched.gateways:
        try:
            target = await gateway.find_build(BuildKey(key))
        except PlatformError as error:
            searched.failures[gateway.name] = error
            continue
        if target is not None and asked.wish is not None:
            raise FetchFailed(Reason.NAMES, f"{key} is the key of a build. {BUILD_STANDS_ALONE}")
        if target is not None:
            return target
    return None


def _failures(searched: Searched) -> str:
    if len(searched.gateways) == 1:
        return " ".join(error.message for error in searched.failures.values())
    return " ".join(
        f"{name} could not be searched: {error.message}"
        for name, error in searched.failures.items()
    )


def _sentence(asked: Asked, resolution: names.Resolution) -> str:
    match resolution:
        case names.Several():
            said = _which(resolution.targets)
        case names.NotThere():
            said = _elsewhere(resolution)
        case names.EnvironmentMissing():
            said = _where(resolution)
        case names.ApplicationMissing():
            said = f"{resolution.environment} is an environment: name an application."
        case names.NoRevisions():
            has = "has" if len(resolution.platforms) == 1 else "have"
            platforms = _listed(resolution.platforms, "and")
            said = f"{platforms} {has} no revisions to choose: leave --revision and --tag away."
        case names.Unknown() if resolution.guesses:
            guesses = _listed(labels_for(resolution.guesses))
            said = f"There is no such application there. Did you mean {guesses}?"
        case _:
            place = f" in an environment {asked.environment!r}" if asked.environment else ""
            said = (
                f"There is no application {asked.application!r}{place} that this account may see."
            )
    return said


def _which(targets: Sequence[Target]) -> str:
    if len({one.platform for one in targets}) > 1:
        return f"That could be {_listed(labels_for(targets))}. Say which platform with --on."
    keyed = [f"{one} ({_keys(one)})" for one in targets]
    return f"That could be {_listed(keyed)}. Give keys in place of the names."


def _keys(target: Target) -> str:
    where = f" --env {target.environment.key}" if target.environment else ""
    return f"{target.application}{where}"


def _elsewhere(missing: names.NotThere) -> str:
    places = _places(missing.runs_in)
    runs = f"it runs in {places}" if places else "it runs nowhere"
    alone = " Leave --env away for its latest revision." if missing.alone else ""
    return f"{missing.application} is not in {missing.environment}; {runs}.{alone}"


def _where(missing: names.EnvironmentMissing) -> str:
    revision = "name a revision with --revision or --tag"
    places = _places(missing.runs_in)
    if not places:
        other = f"; {revision}" if missing.has_revisions else ""
        return f"{missing.application} runs nowhere{other}."
    other = f", or {revision}" if missing.has_revisions else ""
    return f"Say where with --env: {missing.application} runs in {places}{other}."


def _places(targets: Iterable[Target]) -> str:
    found = (one.environment.name for one in targets if one.environment)
    return _listed(dict.fromkeys(found))


def _listed(words: Iterable[str], joint: str = "or") -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} {joint} {last}" if first else last
