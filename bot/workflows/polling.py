"""Ask a platform how far a packaging is, inside one durable step, until it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import Clock
from bot.domain.events import FailureReason
from bot.domain.packaging import MessageLevel, PackagingMessage, PackagingReport, PackagingState
from bot.domain.polling import PollPolicy
from bot.domain.retrieval import Failure
from bot.domain.value import PackagingId, PlatformName
from bot.errors import PlatformError, PlatformNotFound
from bot.ports import Journal, Packaging, Packagings, PlatformGateway, Watcher
from bot.workflows.bells import Bells, Listener, followers_of
from bot.workflows.watching import Hold, RateWatcher


class Polling:
    """The part of a packaging from the platform's first answer to its last."""

    def __init__(
        self,
        *,
        packagings: Packagings,
        journal: Journal,
        gateways: Mapping[PlatformName, PlatformGateway],
        policies: Mapping[PlatformName, PollPolicy],
        bells: Bells,
        clock: Clock,
    ) -> None:
        self._packagings = packagings
        self._journal = journal
        self._gateways = gateways
        self._policies = policies
        self._bells = bells
        self._clock = clock

    async def poll(self, packaging: PackagingId) -> str:
        """Ask until the platform is done, says no, runs out of time, or nobody wants it."""
        known = await self._packagings.loaded(packaging)
        asked_at = known.asked_at
        if known.state.is_settled or known.package is None or asked_at is None:
            return known.state
        known = await self._after_a_wait(known)
        policy = self._policies[known.target.platform]
        elapsed = self._clock.now() - asked_at - timedelta(seconds=known.held_seconds)
        with self._bells.listen(followers_of(packaging)) as listener:
            known = await self._cancel_if_unwanted(known)
            return await self._until_settled(known, policy, elapsed, listener)

    async def _until_settled(
        self, known: Packaging, policy: PollPolicy, elapsed: timedelta, listener: Listener
    ) -> str:
        """Poll; `elapsed` counts everything but what the platform's rate limit took."""
        unknown = ""  # the status nobody knows, as it was read the last time
        while not known.state.is_settled:
            began = self._clock.now()
            watcher = self._watcher(known.id)
            try:
                report = await self._report(known, watcher)
            except PlatformError as error:
                known = await self._cope(await self._as_left(known, watcher), error)
            else:
                is_final = report.is_known or report.wire_status == unknown
                unknown = "" if report.is_known else report.wire_status
                known = await self._as_left(known, watcher)
                known = await self._take(known, report, is_final=is_final)
            elapsed += self._clock.now() - began - timedelta(seconds=watcher.held_seconds)
            if not known.state.is_settled and policy.has_run_out(elapsed):
                known = await self._fail(known, FailureReason.DEADLINE, _too_late(policy))
            if known.state.is_settled:
                break
            wait = policy.interval(elapsed)
            if await listener.heard_within(self._clock, wait.total_seconds()):
                known = await self._cancel_if_unwanted(known)
            elapsed += wait
        return known.state

    def _watcher(self, packaging: PackagingId) -> RateWatcher:
        async def show(hold: Hold) -> None:
            known = await self._packagings.loaded(packaging)
            held = known.held_seconds + hold.held_seconds
            changed = {"rate_ahead": hold.ahead, "held_since": hold.since, "held_seconds": held}
            await self._save(known, changed)

        return RateWatcher(show=show, clock=self._clock)

    async def _after_a_wait(self, known: Packaging) -> Packaging:
        """End the wait of a process that did not live to say that it was over."""
        if known.held_since is None:
            return known
        held = known.held_seconds + (self._clock.now() - known.held_since).total_seconds()
        changed = {"rate_ahead": None, "held_since": None, "held_seconds": held}
        return await self._save(known, changed)

    async def _as_left(self, known: Packaging, watcher: RateWatcher) -> Packaging:
        """Give the packaging as a watcher has left it."""
        return await self._packagings.loaded(known.id) if watcher.held_seconds else known

    async def _report(self, known: Packaging, watcher: Watcher) -> PackagingReport:
        """Ask; a success that carries errors must prove itself with a link."""
        assert known.package is not None  # noqa: S101 - the caller looked
        assert known.asked_at is not None  # noqa: S101 - the caller looked
        gateway = self._gateways[known.target.platform]
        report = await gateway.packaging_report(
            known.target, known.package, asked_at=known.asked_at, watcher=watcher
        )
        if report.state is PackagingState.READY and _errors(report.messages):
            try:
                await gateway.platform_link(known.target, known.package, watcher)
            except PlatformError as error:
                if error.is_transient:
                    raise
                return report.model_copy(update={"state": PackagingState.FAILED})
        return report

    async def _take(
        self, known: Packaging, report: PackagingReport, *, is_final: bool
    ) -> Packaging:
        news = report.messages[known.messages :]
        state = report.state
        failure = None
        if state is PackagingState.FAILED and not is_final:
            state = PackagingState.RUNNING
        if state is PackagingState.FAILED:
            failure = Failure(reason=FailureReason.PLATFORM, text=_said(report))
        if not news and state is known.state and not known.trouble:
            return known
        changed = {
            "state": state,
            "failure": failure,
            "trouble": "",
            "messages": known.messages + len(news),
        }
        return await self._save(known, changed, news)

    async def _cope(self, known: Packaging, error: PlatformError) -> Packaging:
        """Go on where asking again can help; otherwise the packaging ends here."""
        if error.is_transient:
            if error.message == known.trouble:
                return known
            return await self._save(known, {"trouble": error.message})
        gone = isinstance(error, PlatformNotFound)
        reason = FailureReason.PACKAGE_GONE if gone else FailureReason.PLATFORM
        return await self._fail(known, reason, error.message)

    async def _cancel_if_unwanted(self, known: Packaging) -> Packaging:
        if await self._journal.followers(known.id):
            return known
        return await self._save(known, {"state": PackagingState.CANCELLED})

    async def _fail(self, known: Packaging, reason: FailureReason, text: str) -> Packaging:
        failure = Failure(reason=reason, text=text)
        return await self._save(known, {"state": PackagingState.FAILED, "failure": failure})

    async def _save(
        self,
        known: Packaging,
        changed: Mapping[str, object],
        news: tuple[PackagingMessage, ...] = (),
    ) -> Packaging:
        await self._packagings.save(known.model_copy(update=dict(changed)), news)
        self._bells.ring(known.id)
        return await self._packagings.loaded(known.id)

    async def give_up(self, packaging: PackagingId, reference: str) -> str:
        """End a packaging that broke for a reason of ours."""
        known = await self._packagings.loaded(packaging)
        if not known.state.is_settled:
            text = f"Something broke on our side while packaging (reference {reference})."
            await self._fail(known, FailureReason.INTERNAL, text)
        return "gave up"


def _errors(messages: tuple[PackagingMessage, ...]) -> list[str]:
    return [one.text for one in messages if one.level is MessageLevel.ERROR]


def _said(report: PackagingReport) -> str:
    said = " ".join(_errors(report.messages)) or "It gave no reason."
    return f'The platform ended the packaging with the status "{report.wire_status}". {said}'


def _too_late(policy: PollPolicy) -> str:
    minutes = round(policy.deadline.total_seconds() / 60)
    return (
        f"The platform did not finish the package within {minutes} minutes. "
        "It may still be working; Retry asks again."
    )
