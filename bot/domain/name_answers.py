"""What is said about words that were looked up: a sentence, and buttons that run a guess.

The texts are plain: names from people and platforms are cut and freed of what cannot be seen, but
not escaped, which is for whoever draws them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.button_labels import application_of, environment_of, labels_for
from bot.domain.command_line import COMMAND, flag_for, typed
from bot.domain.resolution import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    Gone,
    NoRevisions,
    NotThere,
    Resolution,
    Several,
    Unknown,
)
from bot.domain.spelling import shown
from bot.domain.target import Target
from bot.domain.value import PlatformName

BUILD_STANDS_ALONE = (
    "The key of a build stands alone: it is of one revision, so leave --revision and --tag away, "
    "and any environment."
)
BUTTONS = 10  # one answer's, at most
NAMES_LISTED = 10


def answer_for(resolution: Resolution) -> Answer:
    """Say what was found, or what to do where it was not exactly one target."""
    match resolution:
        case Found(target=target):
            return Answer(text=f"{_name(target)} on {shown(target.platform)}.")
        case Several(targets=targets):
            return _several(targets)
        case Unknown():
            return _unknown(resolution)
        case Gone(platform=platform):
            return _gone(platform)
        case _:
            return _incomplete(resolution)


def _incomplete(
    resolution: NotThere | EnvironmentMissing | ApplicationMissing | NoRevisions,
) -> Answer:
    match resolution:
        case NotThere():
            return _not_there(resolution)
        case EnvironmentMissing():
            return _environment_missing(resolution)
        case ApplicationMissing():
            return _application_missing(resolution)
        case NoRevisions():
            return _no_revisions(resolution)


def guesses_for(targets: Sequence[Target]) -> tuple[Guess, ...]:
    """Give a button for each of the first targets, no two of which read the same."""
    offered = targets[:BUTTONS]
    labels = labels_for(offered)
    return tuple(
        Guess(label=label, target=target.exact)
        for label, target in zip(labels, offered, strict=True)
    )


def unknown_platform(name: str, platforms: Iterable[PlatformName]) -> Answer:
    """Say that no platform has the name that stands behind `--on`, and which names there are."""
    known = [f"`--on {typed(one)}`" for one in platforms]
    if len(known) > 1:
        instead = f"Write {_listed(known, 'or')}, or leave it out to look everywhere."
    else:
        instead = "Leave `--on` out: there is nothing to choose."
    return Answer(kind=AnswerKind.USAGE, text=f"No platform is called “{shown(name)}”. {instead}")


def found_elsewhere(named: str, targets: Sequence[Target]) -> Answer:
    """Say that it is not on the platform that was named, and offer it where it is."""
    platforms = _listed(_platforms_of(targets))
    text = f"{_name(targets[0])} is not on {shown(named)}, but on {platforms}. Is that meant?"
    return Answer(text=text, guesses=guesses_for(targets))


def _platforms_of(targets: Sequence[Target]) -> list[PlatformName]:
    return list(dict.fromkeys(target.platform for target in targets))


def _name(target: Target) -> str:
    """Name a target in a sentence, without its platform."""
    environment = environment_of(target)
    where = f" in {environment}" if environment else ""
    wished = f" ({shown(str(target.wish))})" if target.wish else ""
    return f"{application_of(target)}{where}{wished}"


def _several(targets: Sequence[Target]) -> Answer:
    name = _name(targets[0])
    platforms = _platforms_of(targets)
    if len(targets) > BUTTONS:
        with_flag = "name the platform with `--on NAME`, or " if len(platforms) > 1 else ""
        text = (
            f"{len(targets)} things are called {name}; here are {BUTTONS}. "
            f"For another, {with_flag}put its platform key (GUID) in place of the name."
        )
    elif len(platforms) > 1:
        text = (
            f"{name} is on {_listed(platforms)}. Choose which one is meant; `--on NAME` behind "
            f"the line says it beforehand, such as `--on {typed(platforms[0])}`."
        )
    else:
        text = f"More than one thing is called {name}. Choose which one:"
    return Answer(text=text, guesses=guesses_for(targets))


def _not_there(resolution: NotThere) -> Answer:
    name, environment = shown(resolution.application), shown(resolution.environment)
    if resolution.alone and not resolution.runs_in:
        text = f"{name} is not deployed to environments: ask for it without one."
    else:
        text = f"{name} does not run in {environment}. {_where(resolution.runs_in)}"
    if resolution.alone and resolution.runs_in:
        text = f"{text} It can also be had without an environment."
    # First what is least to choose: environments may fill all buttons.
    return Answer(text=text, guesses=guesses_for((*resolution.alone, *resolution.runs_in)))


def _environment_missing(resolution: EnvironmentMissing) -> Answer:
    name = shown(resolution.application)
    text = f"{name} from which environment? {_where(resolution.runs_in)}"
    if resolution.has_revisions and resolution.runs_in:
        line = f"{COMMAND} {typed(resolution.application)} --revision N"
        text = f"{text} A revision needs no environment: `{line}`."
    return Answer(kind=AnswerKind.USAGE, text=text, guesses=guesses_for(resolution.runs_in))


def _where(runs_in: Sequence[Target]) -> str:
    if not runs_in:
        return "It runs in no environment that the platform shows. Deploy it to one first."
    names = dict.fromkeys(map(environment_of, runs_in))
    return f"It runs in {_listed(tuple(names))}. Choose one, or ask for another application."


def _application_missing(resolution: ApplicationMissing) -> Answer:
    name = shown(resolution.environment)
    return Answer(
        kind=AnswerKind.USAGE,
        text=f"{name} is an environment. Say which application, before it: "
        f"`{COMMAND} APPLICATION {name}{flag_for(resolution.wish)}`.",
    )


def _no_revisions(resolution: NoRevisions) -> Answer:
    have, give = ("has", "it gives") if len(resolution.platforms) == 1 else ("have", "they give")
    reason = (
        f"{_listed(resolution.platforms)} {have} no revisions to choose: "
        f"{give} what runs in an environment."
    )
    if not resolution.application:
        advice = "Ask again without one."
        if resolution.instead:
            advice = f"{advice} Did you mean one of these?"
    elif resolution.instead:
        advice = f"Ask for {shown(resolution.application)} in an environment."
    else:
        advice = f"{shown(resolution.application)} runs in none. Deploy it to one first."
    return Answer(
        kind=AnswerKind.REFUSAL,
        text=f"{reason} {advice}",
        guesses=guesses_for(resolution.instead),
    )


def _gone(platform: PlatformName) -> Answer:
    return Answer(
        kind=AnswerKind.REFUSAL,
        text=f"{shown(platform)} no longer has what that button asks for. "
        f"Ask for it by name: `{COMMAND} APPLICATION ENVIRONMENT`.",
    )


def _unknown(resolution: Unknown) -> Answer:
    text = f"Nothing is called “{shown(resolution.text)}”."
    if resolution.has_key:
        text = f"{text} {BUILD_STANDS_ALONE}"
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


def _listed(names: Sequence[str], last: str = "and") -> str:
    """Write names as in a sentence: "A, B and C"."""
    said = [shown(name) for name in names[:NAMES_LISTED]]
    if len(names) > NAMES_LISTED:
        said.append(f"{len(names) - NAMES_LISTED} more")
    return f"{', '.join(said[:-1])} {last} {said[-1]}" if len(said) > 1 else said[0]
