"""One packaging, followed to its end: asked for once, then asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.manifest import Entry, Reason
from bot.cli.fetch.watching import Watching
from bot.clock import Clock
from bot.domain.packaging import MessageLevel, PackagingReport, PackagingState
from bot.domain.polling import PollPolicy
from bot.domain.target import Target
from bot.domain.value import PackageKey
from bot.errors import PlatformError
from bot.ports import PlatformGateway

_MESSAGES_IN_SENTENCE = 3


@dataclass
class Following:
    """A packaging that is asked about until it ends."""

    gateway: PlatformGateway
    target: Target
    polling: PollPolicy
    clock: Clock
    watching: Watching
    said: Callable[[str], None]  # told what the platform says, for the progress
    _since: datetime = field(init=False)  # what the deadline counts from

    async def until_packaged(self, entry: Entry, report: PackagingReport | None) -> PackagingReport:
        """Give the last report, which says that the package is there.

        `entry` is of a packaging whose request was answered. Its deadline counts from that answer,
        so what came before, waiting for our own limits too, is not counted; nor is waiting for
        the platform's. `report` is that answer, None where an earlier run asked. Raises
        FetchFailed, and PlatformError where the platform cannot be asked.
        """
        self._since = (entry.requested_at or self.clock.now()) - self.watching.waited
        before: PackagingReport | None = None
        if report is None:
            report = await self._ask(entry)
        while report.state is not PackagingState.READY:
            self._check(report, before)
            await self._pause(report)
            before, report = report, await self._ask(entry)
        return report

    async def _ask(self, entry: Entry) -> PackagingReport:
        """Ask once, and again for as long as the platform cannot answer."""
        package = entry.package_key or PackageKey("")
        asked_at = entry.sent_at or entry.requested_at or self.clock.now()
        while True:
            try:
                report = await self.gateway.packaging_report(
                    self.target, package, asked_at=asked_at, watcher=self.watching
                )
            except PlatformError as error:
                if not error.is_transient or self._has_run_out():
                    raise
                self.said(f"{error.message} Asking again.")
                await self.clock.sleep(self._interval())
            else:
                self.said(report.messages[-1].text if report.messages else "")
                return report

    def _check(self, report: PackagingReport, before: PackagingReport | None) -> None:
        """Refuse a packaging that has failed.

        A status that nobody has published counts when it is read twice in a row: the platform
        may be between two of its own.
        """
        if report.is_known:
            if report.state.is_settled:
                raise failed(report)
        elif before is not None and before.wire_status == report.wire_status:
            raise failed(report)

    async def _pause(self, report: PackagingReport) -> None:
        if self._has_run_out():
            raise FetchFailed(
                Reason.DEADLINE,
                f"The platform did not finish packaging within {_duration(self.polling.deadline)}"
                f"{_last_words(report)}. Run it again for a new packaging.",
                texts(report),
            )
        left = (self.polling.deadline - self._elapsed()).total_seconds()
        await self.clock.sleep(min(self._interval(), left))

    def _interval(self) -> float:
        return self.polling.interval(self._elapsed()).total_seconds()

    def _has_run_out(self) -> bool:
        return self.polling.has_run_out(self._elapsed())

    def _elapsed(self) -> timedelta:
        """Give how long the platform has had, without what its rate limit took."""
        return self.clock.now() - self._since - self.watching.waited


def failed(report: PackagingReport) -> FetchFailed:
    """Say that a packaging failed, in the platform's words."""
    status = f" with the status {report.wire_status!r}" if report.wire_status else ""
    return FetchFailed(
        Reason.PACKAGING,
        f"The platform's packaging ended{status}, without a package{_last_words(report)}.",
        texts(report),
    )


def texts(report: PackagingReport) -> tuple[str, ...]:
    """Give what the platform said while it packaged."""
    return tuple(message.text for message in report.messages)


def has_errors(report: PackagingReport) -> bool:
    """Whether the platform reported an error on the way."""
    return any(message.level is MessageLevel.ERROR for message in report.messages)


def _last_words(report: PackagingReport) -> str:
    """Give the errors, or the last messages where there are none."""
    errors = [m.text for m in report.messages if m.level is MessageLevel.ERROR]
    said = (errors or [m.text for m in report.messages])[-_MESSAGES_IN_SENTENCE:]
    return (": " + " ".join(said).rstrip(".")) if said else ""


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes} min" if minutes and not seconds else f"{round(length.total_seconds())} s"
