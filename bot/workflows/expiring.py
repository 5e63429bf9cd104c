"""Tell people when their link ends, and delete what was uploaded. A loop over rows with a due time.

Not a workflow: each turn is idempotent, and what a crash leaves undone is due again at the start.
"""

from __future__ import annotations

import structlog

from bot.clock import Clock
from bot.domain.events import LinkExpired
from bot.domain.link import LinkRow
from bot.errors import SlackError, SlackRefused
from bot.ports import Audit, Journal, Links, Messenger
from bot.workflows.bells import Bells

log = structlog.get_logger()

_LONGEST_WAIT = 60.0  # seconds; only a bound, since a new link rings the bell
_AFTER_TROUBLE = 10.0


class Expiring:
    """Ends links at their end."""

    def __init__(
        self,
        *,
        journal: Journal,
        links: Links,
        audit: Audit,
        messenger: Messenger,
        bells: Bells,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._links = links
        self._audit = audit
        self._messenger = messenger
        self._bells = bells
        self._clock = clock

    async def run(self) -> None:
        """Go on until cancelled."""
        with self._bells.listen("links") as listener:
            while True:
                wait = await self.end_due_links()
                await listener.heard_within(self._clock, wait)

    async def end_due_links(self) -> float:
        """End every link whose time has come; give the seconds until it is worth looking again."""
        has_trouble = False
        for link in await self._links.due(self._clock.now()):
            try:
                await self._end(link)
            except SlackError as error:
                # The others must not wait for one that Slack will not let go.
                log.warning("link_end_delayed", link=link.id, reason=error.message)
                has_trouble = True
        if has_trouble:
            return _AFTER_TROUBLE
        next_end = await self._links.next_end()
        if next_end is None:
            return _LONGEST_WAIT
        left = (next_end - self._clock.now()).total_seconds()
        return min(max(left, 0.0), _LONGEST_WAIT)

    async def _end(self, link: LinkRow) -> None:
        if link.slack_file:
            await self._delete(link)
        event = LinkExpired(at=self._clock.now(), link=link.id)
        await self._journal.append(link.retrieval, f"expired:{link.id}", event)
        await self._links.end_shown(link.id)

    async def _delete(self, link: LinkRow) -> None:
        """Delete the file; one that Slack will never let go is said in the log and the audit."""
        try:
            await self._messenger.delete_file(link.slack_file)
        except SlackRefused as refusal:
            log.warning("file_not_deleted", link=link.id, reason=refusal.message)
            now = self._clock.now()
            await self._audit.record(
                now, "sast-source", "file_not_deleted", link.retrieval, link.slack_file
            )
