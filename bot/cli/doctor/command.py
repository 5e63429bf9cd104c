"""The command: read the settings, examine, show, and end with what a script can act on."""

from __future__ import annotations

import asyncio
import logging

import typer

from bot import environment, log
from bot.cli.doctor.examine import examine
from bot.cli.doctor.finding import Verdict
from bot.cli.doctor.report import show
from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.database import parse_url


def doctor() -> None:
    """Check this installation, and say what is wrong and how to mend it.

    Ends with 0 where the bot can work (there may be warnings), 1 where something blocks it, and
    2 where the settings cannot be read.
    """
    settings = _settings()
    log.configure(settings.log_format)
    logging.getLogger().setLevel(logging.WARNING)  # what is found is shown, not logged
    findings = asyncio.run(examine(settings, SystemClock()))
    show(findings)
    if any(each.verdict is Verdict.BLOCKED for each in findings):
        raise typer.Exit(1)


def _settings() -> Settings:
    """Read the settings; say everything that is wrong with them, a sentence each, and end."""
    try:
        settings = environment.load()
        parse_url(settings.database_url)
    except SettingsError as error:
        for sentence in environment.complaints() or (error.message,):
            typer.echo(f"sast-source: {sentence}", err=True)
        raise typer.Exit(2) from error
    return settings
