"""Answer whoever asked, privately and at most once, while their response_url can be used."""

from __future__ import annotations

from bot.clock import Clock
from bot.domain.answers import Answer
from bot.domain.value import RetrievalId
from bot.ports import Journal, Messenger
from bot.workflows.effects import Effects


class Answering:
    """Private answers of the workflows."""

    def __init__(
        self, *, journal: Journal, messenger: Messenger, effects: Effects, clock: Clock
    ) -> None:
        self._journal = journal
        self._messenger = messenger
        self._effects = effects
        self._clock = clock

    async def answer(self, retrieval: RetrievalId, key: str, answer: Answer) -> None:
        """Answer under an effect key, unless that was tried before."""

        async def say() -> None:
            url = await self._journal.response_url(retrieval, self._clock.now())
            if url is not None:
                await self._messenger.answer(url, answer)

        await self._effects.at_most_once(retrieval, key, say)
