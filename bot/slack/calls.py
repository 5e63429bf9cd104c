"""One call of Slack's Web API: its turn, its outcome, its repetition.

A call that Slack has certainly not acted on is repeated here. A call whose outcome is uncertain
(no answer, a dropped answer, a 5xx) is repeated only where doing it twice is the same as doing it
once; for the others SlackUnavailable goes up at once, and whoever asked looks before repeating.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.errors import SlackError, SlackUnavailable
from bot.slack.budgets import Budgets
from bot.slack.codes import CERTAINLY_NOT_DONE, error_for
from bot.slack.methods import Method

#: Told of every call: method, outcome ("ok" or an error code), seconds of wall time.
Observe = Callable[[str, str, float], None]

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_DEFAULT_RETRY_AFTER = 10.0
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})


class Calls:
    """Calls Slack within its budgets. Raises SlackError, and nothing else."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        clock: Clock,
        budgets: Budgets,
        observe: Observe,
        patience: timedelta = timedelta(minutes=5),
        timeout_seconds: float = 30.0,
    ) -> None:
        self._given = client
        self._client = _without_retries(client)
        self._clock = clock
        self._budgets = budgets
        self._observe = observe
        self._patience = patience
        self._timeout = timeout_seconds

    @property
    def proxy(self) -> str | None:
        """Give the proxy's address, as slack_sdk found it; None where there is none."""
        return self._given.proxy

    async def call(
        self, method: Method, arguments: Mapping[str, object], *, channel: str = ""
    ) -> Mapping[str, Any]:
        """Call a method when its turn comes, and give what Slack answered.

        Raises:
            SlackUnavailable: Slack did not do it for as long as our patience lasts; or, where
                `method` is not repeatable, it is not known whether it did.
            CannotSpeak, CannotLook, SlackRefused: Slack said no.
        """
        give_up_at: datetime | None = None
        wait = _FIRST_WAIT
        while True:
            await self._budgets.turn(method, channel)
            try:
                return await self._once(method, arguments)
            except _CallError as error:
                failure = error_for(method, error.code)
                give_up_at = give_up_at or self._clock.now() + self._patience
                if not _may_repeat(method, failure) or self._clock.now() >= give_up_at:
                    raise failure from error
                retry_after = error.retry_after
            if retry_after is not None:
                self._budgets.pause(method, channel, retry_after)
            else:
                await self._clock.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _once(self, method: Method, arguments: Mapping[str, object]) -> Mapping[str, Any]:
        began = time.monotonic()
        outcome = "cancelled"
        try:
            answer = await self._send(method, arguments)
            outcome = "ok"
        except _CallError as error:
            outcome = error.code
            raise
        finally:
            self._observe(method.name, outcome, time.monotonic() - began)
        return answer

    async def _send(self, method: Method, arguments: Mapping[str, object]) -> Mapping[str, Any]:
        """Send once; raises _CallError with Slack's code, or one of ours."""
        given = {key: value for key, value in arguments.items() if value is not None}
        # The composition root reads the token's file again now and then, and sets it on the client
        # that was given; ours is a copy.
        self._client.token = self._given.token
        form = {"json": given} if method.is_json else {"params": _flat(given)}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.api_call(method.name, http_verb=method.verb, **form)
        except SlackApiError as error:
            raise _failed(error) from error
        except TimeoutError as error:
            raise _CallError("timeout") from error
        except aiohttp.ClientConnectorError as error:
            raise _CallError("unreachable") from error
        except aiohttp.ClientError as error:
            raise _CallError("dropped") from error
        except (AttributeError, UnicodeDecodeError) as error:
            # slack_sdk takes every body for a JSON object; a proxy in between may say anything.
            raise _CallError("http_error") from error
        return response.data if isinstance(response.data, dict) else {}


class _CallError(Exception):
    """One attempt failed, with Slack's code or one of ours, and how long Slack wants us to wait."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


def _may_repeat(method: Method, failure: SlackError) -> bool:
    if not isinstance(failure, SlackUnavailable):
        return False
    return method.is_repeatable or failure.code in CERTAINLY_NOT_DONE


def _failed(error: SlackApiError) -> _CallError:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):
        return _CallError("http_error")
    code = response.data.get("error") if isinstance(response.data, dict) else None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or code in _RATE_LIMITED:
        return _CallError("ratelimited", _retry_after(response.headers))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or not code:
        return _CallError("http_error")
    return _CallError(str(code))


def _retry_after(headers: Mapping[str, str]) -> float:
    value = headers.get("Retry-After", "")
    return max(1.0, float(value)) if value.isdigit() else _DEFAULT_RETRY_AFTER


def _flat(arguments: Mapping[str, object]) -> dict[str, object]:
    return {
        key: json.dumps(value) if isinstance(value, (list, dict)) else value
        for key, value in arguments.items()
    }


def _without_retries(client: AsyncWebClient) -> AsyncWebClient:
    """Copy the client without its retry handlers.

    By default slack_sdk repeats every call once after a dropped connection, chat.postMessage
    included, which then stands twice.
    """
    return AsyncWebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        session=client.session,
        trust_env_in_session=client.trust_env_in_session,
        headers=dict(client.headers),
        logger=client.logger,
        retry_handlers=[],
    )
