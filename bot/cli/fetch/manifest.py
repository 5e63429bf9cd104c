"""`manifest.json`: what stands in an output folder, for people, pipelines and the next run.

One file for the folder, not for the run: it holds one entry for each application that was ever
fetched into it, and each run rewrites the entries of the applications it was asked for. It is
also the memory by which a run goes on where another was interrupted, so there is no second truth.

Format, version 1 (a reader refuses a higher one; fields may be added within a version):

    format          "sast-source-manifest"
    version         1
    written_at      when this file was last written; all times are UTC in ISO 8601
    applications    a list, sorted by platform, environment, application and wish:
      asked         application, environment (null: none was named) and wish as they were asked for
      state         "packaging", "packaged", "done" or "failed"
      target        platform, environment {key, name} (null: in none), application {key, name} and
                    wish (null: what runs there, or the latest); null where the names meant nothing
      revision      label, is_modified (changed since that label was given), number (null where
                    the platform counts none)
      build         key, and the reason why this build: a sentence; null where there are no builds
      package_key   the platform's key of the package; null before it was given
      file          the name of the verified file in this folder; null where there is none
      size_bytes    its length
      sha256        its SHA-256, in hexadecimal
      modules       the modules in the package, where it holds a zip for each
      files         how many files it holds, those in the zips within it included
      sent_at       when a request for the package was last sent that may have acted
      requested_at  when the platform had answered it, or had the package already
      packaged_at, downloaded_at
      warnings      what to know before relying on it
      messages      what the platform said while it packaged, where it failed
      failure       reason ("names", "refused", "platform", "packaging", "deadline", "gone",
                    "damaged", "disk") and text; null unless failed

A wish is a number, a tag or the key of a build; the other two are null and empty.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict

from bot.domain.target import Build, ExactTarget, Revision, RevisionWish, Target
from bot.domain.value import ApplicationKey, EnvironmentKey, PackageKey, PlatformName, Value


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
    GONE = "gone"  # the package could not be had, a second time
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
    """What was asked for, in somebody's words."""

    application: str
    environment: str | None = None
    wish: RevisionWish | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The names, in the order in which people give them."""
        return (self.application, self.environment) if self.environment else (self.application,)

    def __str__(self) -> str:
        where = f" in {self.environment}" if self.environment else ""
        return f"{self.application}{where}{f', {self.wish}' if self.wish else ''}"


class Where(_Part):
    """A target, by keys and names."""

    platform: PlatformName
    environment: Keyed | None
    application: Keyed
    wish: RevisionWish | None = None

    @classmethod
    def of(cls, target: Target) -> Where:
        """Write a target down."""
        place = target.environment
        return cls(
            platform=target.platform,
            environment=Keyed(key=place.key, name=place.name) if place else None,
            application=Keyed(key=target.application, name=target.application_name),
            wish=target.wish,
        )

    @property
    def exact(self) -> ExactTarget:
        """What was asked for, by keys, whatever the names are today."""
        return ExactTarget(
            platform=self.platform,
            environment=EnvironmentKey(self.environment.key) if self.environment else None,
            application=ApplicationKey(self.application.key),
            wish=self.wish,
        )

    def is_at(self, target: Target) -> bool:
        """Whether this is that target, and the same wish."""
        return self.exact == target.exact


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
    build: Build | None = None
    package_key: PackageKey | None = None
    file: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    modules: tuple[str, ...] = ()
    files: int | None = None
    sent_at: datetime | None = None
    requested_at: datetime | None = None
    packaged_at: datetime | None = None
    downloaded_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    failure: Failed | None = None

    @classmethod
    def of(cls, asked: Asked, target: Target, state: State) -> Entry:
        """Begin an entry for a described target."""
        return cls(
            asked=asked,
            state=state,
            target=Where.of(target),
            revision=target.revision,
            build=target.build,
        )

    def goes_on_with(self, target: Target) -> bool:
        """Whether its package is still what a run for this described target wants."""
        if self.package_key is None or not self._is_of(target):
            return False
        return self.failure is None or self.failure.reason not in _ENDS_THE_PACKAGE

    def unanswered(self, target: Target) -> datetime | None:
        """Give when a request for this very build was sent whose answer no run has heard."""
        return self.sent_at if self.package_key is None and self._is_of(target) else None

    def _is_of(self, target: Target) -> bool:
        mine = self.build.key if self.build else None
        wanted = target.build.key if target.build else None
        return self.revision == target.revision and mine == wanted

    def replaces(self, other: Entry) -> bool:
        """Whether both are about one target, found by its keys or only by its name."""
        if self.target is None or other.target is None:
            return self.asked == other.asked
        return self.target.exact == other.target.exact

    def sort_key(self) -> tuple[str, str, str, str]:
        """Give its place in the list."""
        where = self.target
        if where is None:
            asked = self.asked
            return ("", asked.environment or "", asked.application, str(asked.wish or ""))
        place = where.environment.name if where.environment else ""
        return (where.platform, place, where.application.name, str(where.wish or ""))


class Manifest(_Part):
    """Everything in the folder."""

    format: Literal["sast-source-manifest"] = "sast-source-manifest"
    version: Literal[1] = 1
    written_at: datetime
    applications: tuple[Entry, ...] = ()
