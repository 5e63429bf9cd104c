"""The command line: one file per command, imported only when it is the one that runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from bot.errors import BotError, EngineLocked, SettingsError

INTERRUPTED = 130  # what shells give for Ctrl-C

# Where each command's function stands, under the command's own name.
COMMANDS = {
    "serve": "bot.cli.serve",
    "demo": "bot.cli.demo",
    "doctor": "bot.cli.doctor",
    "fetch": "bot.cli.fetch.command",
    "manifest": "bot.cli.manifest",
}


def command_line(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Build the command line with the commands of these names."""
    app = typer.Typer(
        name="sast-source",
        help="Get the generated source code of an OutSystems application for SAST.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_several)
    for name in names:
        app.command(name)(getattr(import_module(COMMANDS[name]), name))
    return app


def main() -> None:
    """Run the command; what is wrong with a setting is one sentence and status 2."""
    asked = sys.argv[1:2]
    try:
        command_line(asked if asked and asked[0] in COMMANDS else COMMANDS)()
    except (SettingsError, EngineLocked) as error:
        print(f"sast-source: {error.message}", file=sys.stderr)  # noqa: T201 - a command's output
        sys.exit(2)
    except BotError as error:
        print(f"sast-source: {error.message}", file=sys.stderr)  # noqa: T201 - a command's output
        sys.exit(1)
    except KeyboardInterrupt:  # before the command itself looks out for it
        sys.exit(INTERRUPTED)


def _several() -> None:
    """Get the generated source code of an OutSystems application for SAST."""
