"""The output folder: one run at a time, its manifest, and the names of its files."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from bot.cli.fetch.manifest import Asked, Entry, Manifest
from bot.clock import Clock
from bot.domain.file_name import package_file_name
from bot.domain.target import Target
from bot.domain.value import TargetKey
from bot.errors import BotError

MANIFEST = "manifest.json"
_LOCK = ".sast-source.lock"


class FolderUnusable(BotError):  # noqa: N818 - a state, said as one
    """The output folder cannot be used."""


class Folder:
    """An output folder that this process alone writes to, and what its manifest says."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._entries = list(_read(path / MANIFEST).applications) if _exists(path) else []
        self._given: dict[str, TargetKey] = {}  # names of files that are not in the manifest yet

    def find(self, target: Target) -> Entry | None:
        """Give what the manifest says about a target."""
        return next((e for e in self._entries if e.target and e.target.is_at(target)), None)

    def find_asked(self, asked: Asked) -> Entry | None:
        """Give what the manifest says about something that was asked for in these words."""
        return next((e for e in self._entries if e.asked == asked), None)

    def keep(self, entry: Entry) -> Entry:
        """Write an entry to the manifest, in the place of what it said before; gives it back.

        It is there at once or not at all, also when the process dies. Raises FolderUnusable.
        """
        others = [e for e in self._entries if not entry.replaces(e)]
        self._entries = sorted([*others, entry], key=Entry.sort_key)
        manifest = Manifest(written_at=self._clock.now(), applications=tuple(self._entries))
        try:
            _replace(self.path / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
        except OSError as error:
            raise FolderUnusable(
                f"{self.path / MANIFEST} cannot be written: {error.strerror}."
            ) from error
        return entry

    def file_name(self, target: Target) -> str:
        """Give the name for a target's package, which no other target in the folder has."""
        name = package_file_name(target)
        taken = {e.file for e in self._entries if e.target and not e.target.is_at(target)}
        if name in taken or self._given.get(name, target.key) != target.key:
            mark = hashlib.sha256(target.key.encode()).hexdigest()[:8]
            name = f"{name.removesuffix('.zip')}-{mark}.zip"
        self._given[name] = target.key
        return name


@contextmanager
def open_folder(path: Path, clock: Clock) -> Iterator[Folder]:
    """Make the folder, hold it for this process, and read its manifest.

    The lock is the system's and dies with the process, however it dies. Raises FolderUnusable.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / _LOCK).open("a")
    except OSError as error:
        raise FolderUnusable(
            f"The output folder {path} cannot be used: {error.strerror}."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderUnusable(
                f"Another sast-source fetch is writing to {path}. "
                "Wait for it to end, or choose another folder with --out."
            ) from error
        yield Folder(path, clock)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _exists(path: Path) -> bool:
    return (path / MANIFEST).exists()


def _read(path: Path) -> Manifest:
    try:
        content = json.loads(path.read_bytes())
        return Manifest.model_validate(content)
    except (OSError, ValueError) as error:
        why = "it is not a manifest that this version writes"
        if isinstance(error, OSError):
            why = str(error.strerror)
        if isinstance(error, ValidationError) and isinstance(content, dict):
            why += f" (format {content.get('format')!r}, version {content.get('version')!r})"
        raise FolderUnusable(
            f"{path} cannot be read: {why}. Choose another folder with --out, or move it away."
        ) from error
