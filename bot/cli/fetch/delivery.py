"""A package that is there, brought into the folder: downloaded, verified, put in its place."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.cli.fetch.download import hash_of, save
from bot.cli.fetch.failure import FetchFailed, PackageGone
from bot.cli.fetch.manifest import Reason
from bot.cli.fetch.packaging import failed, has_errors
from bot.cli.fetch.progress import Stage, Step
from bot.cli.fetch.verify import Verified, verify
from bot.clock import Clock
from bot.domain.packaging import PackagingReport
from bot.domain.target import Target
from bot.errors import PackageDamaged, PlatformError, PlatformNotFound
from bot.ports import PlatformGateway

_ATTEMPTS = 3
_PAUSE = 2.0  # seconds before a second download; twice that before a third


@dataclass(frozen=True)
class Delivered:
    """A package in its place."""

    size_bytes: int
    sha256: str
    content: Verified


@dataclass
class Delivery:
    """The download of one package, and again where another try can mend it."""

    gateway: PlatformGateway
    target: Target
    report: PackagingReport
    clock: Clock
    say: Callable[[Step], None]

    async def to(self, path: Path) -> Delivered:
        """Put the verified package at `path`; until then it is beside it, as `.part`.

        Raises PackageGone, FetchFailed, PlatformError, and OSError where the disk fails.
        """
        part = path.with_name(f"{path.name}.part")
        attempt = 1
        while True:
            try:
                result = await self._try(part)
            except PlatformError as error:
                part.unlink(missing_ok=True)
                if not error.is_transient or attempt == _ATTEMPTS:
                    raise _final(error) from error
                self._show(Stage.DOWNLOADING, f"{error.message} Trying again.")
                await self.clock.sleep(_PAUSE * attempt)
                attempt += 1
            else:
                part.replace(path)
                return result

    async def _try(self, part: Path) -> Delivered:
        size = await self._download(part)
        self._show(Stage.VERIFYING)
        stop = threading.Event()
        try:
            content, sha256 = await asyncio.gather(
                asyncio.to_thread(verify, part, stop=stop), asyncio.to_thread(hash_of, part)
            )
        finally:
            stop.set()  # a thread cannot be cancelled, but asked to end
        return Delivered(size, sha256, content)

    async def _download(self, part: Path) -> int:
        self._show(Stage.DOWNLOADING)
        opened = self.gateway.open_package(self.target, self.report.package)
        try:
            async with opened as body:
                return await save(body, part, self._arrived)
        except PlatformError as error:
            # A packaging that ended with errors is believed until its package cannot be had.
            if has_errors(self.report) and not error.is_transient:
                raise failed(self.report) from error
            if isinstance(error, PlatformNotFound):
                raise PackageGone(error.message) from error
            raise

    def _arrived(self, done: int, total: int | None) -> None:
        self.say(Step(str(self.target), Stage.DOWNLOADING, "", done, total))

    def _show(self, stage: Stage, detail: str = "") -> None:
        self.say(Step(str(self.target), stage, detail))


def _final(error: PlatformError) -> PlatformError | FetchFailed:
    if isinstance(error, PackageDamaged):
        return FetchFailed(Reason.DAMAGED, error.message)
    return error
