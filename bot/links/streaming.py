"""Answering requests for packages: who gets one, who gets a page, and how each use is accounted.

Every GET of a working link takes a place, is written to the audit log at its start and at its end,
and gives the place back however it ends. A download is carried by a task of its own, so a client
that leaves cannot cancel the bookkeeping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from aiohttp import hdrs, web

from bot.clock import Clock
from bot.domain.link import LinkRow
from bot.domain.value import PlatformName
from bot.errors import PlatformError
from bot.links import pages
from bot.links.checking import working_link
from bot.links.download import Download, Outcome, package_headers
from bot.links.robots import is_robot
from bot.links.stalling import until_stalled
from bot.ports import Audit, Links, PlatformGateway
from bot.settings import DownloadLimits

log = structlog.get_logger()

Observe = Callable[[str, int], None]


class Downloads:
    """The handler of `/download/{token}`, and the downloads that it is serving."""

    def __init__(
        self,
        *,
        links: Links,
        gateways: Mapping[PlatformName, PlatformGateway],
        audit: Audit,
        clock: Clock,
        limits: DownloadLimits,
        observe: Observe,
    ) -> None:
        self._links = links
        self._gateways = gateways
        self._audit = audit
        self._clock = clock
        self._limits = limits
        self._observe = observe
        self._serving: dict[Download, asyncio.Task[web.StreamResponse]] = {}
        self._moving: set[Download] = set()
        self._is_stopping = False

    @property
    def running(self) -> int:
        """How many places are taken."""
        return len(self._moving)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a GET or HEAD; the route's `token` names the link."""
        if is_robot(request.headers.get(hdrs.USER_AGENT, "")):
            return self._answer(Outcome.ROBOT, pages.render_for_robot())
        token = request.match_info["token"]
        link = await working_link(token, links=self._links, clock=self._clock)
        if link is None:
            return self._answer(Outcome.UNKNOWN, pages.render(pages.UNKNOWN))
        if request.method == hdrs.METH_HEAD:
            return self._answer(Outcome.ASKED, _described(link))
        return await self._admit(request, link)

    async def abort_all(self) -> None:
        """Cut every download off, let none begin any more, and wait until each is accounted."""
        self._is_stopping = True
        for download in self._serving:
            download.stop(Outcome.STOPPED)
        await asyncio.gather(*self._serving.values(), return_exceptions=True)

    def _answer(self, outcome: Outcome, response: web.StreamResponse) -> web.StreamResponse:
        self._observe(outcome, 0)
        return response

    async def _admit(self, request: web.Request, link: LinkRow) -> web.StreamResponse:
        if self._is_stopping:
            return self._answer(Outcome.STOPPED, pages.render(pages.STOPPING))
        if len(self._moving) >= self._limits.at_once:
            return self._answer(Outcome.FULL, pages.render(pages.FULL))
        download = Download(request, link, self._gateways.get(link.target.platform))
        self._moving.add(download)
        task = asyncio.create_task(self._serve(download))
        self._serving[download] = task
        task.add_done_callback(lambda _: self._serving.pop(download))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            download.stop(Outcome.LEFT)
            raise

    async def _serve(self, download: Download) -> web.StreamResponse:
        try:
            await self._record(download.link, "download.started", "")
            error, outcome = await self._move(download)
        finally:
            self._moving.discard(download)
        if outcome is not Outcome.FINISHED:
            download.cut_off()
        _log(download.link, error)
        await self._account(download, outcome)
        return download.response or pages.render(_page(error, outcome, download.link))

    async def _move(self, download: Download) -> tuple[BaseException | None, Outcome]:
        """Let a download run until it ends or is stopped."""
        run = asyncio.create_task(download.run())
        watch = asyncio.create_task(self._watch(download))
        ends: tuple[asyncio.Future[None] | asyncio.Future[Outcome], ...] = (run, download.stopped)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        has_ended = run.done()
        run.cancel()
        watch.cancel()
        error, _ = await asyncio.gather(run, watch, return_exceptions=True)
        if not has_ended:
            return None, download.stopped.result()
        return error, _outcome(error, has_begun=download.response is not None)

    async def _watch(self, download: Download) -> None:
        await until_stalled(
            download.progress, clock=self._clock, seconds=self._limits.stall_seconds
        )
        download.stop(Outcome.STALLED)

    async def _account(self, download: Download, outcome: Outcome) -> None:
        self._observe(outcome, download.sent_bytes)
        action = "finished" if outcome is Outcome.FINISHED else "aborted"
        detail = f", {download.sent_bytes} bytes, {outcome}"
        await self._record(download.link, f"download.{action}", detail)
        if outcome is Outcome.FINISHED and download.sent_bytes != download.link.size_bytes:
            await self._links.set_size(download.link.id, download.sent_bytes)

    async def _record(self, link: LinkRow, action: str, detail: str) -> None:
        await self._audit.record(
            self._clock.now(), link.recipient, action, link.id, link.file_name + detail
        )


def _described(link: LinkRow) -> web.StreamResponse:
    """Give the answer to HEAD: what is known without asking a platform."""
    response = web.StreamResponse(headers=package_headers(link))
    response.content_length = link.size_bytes
    return response


def _outcome(error: BaseException | None, *, has_begun: bool) -> Outcome:
    if error is None:
        return Outcome.FINISHED
    if isinstance(error, ConnectionError):
        return Outcome.LEFT
    return Outcome.CUT if has_begun else Outcome.FAILED


def _log(link: LinkRow, error: BaseException | None) -> None:
    """Keep what a page for people does not say, with the ids that a platform's support asks for."""
    if isinstance(error, PlatformError):
        log.warning(
            "download_failed",
            link=link.id,
            platform=link.target.platform,
            status=error.status,
            error_code=error.error_code,
            trace_id=error.trace_id,
            said=error.message,
        )
    elif error is not None and not isinstance(error, ConnectionError):
        log.error("download_broke", link=link.id, exc_info=error)


def _page(error: BaseException | None, outcome: Outcome, link: LinkRow) -> pages.Page:
    """Give the page for a download that ended before its first byte."""
    if isinstance(error, PlatformError):
        return pages.page_for(error).with_reference(link.id)
    if outcome is Outcome.FAILED:
        return pages.BROKEN_HERE.with_reference(link.id)
    return pages.STOPPING if outcome is Outcome.STOPPED else pages.LATE
