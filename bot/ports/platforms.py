"""What a platform must be able to do, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Catalogue, Target
from bot.domain.value import PackageKey, PlatformName


class PackageBody(Protocol):
    """The bytes of a package as they arrive. The first bytes were seen to be a zip's."""

    length: int | None  # bytes; None where the platform does not say

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes in pieces of at most 64 KiB; raises PackageDamaged when they end early."""
        ...


class PlatformGateway(Protocol):
    """One configured platform. Every method raises PlatformError, and nothing else."""

    name: PlatformName
    packagings_at_once: int

    async def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Give what the platform has; at most some minutes old unless `fresh`."""
        ...

    async def describe(self, target: Target) -> Target:
        """Give the target with the revision that runs there now."""
        ...

    async def start_packaging(
        self, target: Target, *, on_repeat: Callable[[], Awaitable[None]] | None = None
    ) -> PackagingReport:
        """Ask for a package. May find that it is already there.

        `on_repeat` is awaited before a request is sent again that may already have acted.
        """
        ...

    async def packaging_report(self, target: Target, package: PackageKey) -> PackagingReport:
        """Ask how far a packaging is."""
        ...

    async def platform_link(self, target: Target, package: PackageKey) -> PlatformLink:
        """Ask for a new link; PlatformNotFound when the package is gone."""
        ...

    def open_package(
        self, target: Target, package: PackageKey
    ) -> AbstractAsyncContextManager[PackageBody]:
        """Open the package through a new platform link; asks for one more where that fails."""
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
