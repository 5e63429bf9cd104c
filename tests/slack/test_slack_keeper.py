"""The keeper, with the real store and the pretend Slack."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain import events as e
from bot.domain.packaging import MessageLevel, PackagingState
from bot.ports import Living
from bot.sandbox.slack import Fault
from bot.slack.keeper import Keeper
from bot.store.store import Store
from tests.slack.samples import failed, link_posted, request, said, target

WITHIN = 20.0  # seconds of wall time; a wait that works ends long before


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    await opened.close()


class Kept:
    """Retrievals in the store, their cards in Slack, and a keeper that can be run."""

    def __init__(self, slack, clock, store, publisher):
        self.slack, self.clock, self.store, self.publisher = slack, clock, store, publisher
        self.events = 0
        self.keeper = Keeper(
            messenger=publisher,
            livings=store.livings,
            journal=store.journal,
            packagings=store.packagings,
            clock=clock,
        )

    @asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.keeper.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    async def add(self, name, channel="releases"):
        asked = request(
            id=name, trigger=name, at=self.clock.now(), channel=self.slack.channel(channel).id
        )
        await self.store.journal.accept(asked, None)
        await self.happens(name, e.TargetResolved(at=asked.at, target=target(name=f"App {name}")))
        state = await self.store.journal.load(name)
        card = await self.publisher.post_card(state, "card", asked.channel)
        await self.happens(name, e.CardPosted(at=asked.at, channel=card.channel, ts=card.ts))
        await self.store.livings.add(
            Living(retrieval=name, part="card", posted=card, shown_version=0)
        )
        return card

    async def happens(self, name, event):
        self.events += 1
        await self.store.journal.append(name, f"e{self.events}", event)
        self.keeper.poke()

    async def wait(self, predicate):
        return await self.slack.wait_until(predicate, WITHIN)

    def shown(self, card):
        return json.dumps(self.slack.world.message(card.channel, card.ts).blocks)

    def updates(self, card=None):
        made = [c for c in self.slack.calls if c.method == "chat.update"]
        return [c for c in made if card is None or c.arguments["ts"] == card.ts]


@pytest.fixture
def kept(slack, clock, store, publisher):
    return Kept(slack, clock, store, publisher)


def started(clock):
    return e.PackagingStarted(at=clock.now(), package="k-1", target=target())


async def test_what_lags_from_before_is_redrawn_at_start(kept, clock):
    card = await kept.add("r-1")
    await kept.happens("r-1", started(clock))

    async with kept.running():
        await kept.wait(lambda: "Packaging." in kept.shown(card))


async def test_many_changes_become_few_updates_and_the_last_state_is_shown(kept, clock):
    card = await kept.add("r-1")

    async with kept.running():
        for ahead in range(60, 0, -1):
            queued = e.PackagingQueued(at=clock.now(), ahead=ahead, at_once=10)
            await kept.happens("r-1", queued)
        await kept.happens("r-1", failed("The platform gave up."))
        await kept.wait(lambda: "The platform gave up." in kept.shown(card))

    times = [call.time for call in kept.updates(card)]
    assert len(times) < 30
    assert all(b - a >= timedelta(seconds=2.9) for a, b in pairwise(times))


async def test_settled_retrievals_come_first(kept, clock):
    cards = [await kept.add(f"r-{n}") for n in range(6)]
    for n in range(6):
        await kept.happens(f"r-{n}", started(clock))
    await kept.happens("r-4", failed())

    async with kept.running():
        await kept.wait(lambda: len(kept.updates()) == 6)

    assert kept.updates()[0].arguments["ts"] == cards[4].ts


async def test_what_changes_nothing_costs_no_call(kept, clock):
    card = await kept.add("r-1")

    async with kept.running():
        await kept.happens("r-1", e.EffectRepeated(at=clock.now(), effect="card"))
        await kept.happens("r-1", started(clock))
        await kept.wait(lambda: "Packaging." in kept.shown(card))

    assert len(kept.updates()) == 1


async def test_an_outage_is_outlived(kept, slack, clock):
    card = await kept.add("r-1")
    await kept.happens("r-1", started(clock))
    slack.knobs.add(Fault("chat.update", "http_500", times=3))
    slack.knobs.add(Fault("chat.update", "drop_after", times=2))

    async with kept.running():
        await kept.wait(lambda: kept.updates()[-1:] and kept.updates()[-1].ok)

    assert "Packaging." in kept.shown(card)


async def test_a_refused_redraw_is_left_until_the_next_change(kept, slack, clock):
    card = await kept.add("r-1")
    slack.knobs.add(Fault("chat.update", "error", error="msg_too_long"))

    async with kept.running():
        await kept.happens("r-1", started(clock))
        await kept.wait(lambda: len(kept.updates()) == 1)
        await kept.happens("r-1", failed("It ended."))
        await kept.wait(lambda: "It ended." in kept.shown(card))

    assert len(kept.updates()) == 2


async def test_packaging_messages_grow_in_their_reply(kept, clock):
    card = await kept.add("r-1")
    packaging, _ = await kept.store.packagings.join(target(), "p-1", clock.now())
    await kept.happens(
        "r-1", e.PackagingJoined(at=clock.now(), packaging=packaging.id, is_first=True)
    )
    state = await kept.store.journal.load("r-1")
    reply = await kept.publisher.post_reply(state, "progress", "progress", [])
    part = Living(retrieval="r-1", part="progress", posted=reply, shown_version=state.version)
    await kept.store.livings.add(part)

    async with kept.running():
        moved = packaging.model_copy(update={"state": PackagingState.RUNNING, "version": 1})
        await kept.store.packagings.save(moved, [said("Missing reference", MessageLevel.ERROR)])
        await kept.happens("r-1", e.PackagingMoved(at=clock.now(), messages=1))
        await kept.wait(lambda: "*Error:* Missing reference" in kept.shown(reply))

    assert card.ts != reply.ts


async def test_an_ended_link_is_rewritten(kept, clock):
    await kept.add("r-1")
    await kept.happens("r-1", started(clock))
    state = await kept.store.journal.load("r-1")
    posted = await kept.publisher.post_reply(state, "link", "started")
    link = link_posted(channel=posted.channel, ts=posted.ts, expires_at=clock.now())
    await kept.happens("r-1", link)
    part = Living(retrieval="r-1", part="link:l-1", posted=posted, shown_version=0)
    await kept.store.livings.add(part)

    async with kept.running():
        await kept.happens("r-1", e.LinkExpired(at=clock.now(), link="l-1"))
        await kept.wait(lambda: "retrieval.new_link" in kept.shown(posted))


async def test_forty_moving_cards_in_twenty_channels_never_meet_a_limit(kept, slack, clock):
    names = [f"r-{n}" for n in range(40)]
    channels = [slack.add_channel(f"team-{n}").name for n in range(20)]

    async with kept.running():
        cards = await asyncio.gather(
            *(kept.add(name, channels[n % 20]) for n, name in enumerate(names))
        )
        for ahead in (2, 1):
            for name in names:
                queued = e.PackagingQueued(at=clock.now(), ahead=ahead, at_once=10)
                await kept.happens(name, queued)
        for name in names:
            state = await kept.store.journal.load(name)
            await kept.publisher.post_reply(state, "started", "started")
            await kept.happens(name, failed(f"{name} has ended."))
        await kept.wait(
            lambda: all(
                f"{n} has ended." in kept.shown(c) for n, c in zip(names, cards, strict=True)
            )
        )

    assert slack.refused_by_limits == {}
    assert slack.doubled_posts() == {}
    assert len(kept.updates()) < 120
