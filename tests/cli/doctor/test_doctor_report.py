"""How doctor shows what it found."""

from __future__ import annotations

import io

from rich.console import Console

from bot.cli.doctor.finding import blocked, ok, warning
from bot.cli.doctor.report import lines, show, summary

FOUND = [
    ok("Settings", "They can be read."),
    warning("Clock", "Our clock is 90 s behind.", "Set it."),
    blocked("LifeTime", "It says [red]no[/red]\x1b[31m\nreally.", "Ask it."),
]


def shown(*, is_terminal):
    written = io.StringIO()
    show(FOUND, Console(file=written, force_terminal=is_terminal, width=100, no_color=True))
    return written.getvalue()


def test_every_line_begins_with_its_verdict_in_words():
    assert lines(FOUND) == [
        "ok       Settings: They can be read.",
        "warning  Clock: Our clock is 90 s behind.",
        "         To mend it: Set it.",
        "blocked  LifeTime: It says [red]no[/red] [31m really.",
        "         To mend it: Ask it.",
    ]


def test_the_summary_counts_them():
    assert summary(FOUND) == "1 blocked, 1 warning, 1 ok."


def test_elsewhere_than_on_a_terminal_lines_are_plain():
    assert shown(is_terminal=False).splitlines() == [*lines(FOUND), summary(FOUND)]


def test_a_terminal_shows_the_same_words():
    text = shown(is_terminal=True)

    for word in ("ok", "warning", "blocked", "90 s behind", "[red]no[/red]", "Ask it", "1 blocked"):
        assert word in text
    assert "\x1b[31m" not in text
