"""Private answers through a `response_url`: sent once, and never again whatever became of them.

A `response_url` is a secret and has five uses in thirty minutes; an answer that is seen twice
confuses more than one that is missed, which the card makes good.
"""

from __future__ import annotations

import time

import aiohttp
import structlog
from pydantic import SecretStr

from bot.domain.answers import Answer
from bot.slack.answers_view import answer_message
from bot.slack.calls import Observe
from bot.slack.message import Message

_log = structlog.get_logger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Answering:
    """Posts to `response_url`s."""

    def __init__(
        self, session: aiohttp.ClientSession, observe: Observe, proxy: str | None = None
    ) -> None:
        self._session = session
        self._observe = observe
        self._proxy = proxy

    async def answer(self, url: SecretStr, answer: Answer) -> None:
        """Draw a private answer and say it."""
        await self.say(url, answer_message(answer), reference=answer.reference)

    async def say(self, url: SecretStr, message: Message, *, reference: str = "") -> None:
        """Say it privately, at most once; a failure is logged, without the address."""
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "unfurl_links": False,
            "unfurl_media": False,
            **message.body(),
        }
        began = time.monotonic()
        outcome = await self._post(url, body)
        self._observe("response_url", outcome, time.monotonic() - began)
        if outcome != "ok":
            _log.warning("slack.answer_lost", outcome=outcome, reference=reference)

    async def _post(self, url: SecretStr, body: dict[str, object]) -> str:
        try:
            async with self._session.post(
                url.get_secret_value(),
                json=body,
                proxy=self._proxy,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                return "ok" if response.ok else f"http_{response.status}"
        except TimeoutError:
            return "timeout"
        except aiohttp.ClientError:
            return "dropped"
