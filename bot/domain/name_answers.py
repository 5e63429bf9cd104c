"""What is said about words that were looked up: a sentence, and buttons that run a guess.

The texts are plain: names from people and platforms are cut and freed of what cannot be seen, but
not escaped, which is for whoever draws them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.command_line import COMMAND
from bot.domain.names import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    Gone,
    NotThere,
    Resolution,
    Several,
    Unknown,
)
from bot.domain.retrieval import ExactTarget
from bot.domain.spelling import shown
from bot.domain.target import Target
from bot.domain.value import PlatformName

BUTTONS = 10  # one answer's, at most
LABEL_LIMIT = 75  # characters; Slack's limit for the text of a button
NAMES_LISTED = 10


def answer_for(resolution: Resolution) -> Answer:
    """Say what was found, or what to do where it was not exactly one target."""
    match resolution:
        case Found(target=target):
            answer = Answer(text=f"{_full_name(target)}.")
        case Several(targets=targets):
            answer = _several(targets)
        case NotThere():
            answer = _not_there(resolution)
        case EnvironmentMissing():
            answer = _environment_missing(resolution)
        case ApplicationMissing(environment=environment):
            answer = _application_missing(environment)
        case Unknown():
            answer = _unknown(resolution)
        case Gone(platform=platform):
            answer = _gone(platform)
    return answer


def guesses_for(targets: Sequence[Target]) -> tuple[Guess, ...]:
    """Give a button for each of the first targets, no two of which read the same."""
    offered = targets[:BUTTONS]
    with_platform = len({target.platform for target in offered}) > 1
    plain = Counter(_label(target, with_platform=with_platform) for target in offered)
    guesses = []
    for target in offered:
        label = _label(target, with_platform=with_platform)
        if plain[label] > 1:
            label = _label(target, with_platform=with_platform, with_keys=True)
        exact = ExactTarget(
            platform=target.platform,
            environment=target.environment.key,
            application=target.application,
        )
        guesses.append(Guess(label=label, target=exact))
    return tuple(guesses)


def _label(target: Target, *, with_platform: bool, with_keys: bool = False) -> str:
    """Name a target in a button's length; where that is short, the application gives way."""
    tail = f" in {shown(target.environment.name, 20)}"
    if with_platform:
        tail += f" on {shown(target.platform, 14)}"
    if with_keys:
        tail += f" ({shown(target.application, 8)}/{shown(target.environment.key, 8)})"
    return shown(target.application_name, LABEL_LIMIT - len(tail)) + tail


def _full_name(target: Target) -> str:
    names = (target.application_name, target.environment.name, target.platform)
    return "{} in {} on {}".format(*map(shown, names))


def _several(targets: Sequence[Target]) -> Answer:
    text = f"More than one thing is called {_short_name(targets[0])}. Choose which one:"
    if len(targets) > BUTTONS:
        text = (
            f"{len(targets)} things are called {_short_name(targets[0])}; here are {BUTTONS}. "
            "For another, put its platform key (GUID) in place of the name."
        )
    return Answer(text=text, guesses=guesses_for(targets))


def _short_name(target: Target) -> str:
    return f"{shown(target.application_name)} in {shown(target.environment.name)}"


def _not_there(resolution: NotThere) -> Answer:
    text = f"{shown(resolution.application)} does not run in {shown(resolution.environment)}."
    return Answer(
        text=f"{text} {_where(resolution.runs_in)}", guesses=guesses_for(resolution.runs_in)
    )


def _environment_missing(resolution: EnvironmentMissing) -> Answer:
    return Answer(
        kind=AnswerKind.USAGE,
        text=f"{shown(resolution.application)} from which environment? "
        f"{_where(resolution.runs_in)}",
        guesses=guesses_for(resolution.runs_in),
    )


def _where(runs_in: Sequence[Target]) -> str:
    if not runs_in:
        return "It runs in no environment that the platform shows. Deploy it to one first."
    names = dict.fromkeys(target.environment.name for target in runs_in)
    return f"It runs in {_listed(tuple(names))}. Choose one, or ask for another application."


def _application_missing(environment: str) -> Answer:
    name = shown(environment)
    return Answer(
        kind=AnswerKind.USAGE,
        text=f"{name} is an environment. Say which application, before it: "
        f"`{COMMAND} APPLICATION {name}`.",
    )


def _gone(platform: PlatformName) -> Answer:
    return Answer(
        kind=AnswerKind.REFUSAL,
        text=f"{shown(platform)} no longer has what that button asks for. "
        f"Ask for it by name: `{COMMAND} APPLICATION ENVIRONMENT`.",
    )


def _unknown(resolution: Unknown) -> Answer:
    text = f"Nothing is called “{shown(resolution.text)}”."
    if resolution.guesses:
        return Answer(
            text=f"{text} Did you mean one of these? Otherwise check the names and ask again.",
            guesses=guesses_for(resolution.guesses),
        )
    if not resolution.environments:
        return Answer(
            text=f"{text} No platform has shown an environment yet: "
            "whoever runs the bot can find out why with `sast-source doctor`."
        )
    return Answer(
        text=f"{text} Write the application as OutSystems names it, and the environment after it. "
        f"Environments: {_listed(resolution.environments)}."
    )


def _listed(names: Sequence[str]) -> str:
    """Write names as in a sentence: "A, B and C"."""
    said = [shown(name) for name in names[:NAMES_LISTED]]
    if len(names) > NAMES_LISTED:
        said.append(f"{len(names) - NAMES_LISTED} more")
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
