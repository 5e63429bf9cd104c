"""One application, from its target to a verified file in the folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.cli.fetch.delivery import Delivered, Delivery
from bot.cli.fetch.download import hash_of
from bot.cli.fetch.failure import FetchFailed, PackageGone
from bot.cli.fetch.folder import Folder
from bot.cli.fetch.manifest import Asked, Entry, Failed, Reason, State, Where
from bot.cli.fetch.packaging import Following
from bot.cli.fetch.progress import Report, Stage, Step
from bot.clock import Clock
from bot.domain.packaging import PackagingReport
from bot.domain.policy import warnings_for
from bot.domain.polling import PollPolicy
from bot.domain.target import Target
from bot.errors import PlatformError, PlatformNotFound
from bot.platforms.limits import Turns
from bot.ports import PlatformGateway

_DOWNLOADS_AT_ONCE = 4


@dataclass
class Source:
    """A platform to fetch from, and the turns that it gives: first come, first served."""

    gateway: PlatformGateway
    polling: PollPolicy
    packagings: Turns = field(init=False)
    downloads: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.packagings = Turns(self.gateway.packagings_at_once)
        self.downloads = Turns(_DOWNLOADS_AT_ONCE)


@dataclass
class Fetching:
    """The retrieval of one target into a folder."""

    asked: Asked
    target: Target
    source: Source
    folder: Folder
    clock: Clock
    report: Report

    async def run(self, *, fresh: bool) -> Entry:
        """Fetch it, or find it there; gives its entry, done or failed, as the manifest has it.

        Raises FolderUnusable only.
        """
        try:
            return await self._fetch(fresh=fresh)
        except FetchFailed as failure:
            return self._fail(failure)
        except PlatformError as error:
            return self._fail(FetchFailed(Reason.PLATFORM, error.message))
        except OSError as error:
            why = error.strerror or str(error)
            text = f"The output folder {self.folder.path} cannot be written to: {why}."
            return self._fail(FetchFailed(Reason.DISK, text))

    async def _fetch(self, *, fresh: bool) -> Entry:
        self.target = await self.source.gateway.describe(self.target)
        entry = None if fresh else self.folder.find(self.target)
        if entry is not None and not entry.goes_on_with(self.target.revision):
            entry = None
        if entry is not None and await self._is_there(entry):
            return self._keep_file(entry)
        for warning in warnings_for(self.target):
            self._say(Stage.WARNING, warning)
        try:
            return await self._bring(entry)
        except PackageGone:
            self._say(Stage.WARNING, "The platform no longer has the package; packaging it again.")
        try:
            return await self._bring(None)
        except PackageGone as gone:
            raise FetchFailed(
                Reason.GONE, "The platform has thrown the package away twice before it was fetched."
            ) from gone

    async def _is_there(self, entry: Entry) -> bool:
        """Whether the file of an earlier run stands there as it was written."""
        if entry.file is None or entry.sha256 is None:
            return False
        path = self.folder.path / entry.file
        return path.is_file() and await asyncio.to_thread(hash_of, path) == entry.sha256

    def _keep_file(self, entry: Entry) -> Entry:
        when = f"{entry.downloaded_at:%Y-%m-%d %H:%M} UTC" if entry.downloaded_at else "earlier"
        self._say(Stage.KEPT, f"{entry.file}, fetched {when}; --fresh fetches it again")
        return self._keep(entry, asked=self.asked, state=State.DONE, failure=None)

    async def _bring(self, entry: Entry | None) -> Entry:
        entry, report = await self._packaged(entry)
        file = self.folder.file_name(self.target)
        delivery = Delivery(self.source.gateway, self.target, report, self.clock, self.report.say)
        async with self.source.downloads.take(self.target.key):
            delivered = await delivery.to(self.folder.path / file)
        for warning in delivered.content.warnings:
            self._say(Stage.WARNING, warning)
        done = self._keep(
            entry,
            state=State.DONE,
            file=file,
            size_bytes=delivered.size_bytes,
            sha256=delivered.sha256,
            modules=delivered.content.modules,
            downloaded_at=self.clock.now(),
            warnings=(*warnings_for(self.target), *delivered.content.warnings),
        )
        self._say(Stage.DONE, _summary(file, delivered))
        return done

    async def _packaged(self, entry: Entry | None) -> tuple[Entry, PackagingReport]:
        """Wait for a turn and for the package; the entry is of a packaging that has begun."""
        turns = self.source.packagings
        is_under_way = entry is not None
        if turns.working >= turns.at_once and not is_under_way:
            self._say(Stage.WAITING, f"{turns.working + turns.waiting} ahead")
        async with turns.take(self.target.key, is_under_way=is_under_way):
            entry, first = await (self._start() if entry is None else self._go_on(entry))
            following = Following(
                self.source.gateway, self.target, self.source.polling, self.clock, self._packaging
            )
            try:
                report = await following.until_packaged(entry, first)
            except PlatformNotFound as error:
                raise PackageGone from error
        return self._keep(entry, state=State.PACKAGED, packaged_at=self.clock.now()), report

    async def _start(self) -> tuple[Entry, PackagingReport]:
        self._packaging("")
        report = await self.source.gateway.start_packaging(self.target)
        entry = Entry(
            asked=self.asked,
            state=State.PACKAGING,
            target=Where.of(self.target),
            revision=self.target.revision,
            package_key=report.package,
            requested_at=self.clock.now(),
            warnings=warnings_for(self.target),
        )
        self.folder.keep(entry)  # from here on, no run asks for it a second time
        self._packaging(f"the platform calls the package {report.package}")
        return entry, report

    async def _go_on(self, entry: Entry) -> tuple[Entry, None]:
        self._packaging(f"going on with package {entry.package_key} of an earlier run")
        begun = {"state": State.PACKAGING, "failure": None, "messages": ()}
        return self._keep(entry, asked=self.asked, **begun), None

    def _keep(self, entry: Entry, **changes: object) -> Entry:
        return self.folder.keep(entry.model_copy(update=changes))

    def _packaging(self, detail: str) -> None:
        self._say(Stage.PACKAGING, detail)

    def _say(self, stage: Stage, detail: str = "") -> None:
        self.report.say(Step(str(self.target), stage, detail))

    def _fail(self, failure: FetchFailed) -> Entry:
        self._say(Stage.FAILED, failure.message)
        return keep_failure(self.folder, self.asked, failure, self.target)


def keep_failure(
    folder: Folder, asked: Asked, failure: FetchFailed, target: Target | None = None
) -> Entry:
    """Write down that something failed, beside what was known of it; gives its entry.

    Raises FolderUnusable.
    """
    known = folder.find(target) if target else folder.find_asked(asked)
    entry = known or Entry(
        asked=asked,
        state=State.FAILED,
        target=Where.of(target) if target else None,
        revision=target.revision if target else None,
    )
    update = {
        "state": State.FAILED,
        "failure": Failed(reason=failure.reason, text=failure.message),
        "messages": failure.messages,
    }
    return folder.keep(entry.model_copy(update=update))


def _summary(file: str, delivered: Delivered) -> str:
    number = len(delivered.content.modules)
    return f"{file}, {delivered.size_bytes:,} bytes, {number} module{'s' * (number != 1)}"
