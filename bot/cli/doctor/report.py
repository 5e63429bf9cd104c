"""Showing what was found: a table on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.doctor.finding import Finding, Verdict

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.BLOCKED: "bold red"}
_WIDTH = max(map(len, Verdict)) + 2


def show(findings: Sequence[Finding], console: Console | None = None) -> None:
    """Print every finding and a summary."""
    console = console or Console()
    if console.is_terminal:
        console.print(_table(findings))
        console.print(Text(summary(findings)))
    else:
        for line in (*lines(findings), summary(findings)):
            console.out(line, highlight=False)


def lines(findings: Sequence[Finding]) -> list[str]:
    """Write each finding as a line, and its remedy as another."""
    written = []
    for each in findings:
        written.append(f"{each.verdict:<{_WIDTH}}{_plain(each.subject)}: {_plain(each.text)}")
        if each.remedy:
            written.append(f"{'':<{_WIDTH}}To mend it: {_plain(each.remedy)}")
    return written


def summary(findings: Sequence[Finding]) -> str:
    """Say how many of each there are."""
    count = Counter(each.verdict for each in findings)
    warnings = count[Verdict.WARNING]
    return (
        f"{count[Verdict.BLOCKED]} blocked, {warnings} warning{'s' * (warnings != 1)}, "
        f"{count[Verdict.OK]} ok."
    )


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("State", no_wrap=True)
    table.add_column("Check")
    table.add_column("Found, and how to mend it", ratio=1)
    for each in findings:
        said = Text(_plain(each.text))
        if each.remedy:
            said.append(f"\n{_plain(each.remedy)}", style="italic")
        verdict = Text(each.verdict, style=_STYLES[each.verdict])
        table.add_row(verdict, Text(_plain(each.subject)), said)
    return table


def _plain(text: str) -> str:
    """Take control characters out of what somebody else's server said."""
    return "".join(character if character.isprintable() else " " for character in text)
