"""From the names on the command line to targets, or a sentence for each that means none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.manifest import Asked, Reason
from bot.domain import names
from bot.domain.policy import Policy, production_refusal
from bot.domain.target import Catalogue, Target


def find_target(asked: Asked, catalogues: Sequence[Catalogue], policy: Policy) -> Target:
    """Give the one target that is meant and allowed. Raises FetchFailed."""
    resolution = names.resolve((asked.application, asked.environment), catalogues)
    if not isinstance(resolution, names.Found):
        raise FetchFailed(Reason.NAMES, _sentence(asked, resolution))
    target = resolution.target
    if policy.refuses(target.environment):
        raise FetchFailed(Reason.REFUSED, production_refusal(target.environment, target.platform))
    return target


def _sentence(asked: Asked, resolution: names.Resolution) -> str:
    match resolution:
        case names.Several():
            listed = _listed(f"{one} on {one.platform}" for one in resolution.targets)
            return f"That could be {listed}. Say which platform with --on, or give its key."
        case names.NotThere():
            places = _listed(dict.fromkeys(one.environment.name for one in resolution.runs_in))
            runs = f"it runs in {places}" if places else "it runs nowhere"
            return f"{resolution.application} is not in {resolution.environment}; {runs}."
        case names.Unknown() if resolution.guesses:
            return f"There is no such application there. Did you mean {_guesses(resolution)}?"
        case _:
            return (
                f"There is no application {asked.application!r} in an environment "
                f"{asked.environment!r} that this token may see."
            )


def _guesses(resolution: names.Unknown) -> str:
    return _listed(str(one) for one in resolution.guesses)


def _listed(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} or {last}" if first else last
