"""What words can turn out to mean: one target, or what stands in the way of one.

Values only. names.py finds them, name_answers.py says them.
"""

from __future__ import annotations

from bot.domain.target import RevisionWish, Target
from bot.domain.value import PlatformName, Value


class Found(Value):
    """Exactly one target fits."""

    target: Target


class Several(Value):
    """More than one target has these names."""

    targets: tuple[Target, ...]


class NotThere(Value):
    """The application exists, but does not run in that environment."""

    application: str
    environment: str
    runs_in: tuple[Target, ...]
    alone: tuple[Target, ...] = ()  # what can be had of it without an environment


class EnvironmentMissing(Value):
    """Only an application was named."""

    application: str
    runs_in: tuple[Target, ...]
    has_revisions: bool = False  # whether naming a revision would do as well


class ApplicationMissing(Value):
    """Only an environment was named."""

    environment: str
    wish: RevisionWish | None = None


class NoRevisions(Value):
    """A revision was wished for, and only platforms that have none to choose could be meant."""

    platforms: tuple[PlatformName, ...]
    application: str = ""  # empty where the words name none
    instead: tuple[Target, ...] = ()  # without the wish: what was named, or comes near


class Unknown(Value):
    """Nothing has that name; `guesses` exist and come near."""

    text: str
    guesses: tuple[Target, ...] = ()
    environments: tuple[str, ...] = ()  # every name of an environment, to choose from
    has_key: bool = False  # a key is among the words that may be a build's, and not alone


class Gone(Value):
    """What a button named by its keys is no longer on the platform."""

    platform: PlatformName


Resolution = (
    Found
    | Several
    | NotThere
    | EnvironmentMissing
    | ApplicationMissing
    | NoRevisions
    | Unknown
    | Gone
)
