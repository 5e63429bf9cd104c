"""Give out a download link in a message of its own; or a file of Slack's where we have no address.

The link is minted inside the step that posts it. Should that step run again and not find its
message, what it minted before is revoked and a new link minted: nobody ever saw the old one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.events import AnyEvent, LinkKind, LinkPosted
from bot.domain.link import LinkOrder, LinkRow, draw_up
from bot.domain.packaging import PlatformLink
from bot.domain.policy import LinkVisibility, Policy
from bot.domain.retrieval import Posted, Retrieval
from bot.domain.target import Target
from bot.domain.value import PackageKey, PlatformName, SlackUserId
from bot.errors import CannotSpeak
from bot.ports import (
    ADDRESS_LIMIT,
    Audit,
    Journal,
    Links,
    Living,
    Livings,
    Messenger,
    Minter,
    PlatformGateway,
    Watcher,
)
from bot.workflows.bells import Bells
from bot.workflows.effects import Effects


class Stopped(Exception):  # noqa: N818 - no error
    """Somebody cancelled the retrieval before there was anything to post."""


@dataclass(frozen=True)
class Delivery:
    """One link to be given out."""

    state: Retrieval
    target: Target
    package: PackageKey
    key: str  # the effect key
    recipient: SlackUserId
    ask: str
    direct: bool
    watcher: Watcher


class Giving:
    """Gives links out, each once."""

    def __init__(
        self,
        *,
        journal: Journal,
        links: Links,
        livings: Livings,
        audit: Audit,
        gateways: Mapping[PlatformName, PlatformGateway],
        messenger: Messenger,
        minter: Minter | None,
        effects: Effects,
        bells: Bells,
        policy: Policy,
        clock: Clock,
        linked: Callable[[float], None],
    ) -> None:
        self._journal = journal
        self._links = links
        self._livings = livings
        self._audit = audit
        self._gateways = gateways
        self._messenger = messenger
        self._minter = minter
        self._effects = effects
        self._bells = bells
        self._policy = policy
        self._clock = clock
        self._linked = linked  # told the seconds from request to first link

    async def give(self, state: Retrieval, recipient: SlackUserId, watcher: Watcher) -> None:
        """Give the first link."""
        await self._give(self._delivery(state, "link", recipient, "", watcher))

    async def give_another(
        self, state: Retrieval, recipient: SlackUserId, watcher: Watcher, *, ask: str
    ) -> None:
        """Give the link that was asked for under `ask`."""
        await self._give(self._delivery(state, f"link:{ask}", recipient, ask, watcher))

    def _delivery(
        self, state: Retrieval, key: str, recipient: SlackUserId, ask: str, watcher: Watcher
    ) -> Delivery:
        if state.target is None or state.package is None:
            raise LookupError(f"retrieval {state.id} has no package to give a link to")
        is_guarded = self._policy.link_visibility is LinkVisibility.REQUESTER
        is_shown = is_guarded and self._minter is None  # a button can guard only links of our own
        return Delivery(
            state=state,
            target=state.target,
            package=state.package,
            key=key,
            recipient=recipient,
            ask=ask,
            direct=state.is_external or (is_shown and not state.is_direct),
            watcher=watcher,
        )

    async def _give(self, delivery: Delivery) -> None:
        try:
            event = await self._once(delivery)
        except CannotSpeak:
            # The bot was removed from the channel since: the requester still gets what was asked.
            event = await self._once(replace(delivery, direct=True, key=f"{delivery.key}-in-dm"))
        if isinstance(event, LinkPosted):
            await self._after(delivery, event)

    async def _once(self, delivery: Delivery) -> AnyEvent:
        async def act() -> LinkPosted:
            link = await self._asked_for(delivery)
            # Whatever an earlier try of this effect made, nobody ever saw it.
            await self._links.revoke(delivery.state.id, delivery.key, self._clock.now())
            if self._minter is not None:
                return await self._post_ours(delivery, link, self._minter)
            if link.is_presigned and len(link.url) <= ADDRESS_LIMIT:
                return await self._post_theirs(delivery, link)
            return await self._upload(delivery, link)

        async def probe() -> LinkPosted | None:
            row = await self._links.minted_by(delivery.state.id, delivery.key)
            place = delivery.recipient if delivery.direct else ""
            posted = row and await self._messenger.find(delivery.state, delivery.key, channel=place)
            return self._event(delivery, row, posted) if row and posted else None

        return await self._effects.once(delivery.state.id, delivery.key, act=act, probe=probe)

    async def _asked_for(self, delivery: Delivery) -> PlatformLink:
        """Ask for the platform's link, for which its rate limit may let us wait."""
        gateway = self._gateways[delivery.target.platform]
        work = asyncio.ensure_future(
            gateway.platform_link(delivery.target, delivery.package, delivery.watcher)
        )

        async def is_cancelled() -> bool:
            return (await self._journal.loaded(delivery.state.id)).is_being_cancelled

        with self._bells.listen(delivery.state.id) as listener:
            if not await listener.waits_for(work, unless=is_cancelled):
                raise Stopped
        return work.result()

    async def _post_ours(
        self, delivery: Delivery, link: PlatformLink, minter: Minter
    ) -> LinkPosted:
        row, url = await minter.mint(await self._order(delivery, link, LinkKind.OURS))
        return await self._post(delivery, row, url)

    async def _post_theirs(self, delivery: Delivery, link: PlatformLink) -> LinkPosted:
        """Give out the platform's own link, which whoever holds it can use."""
        row = await self._draw_up(delivery, link, LinkKind.PLATFORM)
        return await self._post(delivery, row, link.url)

    async def _post(self, delivery: Delivery, row: LinkRow, url: SecretStr) -> LinkPosted:
        posted = await self._messenger.post_link(
            delivery.state, delivery.key, row, url, direct=delivery.direct
        )
        return self._event(delivery, row, posted)

    async def _upload(self, delivery: Delivery, link: PlatformLink) -> LinkPosted:
        row = await self._draw_up(delivery, link, LinkKind.UPLOAD)

        async def keep(file: str, size_bytes: int) -> None:
            await self._links.set_file(row.id, file, size_bytes)

        gateway = self._gateways[delivery.target.platform]
        async with gateway.open_package(delivery.target, delivery.package) as body:
            posted = await self._messenger.upload(
                delivery.state, delivery.key, row, body, direct=delivery.direct, on_file=keep
            )
        stored = await self._links.minted_by(delivery.state.id, delivery.key)
        return self._event(delivery, stored or row, posted)

    async def _draw_up(self, delivery: Delivery, link: PlatformLink, kind: LinkKind) -> LinkRow:
        """Store what is known of a link that no token of ours leads to."""
        order = await self._order(delivery, link, kind)
        row = draw_up(order, minted_at=self._clock.now(), lifetime=self._policy.link_lifetime)
        await self._links.add(row, f"{kind}:{row.id}")
        return row

    async def _order(self, delivery: Delivery, link: PlatformLink, kind: LinkKind) -> LinkOrder:
        return LinkOrder(
            retrieval=delivery.state.id,
            target=delivery.target,
            package=delivery.package,
            recipient=delivery.recipient,
            effect=delivery.key,
            leads_to=kind,
            platform_expires_at=link.expires_at,
            size_bytes=await self._links.known_size(delivery.package),
        )

    def _event(self, delivery: Delivery, row: LinkRow, posted: Posted) -> LinkPosted:
        return LinkPosted(
            at=self._clock.now(),
            link=row.id,
            ask=delivery.ask,
            recipient=row.recipient,
            channel=posted.channel,
            ts=posted.ts,
            file_name=row.file_name,
            size_bytes=row.size_bytes,
            expires_at=row.expires_at,
            rule=row.rule,
            leads_to=row.leads_to,
        )

    async def _after(self, delivery: Delivery, event: LinkPosted) -> None:
        posted = Posted(channel=event.channel, ts=event.ts)
        retrieval = delivery.state.id
        part = f"link:{event.link}"
        living = Living(retrieval=retrieval, part=part, posted=posted, shown_version=0)
        await self._livings.add(living)
        await self._audit.record(
            event.at, event.recipient, "link_given", retrieval, f"{event.link} {delivery.target}"
        )
        self._bells.ring("links")
        if not delivery.ask:
            self._linked((event.at - delivery.state.request.at).total_seconds())
