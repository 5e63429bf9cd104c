"""DBOS, configured and kept within its limits.

The only file that knows how workflows are kept alive. Each trap it works around is measured in
the docs of this decision (docs/engine.md): ids and version are pinned, polling is one step, the
database's locks queue in the pool and not in SQLite, and shutting down happens off the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from bot.clock import Clock
from bot.ports import Run, Runs

log = structlog.get_logger()

Body = Callable[[str, str], Coroutine[None, None, None]]  # run id, subject

# Of the workflows' steps. Recovery only takes rows of its own version; raise it when the steps of
# a workflow change, and what is unfinished starts anew, from the journal.
VERSION = 1
_ATTEMPTS = 3  # of a step that breaks for a reason of ours, before its workflow gives up


class StepBroken(Exception):  # noqa: N818 - never leaves the workflows
    """A step failed for a reason of ours; the log knows more under `reference`."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


class DurableEngine:
    """Runs workflows to their end, whatever happens to this process."""

    def __init__(
        self, *, database_url: str, runs: Runs, clock: Clock, version: int = VERSION
    ) -> None:
        self._database_url = database_url
        self._runs = runs
        self._clock = clock
        self._version = version
        self._workflows: dict[str, Body] = {}
        self._waiting: asyncio.Queue[Run] = asyncio.Queue()
        self._starter: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._running: set[asyncio.Task[Any]] = set()

    async def start(self, bodies: Mapping[str, Body]) -> None:
        """Recover what was running, and begin what was stored and never started."""
        DBOS(config=_config(self._database_url, self._version))
        self._workflows = {name: self._register(name, body) for name, body in bodies.items()}
        DBOS.launch()
        _silence()
        for run in await self._never_started():
            self._waiting.put_nowait(run)
        self._starter = asyncio.create_task(self._start_waiting(), name="engine-starter")

    async def begin(self, run: Run) -> None:
        """Start a stored run soon; asking twice for the same run id is harmless."""
        self._waiting.put_nowait(run)

    async def forget(self, run_ids: Sequence[str]) -> None:
        """Delete what the engine keeps of runs that ended long ago."""
        if run_ids:
            versions = range(1, self._version + 1)
            ids = [f"{one}/{version}" for one in run_ids for version in versions]
            await DBOS.delete_workflows_async(ids)

    async def step(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Run one durable step; gives its answer again when the workflow is run again.

        Raises StepBroken when it fails for a reason of ours, several times over.
        """

        async def guarded() -> str:
            return await self._attempts(name, act)

        await self._hold_if_stopping()
        answer = await DBOS.run_step_async({"name": name}, guarded)
        if answer.startswith(_BROKEN):
            raise StepBroken(answer.removeprefix(_BROKEN))
        return answer

    async def stop(self) -> None:
        """End without breaking what is in flight; the next start goes on.

        DBOS leaves running workflows to go on without what is closed after it: so each is held
        where its step ends, and then cancelled. DBOS still has it as running, to be recovered.
        """
        self._is_stopping = True
        if self._starter is not None:
            self._starter.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starter
        # On the loop it would block what it waits for; in DBOS's own pool it would end itself.
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def destroy() -> None:
            DBOS.destroy(destroy_registry=True)
            loop.call_soon_threadsafe(done.set_result, None)

        threading.Thread(target=destroy, name="engine-stop").start()
        await done
        # DBOS made its own pool the loop's, and has shut it down.
        loop.set_default_executor(ThreadPoolExecutor())
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _register(self, name: str, body: Body) -> Body:
        @DBOS.workflow(name=name, max_recovery_attempts=1_000_000)
        async def workflow(run_id: str, subject: str) -> None:
            if (task := asyncio.current_task()) is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await body(run_id, subject)
            await DBOS.run_step_async({"name": "finish"}, self._runs.finish, run_id)

        return workflow

    def _workflow_id(self, run_id: str) -> str:
        return f"{run_id}/{self._version}"

    async def _never_started(self) -> list[Run]:
        """Give what the engine will not recover by itself: never begun, or given up by it.

        What DBOS gave up (a failure outside of any step) starts anew, from the journal.
        """
        unfinished = await self._runs.unfinished()
        ids = [self._workflow_id(run.id) for run in unfinished]
        known = await DBOS.list_workflows_async(workflow_ids=ids) if ids else []
        dead = [one.workflow_id for one in known if one.status not in _ALIVE]
        if dead:
            await DBOS.delete_workflows_async(dead)
        alive = {one.workflow_id for one in known} - set(dead)
        return [run for run in unfinished if self._workflow_id(run.id) not in alive]

    async def _start_waiting(self) -> None:
        """Start one run after another, so that a burst leaves the loop to the acknowledgements."""
        while True:
            run = await self._waiting.get()
            with SetWorkflowID(self._workflow_id(run.id)):
                await DBOS.start_workflow_async(self._workflows[run.workflow], run.id, run.subject)

    async def _hold_if_stopping(self) -> None:
        if self._is_stopping:
            await asyncio.Event().wait()

    async def _attempts(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = await act()
            except Exception:
                await self._hold_if_stopping()
                reference = uuid.uuid4().hex[:8]
                log.exception("step_broken", step=name, reference=reference)
                await self._clock.sleep(attempt)
            else:
                await self._hold_if_stopping()
                return answer
        return _BROKEN + reference


_BROKEN = "broken:"
_ALIVE = {"PENDING", "ENQUEUED", "DELAYED", "SUCCESS"}  # DBOS WorkflowStatusString


def _config(database_url: str, version: int) -> DBOSConfig:
    return DBOSConfig(
        name="sast-source",
        system_database_url=database_url,
        # One process owns a SQLite file (bot.store holds the lock), so the id may be constant:
        # that is what lets the next process recover what this one leaves behind.
        executor_id="sast-source",
        application_version=str(version),
        serializer=DBOSPortableJSONSerializer(),
        log_level="WARNING",
        max_executor_threads=16,
        sys_db_pool_size=2,
        # We use no notifications: this is only how long the thread that waits for some sleeps,
        # and thereby how long a stop waits for that thread.
        notification_listener_polling_interval_sec=0.1,
        enable_otlp=False,
    )


def _silence() -> None:
    logging.getLogger("dbos").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave failures to our own log: DBOS tells of each workflow that is cancelled at a stop."""
    return not record.exc_info and not record.getMessage().startswith("Asyncio task cancelled")
