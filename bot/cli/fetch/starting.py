"""The request for a package: written down before it is sent, and when it was answered.

A run that was killed between the two is gone on with by a run that knows when it was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.cli.fetch.folder import Folder
from bot.cli.fetch.manifest import Asked, Entry, State
from bot.cli.fetch.progress import Stage
from bot.cli.fetch.watching import Watching
from bot.clock import Clock
from bot.domain.packaging import PackagingReport
from bot.domain.policy import warnings_for
from bot.domain.target import Target
from bot.errors import PlatformError
from bot.ports import PlatformGateway


@dataclass
class Starting:
    """One packaging being asked for."""

    asked: Asked
    target: Target  # described
    gateway: PlatformGateway
    folder: Folder
    clock: Clock
    say: Callable[[Stage, str], None]
    watching: Watching = field(init=False)
    # When those requests were sent that may have been heard; first, what an earlier run left.
    _sent_at: list[datetime | None] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.watching = Watching(self.clock, self.say, self._sends, self._retracts)

    async def start(self, asked_before: datetime | None) -> tuple[Entry, PackagingReport]:
        """Ask, and give the entry of the packaging and what the platform said.

        `asked_before`: when an earlier run sent a request whose answer it did not hear. Raises
        PlatformError, FolderUnusable.
        """
        self._sent_at = [asked_before]
        try:
            report = await self.gateway.start_packaging(
                self.target, asked_before=asked_before, watcher=self.watching
            )
        except PlatformError as error:
            if len(self._sent_at) > 1 and not error.is_transient:
                self._keep(None)  # it was heard, and refused
            raise
        entry = self._entry(self._sent_at[-1]).model_copy(
            update={"package_key": report.package, "requested_at": self.clock.now()}
        )
        return self.folder.keep(entry), report  # from here on, no run asks a second time

    def _sends(self) -> None:
        self._sent_at.append(self.clock.now())
        self._keep(self._sent_at[-1])
        self.say(Stage.PACKAGING, "asking for the package")

    def _retracts(self) -> None:
        self._sent_at.pop()
        self._keep(self._sent_at[-1])

    def _keep(self, sent_at: datetime | None) -> None:
        self.folder.keep(self._entry(sent_at))

    def _entry(self, sent_at: datetime | None) -> Entry:
        entry = Entry.of(self.asked, self.target, State.PACKAGING)
        return entry.model_copy(update={"sent_at": sent_at, "warnings": warnings_for(self.target)})
