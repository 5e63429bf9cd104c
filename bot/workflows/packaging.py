"""One packaging on a platform, however many follow it: a turn, a start, and one long poll."""

from __future__ import annotations

from bot.domain.value import PackagingId
from bot.ports import Engine
from bot.workflows.engine import Body, StepBroken
from bot.workflows.polling import Polling
from bot.workflows.starting import Starting


def register(*, engine: Engine, starting: Starting, polling: Polling) -> Body:
    """Give the body of the workflow `package`."""

    async def package(_: str, subject: str) -> None:
        packaging = PackagingId(subject)
        try:
            async with starting.turn(packaging):
                await engine.step("start", lambda: starting.start(packaging))
                await engine.step("poll", lambda: polling.poll(packaging))
        except StepBroken as broken:
            reference = broken.reference
            await engine.step("give up", lambda: polling.give_up(packaging, reference))

    return package
