"""One engine for one SQLite file: a lock beside it, which the system releases when we die.

Commands that only read or write our tables do not take it. On PostgreSQL the engine's own
executor ids keep processes apart.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import EngineLocked, SettingsError
from bot.store.database import parse_url


@contextmanager
def engine_lock(database_url: str) -> Iterator[None]:
    """Hold the lock. Raises EngineLocked where another process holds it."""
    url = parse_url(database_url)
    if url.get_backend_name() != "sqlite":
        yield
        return
    path = Path(f"{url.database}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(
            f"DATABASE_URL: {path.parent} cannot be written: {error.strerror}."
        ) from error
    try:
        _take(handle, path)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise EngineLocked(
            f"Another sast-source (process {holder}) already runs on {path.with_suffix('')}. "
            "Stop it first, or give this one a DATABASE_URL of its own."
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
