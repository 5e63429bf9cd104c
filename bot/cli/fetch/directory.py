"""How long a zip's list of entries is, before anything is made of it.

`zipfile` turns the whole list into objects at once, so a list of millions must be found earlier;
and it does not count what it made, so that one wrong length in the list can hide an entry.
This reads the two end records and nothing else (PKWARE APPNOTE 4.3.14 to 4.3.16).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import IO
from zipfile import BadZipFile

_END, _END_LENGTH = b"PK\5\6", 22
_LOCATOR, _LOCATOR_LENGTH = b"PK\6\7", 20
_LONGEST_COMMENT = 0xFFFF
_COUNTED = 0x10000  # a count in 16 bits starts over here, and some writers let it
_IN_64_BITS = 0xFFFFFFFF


@dataclass(frozen=True)
class Directory:
    """What a zip says about its list of entries."""

    length: int  # bytes
    entries: int
    is_64_bit: bool = False

    def lists(self, entries: int) -> bool:
        """Whether that is the number of entries it says."""
        if self.is_64_bit:
            return entries == self.entries
        return entries % _COUNTED == self.entries


def directory_of(file: IO[bytes]) -> Directory:
    """Read what a zip says about its list; raises BadZipFile where there is no end record."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _END_LENGTH - _LONGEST_COMMENT - _LOCATOR_LENGTH))
    tail = file.read()
    at = tail.rfind(_END, 0, len(tail) - _END_LENGTH + len(_END))
    if at < 0:
        raise BadZipFile("its end is missing")
    entries, size = struct.unpack_from("<HL", tail, at + 10)
    locator = tail[max(0, at - _LOCATOR_LENGTH) : at]
    if size != _IN_64_BITS and not locator.startswith(_LOCATOR):
        return Directory(size, entries)
    return _from_64_bit_record(file, locator)


def _from_64_bit_record(file: IO[bytes], locator: bytes) -> Directory:
    if not locator.startswith(_LOCATOR):
        raise BadZipFile("its 64-bit end record is missing")
    (offset,) = struct.unpack_from("<Q", locator, 8)
    file.seek(min(offset, file.seek(0, os.SEEK_END)))
    record = file.read(48)  # struct.error where it is shorter
    entries, size = struct.unpack_from("<QQ", record, 32)
    return Directory(size, entries, is_64_bit=True)
