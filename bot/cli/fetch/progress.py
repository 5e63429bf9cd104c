"""What a run says while it goes, as values, and as plain lines; `bars` is for terminals.

One line for each change, without times, since whatever keeps the log adds its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TextIO


class Stage(StrEnum):
    """Where one application is; the value is what the line says."""

    WAITING = "waiting for its turn"
    LIMITED = "waiting for the platform's rate limit"
    PACKAGING = "packaging"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    DONE = "done"
    KEPT = "already there"
    FAILED = "failed"
    NOTE = "note"
    WARNING = "warning"

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self in {Stage.DONE, Stage.KEPT, Stage.FAILED}


@dataclass(frozen=True)
class Step:
    """One thing to say about one application."""

    name: str  # "EmployeeBackoffice in Testing"
    stage: Stage
    detail: str = ""
    done_bytes: int = 0
    total_bytes: int | None = None


class Report(Protocol):
    """What is told of every step, in order."""

    def say(self, step: Step) -> None:
        """Show a step. Called often while bytes arrive, so it must be cheap."""
        ...


def line(step: Step) -> str:
    """Write a step as one line, in which nothing commands a terminal."""
    said = f"{step.name}: {step.stage}" + (f": {step.detail}" if step.detail else "")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in _words(said))


def _words(text: str) -> str:
    return " ".join(text.split())


class PlainReport:
    """One line for each change; bytes that arrive are no change."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last: dict[str, str] = {}

    def say(self, step: Step) -> None:
        """Write the line, unless it is what was said last about this application."""
        said = line(step)
        if self._last.get(step.name) != said:
            self._last[step.name] = said
            self._write(said + "\n")

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except BrokenPipeError:
            # Whoever read has gone; the packages are still wanted. (Python docs, "SIGPIPE".)
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
