"""Storing requests together: all that wait while one transaction runs share the next one.

An acknowledgement waits for its request to be stored, and Slack waits three seconds for that. One
transaction for each would let a burst queue behind itself and behind the workflows' own writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.retrieval import Request, RetrievalState
from bot.errors import BotError
from bot.store.database import Database
from bot.store.insert import insert_all_new
from bot.store.tables import audit, response_urls, retrievals, runs


class _Waiting(NamedTuple):
    request: Request
    response_url: SecretStr | None
    is_new: asyncio.Future[bool]


class Accepting:
    """Takes requests in, several in one transaction where they come together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._is_storing = False

    async def accept(self, request: Request, response_url: SecretStr | None) -> bool:
        """Store a request, its run and its line of the audit; False when its trigger was there."""
        is_new: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self._is_storing:
            self._database.run(self._store_waiting())
            self._is_storing = True
        self._waiting.append(_Waiting(request, response_url, is_new))
        return await is_new

    async def _store_waiting(self) -> None:
        try:
            while self._waiting:
                await self._store_batch()
        finally:
            self._is_storing = False

    async def _store_batch(self) -> None:
        """Store all that wait when the database is ours; what comes later waits for the next."""
        batch = self._waiting
        failure: Exception = BotError("The request could not be stored.")
        try:
            async with self._database.write() as connection:
                self._waiting = []
                new = await _insert(connection, batch)
            for one in _who_still_waits(batch):
                one.is_new.set_result(one.request.id in new)
        except (SQLAlchemyError, BotError) as error:
            failure = error
        finally:
            for one in _who_still_waits(batch):
                one.is_new.set_exception(failure)
            self._waiting = _who_still_waits(self._waiting)


def _who_still_waits(batch: Sequence[_Waiting]) -> list[_Waiting]:
    return [one for one in batch if not one.is_new.done()]


async def _insert(connection: AsyncConnection, batch: Sequence[_Waiting]) -> set[str]:
    """Insert what is new of a batch; gives the ids of that."""
    rows = [_row(one.request) for one in batch]
    new = set(await insert_all_new(connection, retrievals, rows, ("trigger",)))
    fresh = [one for one in batch if one.request.id in new]
    if fresh:
        await connection.execute(runs.insert(), [_run(one.request) for one in fresh])
        await connection.execute(audit.insert(), [_line(one.request) for one in fresh])
    urls = [_url(one.request, one.response_url) for one in fresh if one.response_url]
    if urls:
        await connection.execute(response_urls.insert(), urls)
    return new


def _row(request: Request) -> dict[str, object]:
    return {
        "id": request.id,
        "requested_at": request.at,
        "requester": request.requester,
        "team": request.team,
        "channel": request.channel,
        "trigger": request.trigger,
        "request": request.model_dump_json(),
        "state": RetrievalState.REQUESTED,
        "version": 0,
    }


def _run(request: Request) -> dict[str, object]:
    return {
        "id": request.id,
        "workflow": "retrieve",
        "subject": request.id,
        "is_finished": False,
    }


def _line(request: Request) -> dict[str, object]:
    return {
        "at": request.at,
        "actor": request.requester,
        "action": "requested",
        "subject": request.id,
        "detail": " ".join(request.words),
    }


def _url(request: Request, url: SecretStr) -> dict[str, object]:
    return {"retrieval": request.id, "stored_at": request.at, "url": url.get_secret_value()}
