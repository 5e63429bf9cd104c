"""One run: several applications at once, each to its own end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cli.fetch.application import Fetching, Source, keep_failure
from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.folder import Folder
from bot.cli.fetch.manifest import Asked, Entry, Reason
from bot.cli.fetch.progress import Report, Stage, Step
from bot.cli.fetch.targets import find_target
from bot.clock import Clock
from bot.domain.policy import Policy
from bot.domain.target import Catalogue, Target
from bot.errors import PlatformError


@dataclass
class Run:
    """Everything that one run needs, handed in."""

    sources: Sequence[Source]
    folder: Folder
    policy: Policy
    clock: Clock
    report: Report
    fresh: bool = False


async def fetch_all(run: Run, asked: Sequence[Asked]) -> list[Entry]:
    """Fetch what was asked for; gives an entry for each, done or failed.

    Two names of one target are fetched once. Raises FolderUnusable only.
    """
    catalogues, failure = await _catalogues(run)
    entries: list[Entry] = []
    targets: dict[str, tuple[Asked, Target]] = {}
    for one in asked:
        try:
            target = _target(run, one, catalogues, failure)
        except FetchFailed as error:
            name = f"{one.application} in {one.environment}"
            run.report.say(Step(name, Stage.FAILED, error.message))
            entries.append(keep_failure(run.folder, one, error))
        else:
            targets.setdefault(target.key, (one, target))
    return [*entries, *await _fetch(run, [*targets.values()])]


def _target(
    run: Run, asked: Asked, catalogues: Sequence[Catalogue], failure: PlatformError | None
) -> Target:
    if not catalogues and failure is not None:
        raise FetchFailed(Reason.PLATFORM, failure.message)
    return find_target(asked, catalogues, run.policy)


async def _catalogues(run: Run) -> tuple[list[Catalogue], PlatformError | None]:
    """Read what the platforms have; one that cannot be read is said, and the others searched."""
    catalogues: list[Catalogue] = []
    failure: PlatformError | None = None
    for source in run.sources:
        try:
            catalogues.append(await source.gateway.catalogue())
        except PlatformError as error:
            failure = error
            if len(run.sources) > 1:
                run.report.say(Step(source.gateway.name, Stage.WARNING, error.message))
    return catalogues, failure


async def _fetch(run: Run, targets: Sequence[tuple[Asked, Target]]) -> list[Entry]:
    sources = {source.gateway.name: source for source in run.sources}
    tasks = [
        asyncio.create_task(
            Fetching(
                asked, target, sources[target.platform], run.folder, run.clock, run.report
            ).run(fresh=run.fresh)
        )
        for asked, target in targets
    ]
    try:
        return [*await asyncio.gather(*tasks)]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
