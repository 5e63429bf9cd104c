"""What a run shows: lines in a log, bars on a terminal."""

from __future__ import annotations

import io
import os

from rich.console import Console

from bot.cli.fetch.bars import BarReport
from bot.cli.fetch.progress import PlainReport, Stage, Step, line

NAME = "Shop in Testing"


def test_a_line_is_written_for_each_change_and_not_for_bytes():
    out = io.StringIO()
    report = PlainReport(out)
    report.say(Step(NAME, Stage.PACKAGING))
    report.say(Step(NAME, Stage.PACKAGING))
    for arrived in range(0, 10_000, 1000):
        report.say(Step(NAME, Stage.DOWNLOADING, "", arrived, 10_000))
    report.say(Step(NAME, Stage.DONE, "Shop.zip"))

    assert out.getvalue().splitlines() == [
        "Shop in Testing: packaging",
        "Shop in Testing: downloading",
        "Shop in Testing: done: Shop.zip",
    ]


def test_a_line_stays_one_line_and_commands_no_terminal():
    said = line(Step("Shop\n\x1b[2J", Stage.FAILED, "a\r\nb\x07 c\u202e"))

    assert said.isprintable()
    assert said.startswith("Shop")
    assert "failed: a b" in said


def test_a_reader_that_has_gone_does_not_end_the_run():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        report = PlainReport(out)
        report.say(Step(NAME, Stage.PACKAGING))
        report.say(Step(NAME, Stage.DONE))

        assert not out.closed


def test_a_terminal_shows_a_bar_while_it_runs_and_a_line_at_the_end():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, _environ={})
    with BarReport(console) as report:
        report.say(Step(NAME, Stage.WAITING, "3 ahead"))
        report.say(Step(NAME, Stage.NOTE, "Revision 12 runs there."))
        report.say(Step(NAME, Stage.PACKAGING, "Preparing module [Shop]"))
        report.say(Step("[red]Odd[/red] in Testing", Stage.PACKAGING))
        report.say(Step(NAME, Stage.DOWNLOADING, "", 1_000_000, 4_000_000))
        report.say(Step(NAME, Stage.WARNING, "old server"))
        during = out.getvalue()
        report.say(Step(NAME, Stage.DONE, "Shop.zip"))
        report.say(Step("[red]Odd[/red] in Testing", Stage.FAILED, "no"))

    assert "note: Revision 12 runs there." in during
    assert "warning: old server" in during
    assert "Shop in Testing: done: Shop.zip" in out.getvalue()
    assert "[red]Odd[/red] in Testing: failed: no" in out.getvalue()


def test_a_bar_counts_the_bytes():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, _environ={})
    report = BarReport(console)
    with report:
        report.say(Step(NAME, Stage.DOWNLOADING, "", 1_000_000, 4_000_000))

    assert "1.0 of 4.0 MB" in out.getvalue()


def test_a_bar_says_how_many_requests_are_ahead_at_the_platforms_rate_limit():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, _environ={})
    with BarReport(console) as report:
        report.say(Step(NAME, Stage.LIMITED, "7 ahead"))

    assert "waiting for the platform's rate limit: 7 ahead" in out.getvalue()
