"""One application, from its target to a verified file in the folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.cli.fetch.delivery import Delivered, Delivery
from bot.cli.fetch.download import hash_of
from bot.cli.fetch.failure import FetchFailed, PackageGone
from bot.cli.fetch.folder import Folder
from bot.cli.fetch.manifest import Asked, Entry, Failed, Reason, State
from bot.cli.fetch.packaging import Following
from bot.cli.fetch.progress import Report, Stage, Step
from bot.cli.fetch.starting import Starting
from bot.cli.fetch.watching import Watching
from bot.clock import Clock
from bot.domain.packaging import PackagingReport
from bot.domain.policy import warnings_for
from bot.domain.polling import PollPolicy
from bot.domain.target import Target
from bot.errors import PlatformError, PlatformNotFound
from bot.platforms.turns import Turns
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
        self.target = await self._described()
        known = None if fresh else self.folder.find(self.target)
        begun = known if known is not None and known.goes_on_with(self.target) else None
        if begun is not None and await self._is_there(begun):
            return self._keep_file(begun)
        self._announce()
        try:
            return await self._bring(begun, known.unanswered(self.target) if known else None)
        except PackageGone as gone:
            self._say(Stage.WARNING, f"{gone} Packaging it again.")
        try:
            return await self._bring(None)
        except PackageGone as gone:
            raise FetchFailed(
                Reason.GONE, f"It was packaged twice and could not be had either time. {gone}"
            ) from gone

    async def _described(self) -> Target:
        watching = Watching(self.clock, self._say)
        try:
            return await self.source.gateway.describe(self.target, watching)
        except PlatformNotFound as error:  # such as a revision that nobody made
            raise FetchFailed(Reason.NAMES, error.message) from error

    def _announce(self) -> None:
        """Say what is to be known before it comes: which build it is, and what speaks against."""
        if self.target.build is not None:
            self._say(Stage.NOTE, self.target.build.reason)
        for warning in warnings_for(self.target):
            self._say(Stage.WARNING, warning)

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

    async def _bring(self, begun: Entry | None, asked_before: datetime | None = None) -> Entry:
        """Package it, or go on with what was begun, and bring it into the folder."""
        entry, report = await self._packaged(begun, asked_before)
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
            files=delivered.content.files,
            downloaded_at=self.clock.now(),
            warnings=(*warnings_for(self.target), *delivered.content.warnings),
        )
        self._say(Stage.DONE, _summary(file, delivered))
        return done

    async def _packaged(
        self, begun: Entry | None, asked_before: datetime | None
    ) -> tuple[Entry, PackagingReport]:
        """Wait for a turn and for the package; the entry is of a packaging that has begun."""
        turns = self.source.packagings
        is_under_way = begun is not None
        if turns.working >= turns.at_once and not is_under_way:
            self._say(Stage.WAITING, f"{turns.working + turns.waiting} ahead")
        async with turns.take(self.target.key, is_under_way=is_under_way):
            start = self._start(asked_before) if begun is None else self._go_on(begun)
            entry, first = await start
            following = Following(
                self.source.gateway,
                self.target,
                self.source.polling,
                self.clock,
                Watching(self.clock, self._say),
                self._packaging,
            )
            try:
                report = await following.until_packaged(entry, first)
            except PlatformNotFound as error:
                raise PackageGone(error.message) from error
        return self._keep(entry, state=State.PACKAGED, packaged_at=self.clock.now()), report

    async def _start(self, asked_before: datetime | None) -> tuple[Entry, PackagingReport | None]:
        self._packaging("")
        starting = Starting(
            self.asked, self.target, self.source.gateway, self.folder, self.clock, self._say
        )
        entry, report = await starting.start(asked_before)
        self._packaging(f"the platform calls the package {report.package}")
        return entry, report

    async def _go_on(self, entry: Entry) -> tuple[Entry, PackagingReport | None]:
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
    entry = known or Entry(asked=asked, state=State.FAILED)
    if known is None and target is not None:
        entry = Entry.of(asked, target, State.FAILED)
    update = {
        "state": State.FAILED,
        "failure": Failed(reason=failure.reason, text=failure.message),
        "messages": failure.messages,
    }
    return folder.keep(entry.model_copy(update=update))


def _summary(file: str, delivered: Delivered) -> str:
    content = delivered.content
    holds = _number(len(content.modules), "module") or _number(content.files, "file")
    return f"{file}, {delivered.size_bytes:,} bytes, {holds}"


def _number(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}" if number else ""
