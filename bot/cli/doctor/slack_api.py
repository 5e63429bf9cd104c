"""One question to Slack's Web API, asked once and in a hurry, with the headers of its answer.

The bot's own client waits, repeats and hides headers; here the first answer is the finding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from yarl import URL

from bot.clock import Clock
from bot.errors import SlackRefused
from bot.platforms.call import Call
from bot.platforms.link_expiry import clock_difference
from bot.platforms.unreachable import CONNECTION_FAILURES, unreachable
from bot.slack.codes import error_for
from bot.slack.methods import Method

_SECONDS = 6.0
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class SlackAnswer:
    """What Slack answered."""

    body: dict[str, Any]
    scopes: frozenset[str] | None  # None where Slack does not tell them
    ahead: timedelta | None  # how far Slack's clock is ahead of ours


class SlackApi:
    """Asks Slack, or whatever stands at SLACK_API_URL."""

    def __init__(self, api_url: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._url = URL(api_url)
        self._session = session
        self._clock = clock

    async def ask(self, name: str, token: str) -> SlackAnswer:
        """Call a method without arguments. Raises SlackRefused, with a sentence for people."""
        try:
            async with self._session.post(
                self._url / name,
                headers={"Authorization": f"Bearer {token}"},
                timeout=aiohttp.ClientTimeout(total=_SECONDS),
                allow_redirects=False,
            ) as response:
                answer = _read(await response.content.read(_MOST_BYTES))
                headers, status = response.headers, response.status
        except CONNECTION_FAILURES as error:
            call, host = Call(name, f"answer {name}"), self._url.host or ""
            failure = unreachable(call, error, "Slack", host, _SECONDS)
            raise SlackRefused(failure.message, method=name) from None
        if not answer.get("ok"):
            raise SlackRefused(_refusal(name, answer, status), method=name)
        scopes = headers.get("x-oauth-scopes")
        return SlackAnswer(
            body=answer,
            scopes=None if scopes is None else frozenset(filter(None, _split(scopes))),
            ahead=clock_difference(headers, self._clock.now()),
        )


def _read(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _split(scopes: str) -> list[str]:
    return [scope.strip() for scope in scopes.split(",")]


def _refusal(name: str, answer: dict[str, Any], status: int) -> str:
    if "ok" not in answer:
        return f"What answers at SLACK_API_URL is not Slack's Web API (status {status})."
    code = str(answer.get("error", "no reason given"))
    needed = f" It needs {answer['needed']}." if "needed" in answer else ""
    return f"{error_for(Method(name, per_minute=20), code).message} ({code}){needed}"
