"""What a run says, on a terminal: a bar for each application under way, a line for each that ended.

Apart from `progress` so that a pipeline, which has no terminal, does not load rich for it.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from bot.cli.fetch.progress import Stage, Step, line


class _Bytes(ProgressColumn):
    """How many MB have arrived, once some have."""

    def render(self, task: Task) -> Text:
        if not task.completed:
            return Text("")
        of = f" of {task.total / 1e6:,.1f}" if task.total else ""
        return Text(f"{task.completed / 1e6:,.1f}{of} MB", style="progress.download")


class BarReport:
    """Progress bars on a terminal. A context manager: the bars go when it ends."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            _Bytes(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def say(self, step: Step) -> None:
        """Move the bar of an application, or print the line with which it ends."""
        if step.stage in {Stage.NOTE, Stage.WARNING}:
            self._print(step, "yellow" if step.stage is Stage.WARNING else "")
            return
        if step.stage.is_end:
            if step.name in self._tasks:
                self._bars.remove_task(self._tasks.pop(step.name))
            self._print(step, "red" if step.stage is Stage.FAILED else "green")
        elif step.stage is not Stage.WAITING:
            self._move(step)

    def _print(self, step: Step, colour: str) -> None:
        self._bars.console.print(Text(line(step), style=colour), soft_wrap=True)

    def _move(self, step: Step) -> None:
        if step.name not in self._tasks:
            self._tasks[step.name] = self._bars.add_task("", total=None)
        self._bars.update(
            self._tasks[step.name],
            description=escape(line(Step(step.name, step.stage, _short(step)))),
            completed=step.done_bytes,
            total=step.total_bytes,
        )


def _short(step: Step) -> str:
    """Give the detail where there is room for it beside a bar."""
    return step.detail if step.stage is Stage.LIMITED else ""
