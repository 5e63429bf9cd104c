"""One run: several applications at once, each to its own end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cli.fetch.application import Fetching, Source, keep_failure
from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.folder import Folder
from bot.cli.fetch.manifest import Asked, Entry
from bot.cli.fetch.progress import Report, Stage, Step
from bot.cli.fetch.targets import Searched, find_target
from bot.clock import Clock
from bot.domain.policy import Policy
from bot.domain.target import Catalogue, Target
from bot.errors import PlatformError
from bot.ports import PlatformGateway


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
    searched = await _search(run)
    entries: list[Entry] = []
    targets: dict[str, tuple[Asked, Target]] = {}
    for one in asked:
        try:
            target = await find_target(one, searched, run.policy)
        except FetchFailed as error:
            run.report.say(Step(str(one), Stage.FAILED, error.message))
            entries.append(keep_failure(run.folder, one, error))
        else:
            targets.setdefault(target.key, (one, target))
    return [*entries, *await _fetch(run, [*targets.values()])]


async def _search(run: Run) -> Searched:
    """Read what the platforms have; one that cannot be read is said, and the others searched."""
    gateways = [source.gateway for source in run.sources]
    searched = Searched(gateways)
    for gateway, found in zip(gateways, await asyncio.gather(*map(_read, gateways)), strict=True):
        if isinstance(found, Catalogue):
            searched.catalogues.append(found)
            continue
        searched.failures[gateway.name] = found
        if len(gateways) > 1:
            run.report.say(Step(gateway.name, Stage.WARNING, found.message))
    return searched


async def _read(gateway: PlatformGateway) -> Catalogue | PlatformError:
    try:
        return await gateway.catalogue()
    except PlatformError as error:
        return error


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
