"""A package on its way to the disk: two blocks in memory, one of them being written."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bot.ports import PackageBody

_BLOCK = 1024 * 1024


class _Sink:
    """A file that is written beside the loop, one block behind what arrives."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writing: asyncio.Future[int] | None = None

    async def take(self, block: bytearray) -> None:
        """Begin to write a block, which is the sink's from now on; raises OSError."""
        await self.settle()
        self._writing = asyncio.get_running_loop().run_in_executor(None, self._file.write, block)

    async def settle(self) -> None:
        """Wait until all is written. Raises OSError."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing


async def save(body: PackageBody, path: Path, arrived: Callable[[int, int | None], None]) -> int:
    """Write a package to `path` and give its length in bytes.

    `arrived` is told the bytes so far, and how many are expected.

    Raises PlatformError where the body ends early, OSError where the disk fails.
    """
    size = 0
    block = bytearray()
    with path.open("wb") as file:
        sink = _Sink(file)
        try:
            async for piece in body:
                block += piece
                size += len(piece)
                if len(block) >= _BLOCK:
                    await sink.take(block)
                    block = bytearray()
                    arrived(size, body.length)
            await sink.take(block)
        finally:
            await sink.settle()
    arrived(size, body.length)
    return size


def hash_of(path: Path) -> str:
    """Give a file's SHA-256, in hexadecimal; reads all of it, so call it in a thread.

    Raises OSError.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
