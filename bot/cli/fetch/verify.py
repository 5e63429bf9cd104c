"""Whether a file is a whole package: every checksum, down into the zips within the zip.

LifeTime's packages hold one zip for each module, `<Module>.v<N>.zip` (OutSystems' own client looks
for just that); how those of Developer Cloud are laid out is not published, so that any zip with
files in it is a package. Nothing is unpacked here, so hostile names are only counted; what could
hurt a reader, a zip bomb, is refused by what was really read and never by what a header says.
"""

from __future__ import annotations

import errno
import lzma
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

from bot.cli.fetch.directory import directory_of
from bot.errors import PackageDamaged

_MODULE = re.compile(r"(.*)\.v\d+\.zip$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DEEPEST = 2  # package > module > a zip that the module carries; what lies deeper is only bytes
_PIECE = 256 * 1024
_SPOOL = 1024 * 1024  # bytes of a nested zip that stay in memory
_MIB = 1024 * 1024

# What `zipfile` raises on damaged input, besides BadZipFile: it trusts the fields it reads.
_DAMAGE = (
    BadZipFile,
    EOFError,
    NotImplementedError,  # a compression that does not exist
    RuntimeError,  # an entry that is marked encrypted
    UnicodeDecodeError,
    ValueError,  # a negative offset
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
_NOT_THE_DISK = frozenset({None, errno.EINVAL})  # bz2's damage has no number; a seek below zero


@dataclass(frozen=True)
class Limits:
    """More than this is a zip bomb and no package. LifeTime's packages end at 150 MB."""

    entries: int = 500_000
    unpacked_bytes: int = 16 * 1024 * _MIB
    ratio: float = 200.0  # unpacked to packed, of the whole
    ratio_from_bytes: int = 256 * _MIB  # below this, no ratio is too much
    directory_bytes: int = 16 * _MIB  # of one zip; its entries are held in memory


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Verified:
    """What a whole package holds."""

    modules: tuple[str, ...]  # of those that have a zip each
    entries: int
    files: int  # those in the zips within it included, and not those zips
    unpacked_bytes: int
    warnings: tuple[str, ...] = ()


class Stop(Protocol):
    """Whether somebody wants the reading to end, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Tell it."""
        ...


def verify(path: Path, limits: Limits = DEFAULT_LIMITS, stop: Stop | None = None) -> Verified:
    """Read a package to its end and give what it holds.

    Takes about as long as reading it twice; call it in a thread. Raises PackageDamaged with what
    is wrong, OSError when the disk fails, Stopped when `stop` was set on the way.
    """
    reading = _Reading(path, limits, stop)
    try:
        with path.open("rb") as file:
            reading.read(file, depth=0)
    except _Unreadable as error:
        raise PackageDamaged(f"The package is not a whole zip file: {error}.") from error
    if not reading.files:
        raise PackageDamaged("The package is a whole zip file, but holds no files.")
    return reading.result()


class Stopped(Exception):  # noqa: N818 - not an error: what was asked for
    """Somebody wants the reading to end."""


class _Unreadable(Exception):  # noqa: N818 - becomes PackageDamaged, or a warning
    """A zip cannot be read to its end."""


@dataclass
class _Reading:
    """One package being read, and what was found so far."""

    path: Path
    limits: Limits
    stop: Stop | None
    modules: list[str] = field(default_factory=list)
    entries: int = 0
    files: int = 0
    unpacked_bytes: int = 0
    hostile: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    packed_bytes: int = 0

    def __post_init__(self) -> None:
        self.packed_bytes = self.path.stat().st_size

    def result(self) -> Verified:
        warnings = tuple(self._warnings())
        return Verified(
            tuple(self.modules), self.entries, self.files, self.unpacked_bytes, warnings
        )

    def _warnings(self) -> Iterator[str]:
        if self.hostile:
            yield (
                f"{len(self.hostile)} of its entries are links or would leave the folder they are "
                f"unpacked into, the first named {self.hostile[0]!a}: unpack with care."
            )
        if self.unreadable:
            yield (
                f"{len(self.unreadable)} of the zips it carries besides its modules cannot be "
                f"read, the first named {self.unreadable[0]!a}."
            )

    def read(self, file: IO[bytes], depth: int) -> None:
        """Read one zip to its end."""
        try:
            directory = directory_of(file)
            if directory.length > self.limits.directory_bytes:
                raise PackageDamaged("The package lists more entries than any real one does.")
            with ZipFile(file) as archive:
                if not directory.lists(len(archive.infolist())):
                    raise BadZipFile("its list does not hold as many entries as it says")
                for entry in archive.infolist():
                    self._read_entry(archive, entry, depth)
        except _DAMAGE as error:
            raise _Unreadable(str(error).rstrip(".") or "it ends early") from error
        except OSError as error:
            if error.errno not in _NOT_THE_DISK:
                raise
            raise _Unreadable("it points outside itself, or its data is damaged") from error

    def _read_entry(self, archive: ZipFile, entry: ZipInfo, depth: int) -> None:
        self.entries += 1
        if self.entries > self.limits.entries:
            raise PackageDamaged(f"The package holds more than {self.limits.entries:,} entries.")
        if _is_hostile(entry):
            self.hostile.append(entry.orig_filename)
        if depth >= _DEEPEST or not entry.filename.lower().endswith(".zip"):
            for _ in self._pieces(archive, entry):
                pass
            self.files += not entry.is_dir()
            return
        with SpooledTemporaryFile(_SPOOL, dir=str(self.path.parent)) as nested:
            for piece in self._pieces(archive, entry):
                nested.write(piece)
            self._read_nested(nested, entry, depth)

    def _read_nested(self, nested: IO[bytes], entry: ZipInfo, depth: int) -> None:
        module = _MODULE.match(entry.filename) if depth == 0 else None
        try:
            self.read(nested, depth + 1)
        except _Unreadable as error:
            if module:
                raise _Unreadable(f"{entry.filename!a}: {error}") from error
            # What a module carries as its own content need not be a zip, whatever its name.
            self.unreadable.append(entry.filename)
            self.files += 1
        if module:
            self.modules.append(module[1])

    def _pieces(self, archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
        read = 0
        with archive.open(entry) as source:
            while piece := source.read(_PIECE):
                read += len(piece)
                self._count(len(piece))
                yield piece
        if read != entry.file_size:
            raise BadZipFile(f"{entry.filename!a} has another length than it says")

    def _count(self, number: int) -> None:
        if self.stop is not None and self.stop.is_set():
            raise Stopped
        self.unpacked_bytes += number
        least = self.limits.ratio_from_bytes
        most = min(self.limits.unpacked_bytes, max(least, self.packed_bytes * self.limits.ratio))
        if self.unpacked_bytes > most:
            raise PackageDamaged(
                f"The package unpacks to more than {most / _MIB:,.0f} MiB: no real one does."
            )


def _is_hostile(entry: ZipInfo) -> bool:
    """Whether unpacking this entry carelessly could write outside its folder."""
    name = entry.orig_filename.replace("\\", "/")
    return (
        name.startswith("/")
        or ".." in name.split("/")
        or re.match(r"[A-Za-z]:", name) is not None
        or _CONTROL.search(name) is not None
        or stat.S_ISLNK(entry.external_attr >> 16)
    )
