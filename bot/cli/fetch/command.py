"""`sast-source fetch`: packages into a folder, without Slack.

What a pipeline runs. Exit status: 0 when every application was fetched, 1 when one failed, 2 for a
setting or the command line, 130 after Ctrl-C. Run again, it goes on where it ended.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import environment, log
from bot.cli import INTERRUPTED
from bot.cli.fetch.application import Source
from bot.cli.fetch.folder import MANIFEST, open_folder
from bot.cli.fetch.manifest import Asked, Entry, State
from bot.cli.fetch.progress import PlainReport, Report
from bot.cli.fetch.run import Run, fetch_all
from bot.clock import SystemClock
from bot.domain.names import platform_called
from bot.domain.policy import Policy
from bot.domain.target import RevisionWish
from bot.domain.value import PlatformName
from bot.errors import SettingsError
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.settings import PlatformSettings

Applications = Annotated[
    list[str],
    typer.Argument(metavar="APP…", help="Applications, by name or platform key, or build keys."),
]
EnvironmentName = Annotated[
    str | None,
    typer.Option(
        "--env",
        "-e",
        metavar="ENV",
        help="The environment, by name or platform key; libraries and builds need none.",
    ),
]
Revision = Annotated[
    int | None,
    typer.Option("--revision", metavar="N", min=1, help="This revision, where there are any."),
]
Tag = Annotated[
    str | None, typer.Option("--tag", metavar="TAG", help="The revision with this tag.")
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Where packages and manifest go.")
]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="PLATFORM", help="Look on this platform only, by its name."),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Fetch again what an earlier run fetched or began.")
]


def fetch(
    applications: Applications,
    *,
    env: EnvironmentName = None,
    revision: Revision = None,
    tag: Tag = None,
    out: Out = Path("source-code"),
    on: On = None,
    fresh: Fresh = False,
) -> None:
    """Fetch source code packages into a folder, verify them, and write a manifest.

    Run again after an interruption, it goes on where it ended: what was packaged is not packaged
    again, and what is there and whole is kept.
    """
    for option, value in (("--env", env), ("--tag", tag), ("--on", on)):
        _refuse_empty(option, value)
    wish = _wish(revision, (tag or "").strip())
    _keep_quiet()
    platforms, policy = environment.load_platforms()
    platforms = _chosen(platforms, on or "")
    place = env.strip() if env else None
    asked = [Asked(application=name, environment=place, wish=wish) for name in applications]
    try:
        entries = asyncio.run(_fetch(platforms, policy, asked, out, fresh=fresh))
    except KeyboardInterrupt:
        typer.echo("Interrupted. Run the same command again to go on.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo(_summary(entries, out))
    if any(entry.state is State.FAILED for entry in entries):
        raise typer.Exit(1)


async def _fetch(
    platforms: Sequence[PlatformSettings],
    policy: Policy,
    asked: Sequence[Asked],
    out: Path,
    *,
    fresh: bool,
) -> list[Entry]:
    clock = SystemClock()
    async with make_session() as session:
        sources = [
            Source(gateway(one, session, clock, _unobserved), one.polling) for one in platforms
        ]
        with open_folder(out, clock) as folder, _report() as report:
            run = Run(sources, folder, policy, clock, report, fresh=fresh)
            return await fetch_all(run, asked)


def _unobserved(_call: str, _outcome: str, _seconds: float) -> None:
    """Count nothing: a run of a few minutes has no metrics."""


def _keep_quiet() -> None:
    """Leave standard output to the progress; what the bot would log, the manifest has."""
    log.configure("console")
    logging.getLogger().setLevel(logging.WARNING)


def _refuse_empty(option: str, value: str | None) -> None:
    """Stop a pipeline whose variable is not set from fetching something else than was meant."""
    if value is not None and not value.strip():
        raise SettingsError(f"{option} is empty: give it a value, or leave it away.")


def _wish(revision: int | None, tag: str) -> RevisionWish | None:
    if revision is not None and tag:
        raise SettingsError("--revision and --tag name one revision each: give one of them.")
    if revision is None and not tag:
        return None
    return RevisionWish(number=revision, tag=tag)


def _chosen(platforms: Sequence[PlatformSettings], name: str) -> tuple[PlatformSettings, ...]:
    if not name:
        return tuple(platforms)
    called = platform_called(name, [PlatformName(one.name) for one in platforms])
    if called is None:
        names = ", ".join(one.name for one in platforms)
        raise SettingsError(f"--on names {name!r}, but the configured platforms are: {names}.")
    return tuple(one for one in platforms if one.name == called)


@contextmanager
def _report() -> Iterator[Report]:
    """Give bars on a terminal, lines elsewhere."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names may be of any script
    if not sys.stdout.isatty():
        yield PlainReport(sys.stdout)
        return
    from bot.cli.fetch.bars import BarReport  # noqa: PLC0415 - rich only where it draws

    with BarReport() as report:
        yield report


def _summary(entries: Sequence[Entry], out: Path) -> str:
    done = sum(entry.state is State.DONE for entry in entries)
    of = f"{done} of {len(entries)} application{'s' * (len(entries) != 1)} in {out}"
    return f"{of}, described in {out / MANIFEST}."
