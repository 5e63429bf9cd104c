"""One packaging, followed to its end: asked for once, then asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cli.fetch.failure import FetchFailed
from bot.cli.fetch.manifest import Entry, Reason
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
    said: Callable[[str], None]  # told what the platform says, for the progress

    async def until_packaged(self, entry: Entry, report: PackagingReport | None) -> PackagingReport:
        """Give the last report, which says that the package is there.

        `entry` is of a packaging whose request was answered. Its deadline counts from that answer,
        so what came before, waiting for our own limits too, is not counted. `report` is that
        answer, None where an earlier run asked. Raises FetchFailed, and PlatformError where the
        platform cannot be asked.
        """
        package = entry.package_key or PackageKey("")
        since = entry.requested_at or self.clock.now()
        before: PackagingReport | None = None
        if report is None:
            report = await self._ask(package, since)
        while report.state is not PackagingState.READY:
            self._check(report, before)
            await self._pause(report, since)
            before, report = report, await self._ask(package, since)
        return report

    async def _ask(self, package: PackageKey, since: datetime) -> PackagingReport:
        """Ask once, and again for as long as the platform cannot answer."""
        while True:
            try:
                report = await self.gateway.packaging_report(self.target, package)
            except PlatformError as error:
                if not error.is_transient or self._has_run_out(since):
                    raise
                self.said(f"{error.message} Asking again.")
                await self.clock.sleep(self._interval(since))
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

    async def _pause(self, report: PackagingReport, since: datetime) -> None:
        if self._has_run_out(since):
            raise FetchFailed(
                Reason.DEADLINE,
                f"The platform did not finish packaging within {_duration(self.polling.deadline)}"
                f"{_last_words(report)}. Run it again for a new packaging.",
                texts(report),
            )
        left = (since + self.polling.deadline - self.clock.now()).total_seconds()
        await self.clock.sleep(min(self._interval(since), left))

    def _interval(self, since: datetime) -> float:
        return self.polling.interval(self.clock.now() - since).total_seconds()

    def _has_run_out(self, since: datetime) -> bool:
        return self.polling.has_run_out(self.clock.now() - since)


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
