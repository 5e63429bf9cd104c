"""One retrieval, from words to link. The paragraph; each sentence is a durable step."""

from __future__ import annotations

from itertools import count

from bot.domain.value import RetrievalId
from bot.ports import Engine
from bot.workflows.announcing import Announcing
from bot.workflows.delivering import Delivering
from bot.workflows.engine import Body, StepBroken
from bot.workflows.following import Following
from bot.workflows.resolving import Resolving


def register(
    *,
    engine: Engine,
    resolving: Resolving,
    announcing: Announcing,
    following: Following,
    delivering: Delivering,
) -> Body:
    """Give the body of the workflow `retrieve`."""

    async def story(retrieval: RetrievalId) -> None:
        if await engine.step("resolve", lambda: resolving.resolve(retrieval)) != "resolved":
            return
        await engine.step("card", lambda: announcing.post_card(retrieval))
        await engine.step("join", lambda: following.join(retrieval))
        for turn in count():  # each tells something new: started, first messages, the end
            change = await engine.step(f"follow {turn}", lambda: following.follow(retrieval))
            if change == "ready":
                await engine.step("link", lambda: delivering.deliver(retrieval))
            await engine.step(f"tell {turn}", lambda: announcing.tell(retrieval))
            if change in {"ready", "failed", "cancelled"}:
                return

    async def retrieve(_: str, subject: str) -> None:
        retrieval = RetrievalId(subject)
        try:
            await story(retrieval)
        except StepBroken as broken:
            reference = broken.reference
            await engine.step("give up", lambda: announcing.give_up(retrieval, reference))

    return retrieve
