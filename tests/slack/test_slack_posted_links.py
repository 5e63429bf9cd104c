"""Where links are posted, and what the messages hold."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from bot.domain import events as e
from bot.domain.policy import LinkVisibility
from bot.ports import Living
from tests.slack.samples import link_posted, link_row

URL = SecretStr("https://bot.example/download/secret-token")


def living(posted, part="card"):
    return Living(retrieval="r-1", part=part, posted=posted, shown_version=0)


def updates(slack):
    return [call for call in slack.calls if call.method == "chat.update"]


async def test_a_link_mentions_its_recipient_who_is_notified(slack, publisher, carded):
    ada = slack.user("ada").id

    await publisher.post_link(carded, "link", link_row(recipient=ada), URL, direct=False)

    message = slack.notified("ada")[-1]
    assert message.thread_ts == carded.card.ts
    assert message.blocks[-1]["elements"][0]["url"] == URL.get_secret_value()


async def test_a_direct_link_is_seen_by_its_recipient_only(slack, publisher, carded):
    row = link_row(recipient=slack.user("ada").id)

    posted = await publisher.post_link(carded, "link", row, URL, direct=True)

    assert posted.channel == slack.direct("ada").id
    assert URL.get_secret_value() not in json.dumps(slack.state_for("bruno"), default=str)


async def test_where_only_the_requester_may_have_the_link_a_button_stands_for_it(
    slack, make_publisher, carded
):
    guarded = make_publisher(LinkVisibility.REQUESTER)

    await guarded.post_link(carded, "link", link_row(), URL, direct=False)

    [message] = slack.replies("releases", carded.card.ts)
    assert URL.get_secret_value() not in str(message)
    assert message.blocks[-1]["elements"][0]["action_id"] == "retrieval.get_link"


@pytest.mark.parametrize("visibility", LinkVisibility)
async def test_the_platforms_own_link_posted_by_dm_shows_its_address(
    slack, make_publisher, carded, visibility
):
    row = link_row(recipient=slack.user("ada").id, leads_to=e.LinkKind.PLATFORM)

    posted = await make_publisher(visibility).post_link(carded, "link", row, URL, direct=True)

    [message] = slack.messages(posted.channel)
    assert posted.channel == slack.direct("ada").id
    assert message.blocks[-1]["elements"][0]["url"] == URL.get_secret_value()


async def test_the_platforms_own_link_stands_in_the_thread_of_a_card_that_is_a_dm_itself(
    slack, make_publisher, ask
):
    guarded = make_publisher(LinkVisibility.REQUESTER)
    one = ask("war-room", is_direct=True)
    card = await guarded.post_card(one, "card", one.request.requester)
    one = one.model_copy(update={"card": card})
    row = link_row(recipient=one.request.requester, leads_to=e.LinkKind.PLATFORM)

    await guarded.post_link(one, "link", row, URL, direct=False)

    [message] = slack.replies(card.channel, card.ts)
    assert message.blocks[-1]["elements"][0]["url"] == URL.get_secret_value()


async def test_a_link_that_works_is_never_redrawn_and_one_that_ended_loses_its_address(
    slack, publisher, carded
):
    posted = await publisher.post_link(carded, "link", link_row(), URL, direct=False)
    ready = carded.apply(link_posted(channel=posted.channel, ts=posted.ts))
    part = living(posted, "link:l-1")

    await publisher.redraw(part, ready, [])
    assert updates(slack) == []

    await publisher.redraw(part, ready.apply(e.LinkExpired(at=ready.request.at, link="l-1")), [])
    [message] = slack.replies("releases", carded.card.ts)
    assert URL.get_secret_value() not in str(message)
    assert message.blocks[-1]["elements"][0]["action_id"] == "retrieval.new_link"


async def test_a_direct_link_of_a_shared_channel_is_found(slack, publisher, ask):
    one = ask("partner-acme")
    card = await publisher.post_card(one, "card", one.request.channel)
    one = ask("partner-acme", card=card, is_external=True)
    row = link_row(recipient=slack.user("ada").id)

    posted = await publisher.post_link(one, "link", row, URL, direct=True)

    assert await publisher.find(one, "link") == posted
