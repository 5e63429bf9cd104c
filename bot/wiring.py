"""The inner half of the composition root: the service and the workflows from their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from bot.clock import Clock
from bot.domain.value import PlatformName
from bot.errors import PlatformRejected
from bot.links.minting import LinkMint
from bot.metrics import Metrics
from bot.platforms.turns import Turns
from bot.ports import Messenger, Minter, PlatformGateway
from bot.service import Service
from bot.settings import Settings
from bot.store.store import Store
from bot.workflows import packaging, renewal, retrieval
from bot.workflows.announcing import Announcing
from bot.workflows.answering import Answering
from bot.workflows.bells import Bells
from bot.workflows.delivering import Delivering
from bot.workflows.drain import Drain
from bot.workflows.effects import Effects
from bot.workflows.engine import Body, DurableEngine
from bot.workflows.expiring import Expiring
from bot.workflows.following import Following
from bot.workflows.giving import Giving
from bot.workflows.housekeeping import Housekeeping, Lifetimes
from bot.workflows.polling import Polling
from bot.workflows.resolving import Resolving
from bot.workflows.starting import Starting

_A_MINUTE = timedelta(minutes=1)


class Gateways(dict[PlatformName, PlatformGateway]):
    """The gateways by name; one that is asked for in vain was configured once and is no more."""

    def __missing__(self, name: PlatformName) -> PlatformGateway:
        raise PlatformRejected(f"The platform {name} is not configured any more.", platform=name)


@dataclass(frozen=True)
class Parts:
    """What the service and the workflows are made of."""

    settings: Settings
    clock: Clock
    store: Store
    gateways: Mapping[PlatformName, PlatformGateway]
    messenger: Messenger
    engine: DurableEngine
    bells: Bells
    drain: Drain
    metrics: Metrics

    @cached_property
    def minter(self) -> Minter | None:
        """What makes links; None where the bot has no address."""
        if self.settings.public_url is None:
            return None
        return LinkMint(
            links=self.store.links,
            clock=self.clock,
            public_url=str(self.settings.public_url),
            lifetime=self.settings.policy.link_lifetime,
        )

    @cached_property
    def effects(self) -> Effects:
        """What does visible things once."""
        return Effects(journal=self.store.journal, clock=self.clock, drain=self.drain)

    @cached_property
    def answering(self) -> Answering:
        """What answers privately."""
        return Answering(
            journal=self.store.journal,
            messenger=self.messenger,
            effects=self.effects,
            clock=self.clock,
        )

    @cached_property
    def announcing(self) -> Announcing:
        """What puts the card and the replies into Slack."""
        return Announcing(
            journal=self.store.journal,
            livings=self.store.livings,
            packagings=self.store.packagings,
            messenger=self.messenger,
            effects=self.effects,
            answering=self.answering,
            clock=self.clock,
        )

    @cached_property
    def delivering(self) -> Delivering:
        """What ends a retrieval with a link."""
        return Delivering(journal=self.store.journal, giving=self.giving, clock=self.clock)

    @cached_property
    def giving(self) -> Giving:
        """What gives out links."""
        return Giving(
            journal=self.store.journal,
            links=self.store.links,
            livings=self.store.livings,
            audit=self.store.audit,
            gateways=self.gateways,
            messenger=self.messenger,
            minter=self.minter,
            effects=self.effects,
            bells=self.bells,
            policy=self.settings.policy,
            clock=self.clock,
            linked=self.metrics.time_to_link.observe,
        )


async def recall_starts(parts: Parts) -> None:
    """Let what was asked for just before this start count in the platforms' limits a minute."""
    now = parts.clock.now()
    asked = await parts.store.packagings.asked_since(now - _A_MINUTE)
    for name, gateway in parts.gateways.items():
        gateway.recall_starts(
            [one.asked_at for one in asked if one.asked_at and one.target.platform == name]
        )


def service(parts: Parts) -> Service:
    """Build what handlers ask."""
    return Service(
        journal=parts.store.journal,
        audit=parts.store.audit,
        engine=parts.engine,
        minter=parts.minter,
        policy=parts.settings.policy,
        clock=parts.clock,
    )


def workflows(parts: Parts) -> dict[str, Body]:
    """Build the body of every workflow, by its name."""
    return {
        "retrieve": _retrieve(parts),
        "package": _package(parts),
        "renew": renewal.register(
            engine=parts.engine, delivering=parts.delivering, announcing=parts.announcing
        ),
    }


def _retrieve(parts: Parts) -> Body:
    resolving = Resolving(
        journal=parts.store.journal,
        gateways=parts.gateways,
        messenger=parts.messenger,
        answering=parts.answering,
        policy=parts.settings.policy,
        clock=parts.clock,
    )
    following = Following(
        journal=parts.store.journal,
        packagings=parts.store.packagings,
        engine=parts.engine,
        bells=parts.bells,
        clock=parts.clock,
        at_once={one.name: one.limits.packagings_at_once for one in parts.settings.platforms},
    )
    return retrieval.register(
        engine=parts.engine,
        resolving=resolving,
        announcing=parts.announcing,
        following=following,
        delivering=parts.delivering,
    )


def _package(parts: Parts) -> Body:
    platforms = parts.settings.platforms
    starting = Starting(
        packagings=parts.store.packagings,
        journal=parts.store.journal,
        gateways=parts.gateways,
        turns={PlatformName(one.name): Turns(one.limits.packagings_at_once) for one in platforms},
        bells=parts.bells,
        drain=parts.drain,
        clock=parts.clock,
    )
    polling = Polling(
        packagings=parts.store.packagings,
        journal=parts.store.journal,
        gateways=parts.gateways,
        policies={PlatformName(one.name): one.polling for one in platforms},
        bells=parts.bells,
        clock=parts.clock,
    )
    return packaging.register(engine=parts.engine, starting=starting, polling=polling)


def expiring(parts: Parts) -> Expiring:
    """Build what ends links."""
    return Expiring(
        journal=parts.store.journal,
        links=parts.store.links,
        audit=parts.store.audit,
        messenger=parts.messenger,
        bells=parts.bells,
        clock=parts.clock,
    )


def housekeeping(parts: Parts) -> Housekeeping:
    """Build what removes what is due."""
    retention = parts.settings.retention
    return Housekeeping(
        secrets=parts.store.journal,
        kept=parts.store.retention,
        forget=parts.engine.forget,
        lifetimes=Lifetimes(
            retrievals=timedelta(days=retention.retrievals_days),
            audit=timedelta(days=retention.audit_days),
        ),
        clock=parts.clock,
    )
