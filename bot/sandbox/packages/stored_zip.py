"""A zip of stored (uncompressed) entries, laid out without its content being in memory.

`zipfile` can only write what passes through it; this writes headers around content whose length
and checksum are known beforehand, so that a zip's own length is known too, and a zip can be an
entry of another.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain

from bot.sandbox.packages.content import Content, Fill

_VERSION = 20
_UTF8_NAMES = 0x800
_TIME, _DATE = 0, (2024 - 1980) << 9 | 5 << 5 | 16
_LARGEST = 0xFFFFFFFF


def overhead(names: Sequence[str]) -> int:
    """Give the bytes that a stored zip with these entries adds to their content."""
    return 22 + sum(30 + 46 + 2 * len(name.encode()) for name in names)


def stored_zip(entries: Sequence[tuple[str, Content]]) -> Content:
    """Lay out a zip; ValueError where it would need the 64-bit format (4 GiB)."""
    parts: list[bytes | Fill] = []
    directory: list[bytes] = []
    offset = 0
    for name, content in entries:
        fields = _fields(name, content)
        header = struct.pack("<4sH", b"PK\3\4", _VERSION) + fields + name.encode()
        directory.append(_directory_entry(name, fields, offset))
        parts += [header, *content.parts]
        offset += len(header) + content.length
    listing = b"".join(directory)
    if offset + len(listing) > _LARGEST:
        raise ValueError("A stored zip of 4 GiB or more needs the 64-bit format.")
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(listing), offset, 0
    )
    return Content(tuple(chain(parts, (listing, end))))


def _fields(name: str, content: Content) -> bytes:
    """Give the fields that an entry's header and its directory entry have in common."""
    return struct.pack(
        "<4H3L2H",
        _UTF8_NAMES,
        0,
        _TIME,
        _DATE,
        content.checksum,
        content.length,
        content.length,
        len(name.encode()),
        0,
    )


def _directory_entry(name: str, fields: bytes, offset: int) -> bytes:
    start = struct.pack("<4s2H", b"PK\1\2", _VERSION, _VERSION)
    return start + fields + struct.pack("<3H2L", 0, 0, 0, 0, offset) + name.encode()
