"""Bytes that are known by length and checksum and made only when they are read.

A package of any size is described by a few small pieces and `Fill`s, so it can be streamed
without ever being in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zlib import crc32

from bot.sandbox.packages.checksum import joined

PIECE = 256 * 1024


def _block() -> bytes:
    lines = (f"    // generated line {n:05d}\n    x{n:05d} = {n * 7919};\n" for n in range(6000))
    return "".join(lines).encode()[:PIECE]


_BLOCK = _block()
_BLOCK_CHECKSUM = crc32(_BLOCK)


@dataclass(frozen=True)
class Fill:
    """`length` bytes of generated C#, the same ones every time."""

    length: int

    @property
    def checksum(self) -> int:
        """CRC-32 of the bytes."""
        return _fill_checksum(self.length)

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes in pieces of at most `PIECE`."""
        whole, rest = divmod(self.length, PIECE)
        for _ in range(whole):
            yield _BLOCK
        if rest:
            yield _BLOCK[:rest]


@lru_cache(maxsize=64)
def _fill_checksum(length: int) -> int:
    whole, rest = divmod(length, PIECE)
    value = 0
    for _ in range(whole):
        value = joined(value, _BLOCK_CHECKSUM, PIECE)
    return crc32(_BLOCK[:rest], value)


@dataclass(frozen=True)
class Content:
    """A run of bytes, made of pieces in memory and fills."""

    parts: tuple[bytes | Fill, ...]

    @cached_property
    def length(self) -> int:
        """Number of bytes."""
        return sum(part.length if isinstance(part, Fill) else len(part) for part in self.parts)

    @cached_property
    def checksum(self) -> int:
        """CRC-32 of all bytes, as a zip wants it."""
        value = 0
        for part in self.parts:
            if isinstance(part, Fill):
                value = joined(value, part.checksum, part.length)
            else:
                value = crc32(part, value)
        return value

    def _raw_pieces(self) -> Iterator[bytes]:
        """Give the bytes in whatever pieces they are made of."""
        for part in self.parts:
            if isinstance(part, Fill):
                yield from part.pieces()
            else:
                yield part

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes in pieces of about `PIECE`, small ones gathered."""
        gathered = bytearray()
        for piece in self._raw_pieces():
            if not gathered and len(piece) == PIECE:
                yield piece
                continue
            gathered += piece
            if len(gathered) >= PIECE:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)
