"""Whether a zip that arrives in pieces has arrived whole, decided before its last bytes go on.

A zip says where it ends: its end record (EOCD) names the place and size of the central directory,
which must stop where the end record starts, counted from the start of the stream. That is what
tells the real end from the end of a zip stored inside (its offsets count from its own start), so a
body cut exactly there is still refused. PKWARE APPNOTE 6.3.10, sections 4.3.14 to 4.3.16.

Nothing is unpacked and no CRC is checked: this is about bytes that are missing, not about bytes
that are wrong. A zip with bytes before its first entry or after its comment is refused.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import NamedTuple

from bot.errors import PackageDamaged

# The end record (22) with the longest comment (65,535), the zip64 locator (20) and end record
# (56), and room for what a zip64 end record may carry besides.
TAIL_BYTES = 66 * 1024
# Smaller pieces than this are joined before they go on: each write costs a system call.
LUMP_BYTES = 64 * 1024

_END_SIGNATURE = b"PK\x05\x06"
_END = struct.Struct("<4s4H2LH")
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_LOCATOR = struct.Struct("<4sLQL")
_END64_SIGNATURE = b"PK\x06\x06"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_UNCOUNTED = 12  # its size field leaves out the signature and itself
_ENTRY_SIGNATURE = b"PK\x01\x02"
_ENTRY_BYTES = 46  # a central directory entry with an empty name
_MASK16 = 0xFFFF
_MASK32 = 0xFFFFFFFF


class ZipEnd:
    """Holds back the last part of a body until the body is known to be whole.

    At most TAIL_BYTES + LUMP_BYTES are held, plus the piece that is being fed.
    """

    def __init__(self, expected_bytes: int | None = None) -> None:
        self.seen_bytes = 0
        self._expected_bytes = expected_bytes
        self._held: deque[bytes] = deque()
        self._held_bytes = 0

    def feed(self, piece: bytes) -> bytes:
        """Take a piece and give what may be sent on now, often nothing.

        Raises PackageDamaged when more comes than was announced.
        """
        self.seen_bytes += len(piece)
        if self._expected_bytes is not None and self.seen_bytes > self._expected_bytes:
            raise PackageDamaged(
                f"The platform announced {self._expected_bytes} bytes and sent more."
            )
        self._held.append(piece)
        self._held_bytes += len(piece)
        if self._held_bytes < TAIL_BYTES + LUMP_BYTES:
            return b""
        return self._release()

    def _release(self) -> bytes:
        ready = []
        while self._held_bytes - len(self._held[0]) >= TAIL_BYTES:
            ready.append(self._held.popleft())
            self._held_bytes -= len(ready[-1])
        return ready[0] if len(ready) == 1 else b"".join(ready)

    def finish(self) -> bytes:
        """Give the rest of a whole zip; raises PackageDamaged when the body ended early."""
        if self._expected_bytes is not None and self.seen_bytes != self._expected_bytes:
            raise PackageDamaged(
                f"The package ended after {self.seen_bytes} of {self._expected_bytes} bytes."
            )
        tail = b"".join(self._held)
        if not ends_whole(tail, self.seen_bytes):
            raise PackageDamaged(
                f"The package stops after {self.seen_bytes} bytes, before the end of its zip."
            )
        self._held.clear()
        self._held_bytes = 0
        return tail


def ends_whole(tail: bytes, total_bytes: int) -> bool:
    """Whether `tail`, the last bytes of a body of `total_bytes`, ends a zip begun at its start."""
    at = tail.rfind(_END_SIGNATURE)
    while at >= 0:
        if _ends_at(tail, at, total_bytes):
            return True
        at = tail.rfind(_END_SIGNATURE, 0, at + len(_END_SIGNATURE) - 1)
    return False


class _Directory(NamedTuple):
    """What an end record says of the central directory; positions count from the stream's start."""

    entries: int
    size: int
    offset: int
    end: int  # where the end record stands

    def is_consistent(self, tail: bytes, start: int) -> bool:
        if self.offset + self.size != self.end or self.entries * _ENTRY_BYTES > self.size:
            return False
        if self.offset < start or not self.size:
            return True
        return tail.startswith(_ENTRY_SIGNATURE, self.offset - start)


def _ends_at(tail: bytes, at: int, total_bytes: int) -> bool:
    if at + _END.size > len(tail):
        return False
    _, disk, first_disk, here, entries, size, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        return False
    start = total_bytes - len(tail)
    wide = _wide_directory(tail, at, start)
    if wide is not None and wide.is_consistent(tail, start):
        return _agrees(entries, wide.entries, _MASK16) and _agrees(offset, wide.offset, _MASK32)
    if (disk, first_disk) != (0, 0) or here != entries:
        return False
    return _Directory(entries, size, offset, start + at).is_consistent(tail, start)


def _agrees(narrow: int, wide: int, mask: int) -> bool:
    """Whether a field of the end record is left to zip64, or says the same."""
    return narrow in (mask, wide)


def _wide_directory(tail: bytes, at: int, start: int) -> _Directory | None:
    """Read the zip64 end record that the locator before the end record points to."""
    locator_at = at - _LOCATOR.size
    if locator_at < _END64.size or not tail.startswith(_LOCATOR_SIGNATURE, locator_at):
        return None
    _, _, position, _ = _LOCATOR.unpack_from(tail, locator_at)
    record_at = position - start
    if not 0 <= record_at <= locator_at - _END64.size:
        return None
    signature, length, *_, entries, size, offset = _END64.unpack_from(tail, record_at)
    if signature != _END64_SIGNATURE or record_at + _END64_UNCOUNTED + length != locator_at:
        return None
    return _Directory(entries, size, offset, position)
