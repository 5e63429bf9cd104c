"""A new link to a package that was retrieved before."""

from __future__ import annotations

from bot.domain.value import RetrievalId
from bot.ports import Engine
from bot.workflows.announcing import Announcing
from bot.workflows.delivering import Delivering
from bot.workflows.engine import Body, StepBroken


def register(*, engine: Engine, delivering: Delivering, announcing: Announcing) -> Body:
    """Give the body of the workflow `renew`."""

    async def renew(run: str, subject: str) -> None:
        retrieval, ask = RetrievalId(subject), run.rpartition(":")[2]
        try:
            if await engine.step("link", lambda: delivering.renew(retrieval, ask)) == "denied":
                await engine.step("tell", lambda: announcing.tell_denied(retrieval, ask))
        except StepBroken as broken:
            reference = broken.reference
            await engine.step("give up", lambda: delivering.give_up(retrieval, ask, reference))
            await engine.step("tell", lambda: announcing.tell_denied(retrieval, ask))

    return renew
