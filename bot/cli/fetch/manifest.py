"""`manifest.json`: what stands in an output folder, for people, pipelines and the next run.

One file for the folder, not for the run: it holds one entry for each application that was ever
fetched into it, and each run rewrites the entries of the applications it was asked for. It is
also the memory by which a run goes on where another was interrupted, so there is no second truth.

Format, version 1 (a reader refuses a higher one; fields may be added within a version):

    format          "sast-source-manifest"
    version         1
    written_at      when this file was last written; all times are UTC in ISO 8601
    applications    a list, sorted by platform, environment and application:
      asked         the application and the environment as they were asked for
      state         "packaging", "packaged", "done" or "failed"
      target        platform, environment {key, name}, application {key, name}; null where the
                    names meant nothing
      revision      label, is_modified (changed since that label was given)
      package_key   the platform's key of the package; null before it was given
      file          the name of the verified file in this folder; null where there is none
      size_bytes    its length
      sha256        its SHA-256, in hexadecimal
      modules       the modules in the package
      requested_at  when the platform had answered the request for the package
      packaged_at, downloaded_at
      warnings      what to know before relying on it
      messages      what the platform said while it packaged, where it failed
      failure       reason ("names", "refused", "platform", "packaging", "deadline", "gone",
                    "damaged", "disk") and text; null unless failed
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict

from bot.domain.target import Revision, Target
from bot.domain.value import PackageKey, PlatformName, Value


class State(StrEnum):
    """Where the retrieval of one application is."""

    PACKAGING = "packaging"  # the platform has been asked and may still be packaging
    PACKAGED = "packaged"  # the package is there and must be downloaded
    DONE = "done"  # its file stands in the folder, verified
    FAILED = "failed"  # there is no file


class Reason(StrEnum):
    """Why there is no file."""

    NAMES = "names"  # what was asked for means nothing, or several things
    REFUSED = "refused"  # our policy
    PLATFORM = "platform"  # a call failed; the package may still be there
    PACKAGING = "packaging"  # the platform's packaging failed
    DEADLINE = "deadline"  # the platform did not finish in time
    GONE = "gone"  # the platform no longer has the package, a second time
    DAMAGED = "damaged"  # what arrived was no whole package, each time
    DISK = "disk"  # the folder cannot be written to


#: After these, the next run asks for a new package instead of going on with this one.
_ENDS_THE_PACKAGE = frozenset({Reason.PACKAGING, Reason.DEADLINE, Reason.GONE, Reason.DAMAGED})


class _Part(Value):
    # A later run may be of a newer sast-source that has added fields.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Keyed(_Part):
    """Something that the platform knows by a key and people by a name."""

    key: str
    name: str


class Asked(_Part):
    """An application and an environment in somebody's words."""

    application: str
    environment: str


class Where(_Part):
    """A target, by keys and names."""

    platform: PlatformName
    environment: Keyed
    application: Keyed

    @classmethod
    def of(cls, target: Target) -> Where:
        """Write a target down."""
        return cls(
            platform=target.platform,
            environment=Keyed(key=target.environment.key, name=target.environment.name),
            application=Keyed(key=target.application, name=target.application_name),
        )

    def is_at(self, target: Target) -> bool:
        """Whether this is that target, whatever its names are today."""
        return (self.platform, self.environment.key, self.application.key) == (
            target.platform,
            target.environment.key,
            target.application,
        )


class Failed(_Part):
    """Why there is no file, in a word and in a sentence."""

    reason: Reason
    text: str


class Entry(_Part):
    """One application in the folder."""

    asked: Asked
    state: State
    target: Where | None = None
    revision: Revision | None = None
    package_key: PackageKey | None = None
    file: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    modules: tuple[str, ...] = ()
    requested_at: datetime | None = None
    packaged_at: datetime | None = None
    downloaded_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    failure: Failed | None = None

    def goes_on_with(self, revision: Revision) -> bool:
        """Whether its package is still what a run for `revision` wants."""
        if self.package_key is None or self.revision != revision:
            return False
        return self.failure is None or self.failure.reason not in _ENDS_THE_PACKAGE

    def replaces(self, other: Entry) -> bool:
        """Whether both are about one application, found by its keys or only by its name."""
        if self.target is None or other.target is None:
            return self.asked == other.asked
        mine, its = self.target, other.target
        return (mine.platform, mine.environment.key, mine.application.key) == (
            its.platform,
            its.environment.key,
            its.application.key,
        )

    def sort_key(self) -> tuple[str, str, str]:
        """Give its place in the list."""
        if self.target is None:
            return ("", self.asked.environment, self.asked.application)
        where = self.target
        return (where.platform, where.environment.name, where.application.name)


class Manifest(_Part):
    """Everything in the folder."""

    format: Literal["sast-source-manifest"] = "sast-source-manifest"
    version: Literal[1] = 1
    written_at: datetime
    applications: tuple[Entry, ...] = ()
