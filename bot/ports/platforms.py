"""What a platform must be able to do, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Catalogue, Target
from bot.domain.value import BuildKey, PackageKey, PlatformName


class PackageBody(Protocol):
    """The bytes of a package as they arrive. The first bytes were seen to be a zip's."""

    length: int | None  # bytes; None where the platform does not say

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes in pieces of at most 64 KiB; raises PackageDamaged when they end early."""
        ...


class Watcher(Protocol):
    """Is told what a gateway does while it works for somebody."""

    async def waits(self, ahead: int) -> None:
        """Hear that it waits for the platform's rate limit, behind `ahead` requests."""
        ...

    async def goes_on(self) -> None:
        """Hear that it waits no longer."""
        ...

    async def sends(self, *, is_repeat: bool) -> None:
        """Hear that a request that starts a packaging is sent now.

        `is_repeat`: one that was sent before may have acted, and could not be looked for.
        """
        ...

    async def turned_away(self) -> None:
        """Hear that the request that was sent last was turned away, and has started nothing."""
        ...


class PlatformGateway(Protocol):
    """One configured platform. Every method raises PlatformError, and nothing else.

    What a platform cannot do it answers with a value or a PlatformRejected that says so.
    A `watcher` also says that there is time: without one, a platform that asks for a long pause
    is an error at once.
    """

    name: PlatformName
    packagings_at_once: int

    def recall_starts(self, asked_at: Sequence[datetime]) -> None:
        """Hear when a process before this one asked for packagings: it counts in the limits."""
        ...

    async def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Give what the platform has; at most some minutes old unless `fresh`."""
        ...

    async def find_build(self, key: BuildKey) -> Target | None:
        """Give what a build's key stands for; None where the platform knows no such build."""
        ...

    async def describe(self, target: Target, watcher: Watcher | None = None) -> Target:
        """Give the target with the revision that is meant now, and the build where there are any.

        PlatformNotFound where there is no such revision, PlatformRejected where it has no build
        that can be packaged.
        """
        ...

    async def start_packaging(
        self,
        target: Target,
        *,
        asked_before: datetime | None = None,
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask for a package of a described target. May find that it is already there.

        `asked_before`: when a request was last sent that may have acted and was not heard of.
        """
        ...

    async def packaging_report(
        self,
        target: Target,
        package: PackageKey,
        *,
        asked_at: datetime,
        watcher: Watcher | None = None,
    ) -> PackagingReport:
        """Ask how far a packaging is that was asked for at `asked_at`."""
        ...

    async def platform_link(
        self, target: Target, package: PackageKey, watcher: Watcher | None = None
    ) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone."""
        ...

    def open_package(
        self, target: Target, package: PackageKey
    ) -> AbstractAsyncContextManager[PackageBody]:
        """Open the package through a new platform link; asks for one more where that fails."""
        ...

    async def clock_ahead(self) -> timedelta | None:
        """Give how far the platform's clock is ahead of ours; None where it does not say."""
        ...


class Turns(Protocol):
    """A fair queue of packagings, so that a platform runs a set number at once."""

    def take(
        self, name: str, on_wait: Callable[[int], Awaitable[None]], *, is_under_way: bool
    ) -> AbstractAsyncContextManager[None]:
        """Hold a turn, after waiting for it unless the work `is_under_way` already.

        `on_wait` is told how many are ahead, at first and whenever that has changed.
        """
        ...
