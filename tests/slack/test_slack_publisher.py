from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.domain.answers import Answer
from bot.domain.retrieval import Posted
from bot.errors import CannotLook, CannotSpeak, SlackRefused, SlackUnavailable
from bot.ports import ChannelFacts, Living
from bot.sandbox.slack import Fault
from bot.slack.channel_facts import FactsReader
from tests.slack.samples import link_posted, link_row, said

URL = SecretStr("https://bot.example/download/secret-token")


def living(posted, part="card"):
    return Living(retrieval="r-1", part=part, posted=posted, shown_version=0)


def updates(slack):
    return [call for call in slack.calls if call.method == "chat.update"]


async def test_a_card_is_posted_with_its_mark_and_without_unfurling(slack, publisher, ask):
    one = ask()

    posted = await publisher.post_card(one, "card", one.request.channel)

    [message] = slack.messages("releases")
    assert (message.channel, message.ts) == (posted.channel, posted.ts)
    assert message.metadata == {
        "event_type": "sast_source",
        "event_payload": {"retrieval": "r-1", "effect": "card"},
    }
    assert (message.unfurl_links, message.unfurl_media) == (False, False)


async def test_a_card_for_a_person_arrives_in_their_dm_and_says_where_it_was_asked(
    slack, publisher, ask
):
    one = ask("war-room")

    posted = await publisher.post_card(one, "card-in-dm", one.request.requester)

    assert posted.channel == slack.direct("ada").id
    assert "where the bot cannot post" in json.dumps(slack.messages(posted.channel)[0].blocks)


@pytest.mark.parametrize("channel", ["war-room", "ada-bruno", "old-project", "announcements"])
async def test_where_the_bot_has_no_place_it_cannot_speak(publisher, ask, channel):
    one = ask(channel)

    with pytest.raises(CannotSpeak) as refusal:
        await publisher.post_card(one, "card", one.request.channel)

    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    "reply", ["started", "progress", "failed", "cancelled", "denied", "direct"]
)
async def test_replies_stand_in_the_thread_of_the_card(slack, publisher, carded, reply):
    posted = await publisher.post_reply(carded, reply, reply, [said("Compiling")])

    [message] = slack.replies("releases", carded.card.ts)
    assert (message.ts, message.event_payload["effect"]) == (posted.ts, reply)


async def test_a_reply_needs_a_card(publisher, ask):
    with pytest.raises(SlackRefused):
        await publisher.post_reply(ask(), "started", "started")


async def test_no_address_is_ever_crawled(slack, publisher, carded):
    evil = carded.model_copy(update={"trouble": "see http://127.0.0.1/one"})
    await publisher.post_link(evil, "link", link_row(), URL, direct=False)
    await publisher.post_reply(evil, "progress", "progress", [said("http://127.0.0.1/two")])

    assert slack.crawled == []


async def test_a_redraw_shows_the_newest_state(slack, publisher, carded):
    done = carded.apply(link_posted(channel=carded.card.channel))

    await publisher.redraw(living(carded.card), done, [])

    [card] = slack.messages("releases")
    assert "Ready" in json.dumps(card.blocks)
    assert not card.edited


async def test_a_redraw_that_would_change_nothing_costs_no_call(slack, publisher, carded):
    await publisher.redraw(living(carded.card), carded, [])
    done = carded.apply(link_posted(channel=carded.card.channel))
    await publisher.redraw(living(carded.card), done, [])
    await publisher.redraw(living(carded.card), done, [])

    assert len(updates(slack)) == 1


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message"])
async def test_a_message_that_can_never_change_again_is_left_alone(slack, publisher, carded, code):
    slack.knobs.add(Fault("chat.update", "error", error=code))
    done = carded.apply(link_posted(channel=carded.card.channel))

    await publisher.redraw(living(carded.card), done, [])
    await publisher.redraw(living(carded.card), done, [])

    assert len(updates(slack)) == 1


async def test_a_redraw_that_slack_refuses_otherwise_says_so(slack, publisher, carded):
    slack.knobs.add(Fault("chat.update", "error", error="msg_too_long"))

    with pytest.raises(SlackRefused):
        await publisher.redraw(living(carded.card), carded.apply(link_posted()), [])


async def test_facts_tell_a_shared_channel_and_are_asked_once(slack, publisher):
    shared = slack.channel("partner-acme").id

    assert await publisher.facts(shared) == ChannelFacts(is_external=True)
    assert await publisher.facts(shared) == ChannelFacts(is_external=True)
    assert await publisher.facts(slack.direct("ada").id) == ChannelFacts(is_direct=True)
    assert [call.method for call in slack.calls] == ["conversations.info"] * 2


async def test_facts_are_asked_again_after_a_minute(slack, calls, hand_clock):
    reader = FactsReader(calls, hand_clock)
    releases = slack.channel("releases")
    await reader.facts(releases.id)

    releases.is_ext_shared = True
    await hand_clock.advance(59)
    assert not (await reader.facts(releases.id)).is_external

    await hand_clock.advance(1)
    assert (await reader.facts(releases.id)).is_external


async def test_a_conversation_that_is_not_visible_is_one_to_be_silent_in(slack, publisher):
    with pytest.raises(CannotSpeak):
        await publisher.facts(slack.channel("war-room").id)


async def test_where_facts_may_not_be_asked_a_channel_counts_as_shared(slack, publisher):
    slack.knobs.missing_scopes |= {"channels:read", "groups:read", "im:read", "mpim:read"}

    assert (await publisher.facts(slack.channel("releases").id)).is_external
    assert not (await publisher.facts(slack.direct("ada").id)).is_external


async def test_a_permalink_is_empty_where_slack_gives_none(publisher, carded):
    assert carded.card.ts.replace(".", "") in await publisher.permalink(carded.card)
    assert await publisher.permalink(Posted(channel=carded.card.channel, ts="1.000001")) == ""


@pytest.mark.parametrize("speed", [400.0])  # our patience lasts for minutes
async def test_a_permalink_is_empty_while_slack_is_away(slack, publisher, carded):
    slack.knobs.add(Fault("chat.getPermalink", "error", error="fatal_error", times=None))

    assert await publisher.permalink(carded.card) == ""


async def test_a_private_answer_reaches_only_the_one_who_asked(slack, publisher):
    outcome = await slack_command(slack)

    await publisher.answer(SecretStr(outcome), Answer(text="Which one?", reference="ab12"))

    [answer] = slack.ephemerals("ada")[-1:]
    assert "Which one?" in answer.text
    assert slack.messages("war-room") == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "http_500", "ratelimited"])
async def test_an_answer_is_tried_once_whatever_becomes_of_it(slack, publisher, kind, outcomes):
    url = await slack_command(slack)
    slack.knobs.add(Fault("response_url", kind, times=None))

    await publisher.answer(SecretStr(url), Answer(text="Which one?"))

    assert len([call for call in slack.calls if call.method == "response_url"]) == 1
    assert sum(outcomes.values()) == 1


async def slack_command(slack):
    """Type a command in a channel without the bot; give the response_url."""
    return (await slack.slash_command("ada", "war-room", "/sast-source", "x y")).response_url


async def test_a_post_whose_answer_was_lost_is_found(slack, publisher, ask):
    one = ask()
    slack.knobs.add(Fault("chat.postMessage", "drop_after"))
    with pytest.raises(SlackUnavailable):
        await publisher.post_card(one, "card", one.request.channel)

    found = await publisher.find(one, "card")

    [message] = slack.messages("releases")
    assert (found.channel, found.ts) == (message.channel, message.ts)
    assert await publisher.find(one, "another") is None
    assert await publisher.find(ask(id="r-2"), "card") is None


async def test_a_reply_whose_answer_was_lost_is_found_in_the_thread(slack, publisher, carded):
    slack.knobs.add(Fault("chat.postMessage", "drop_after"))
    with pytest.raises(SlackUnavailable):
        await publisher.post_reply(carded, "started", "started")

    found = await publisher.find(carded, "started")

    assert found.ts == slack.replies("releases", carded.card.ts)[0].ts


async def test_a_message_of_a_dm_is_found_there(publisher, make_publisher, ask):
    one = ask("war-room")
    posted = await publisher.post_card(one, "card-in-dm", one.request.requester)
    afresh = make_publisher()

    assert await afresh.find(one, "card-in-dm") == posted
    assert await afresh.find(one, "card-in-dm", channel=one.request.requester) == posted
    assert await afresh.find(one, "nothing", channel=one.request.requester) is None


async def test_without_scope_or_membership_nothing_can_be_looked_for(slack, publisher, ask, carded):
    with pytest.raises(CannotLook):
        await publisher.find(ask("general"), "card")

    slack.knobs.missing_scopes |= {"channels:history"}
    with pytest.raises(CannotLook):
        await publisher.find(carded, "started")


async def test_a_card_is_found_behind_hundreds_of_messages(slack, publisher, ask):
    one = ask()
    posted = await publisher.post_card(one, "card", one.request.channel)
    for number in range(450):
        slack.say("bruno", "releases", f"chatter {number}")

    assert await publisher.find(one, "card") == posted


async def test_what_lies_too_far_back_is_not_said_to_be_absent(slack, publisher, ask):
    for number in range(1100):
        slack.say("bruno", "releases", f"chatter {number}")

    with pytest.raises(CannotLook):
        await publisher.find(ask(), "card")


async def test_messages_from_long_before_the_request_are_not_read(publisher, ask, clock):
    await publisher.post_card(ask(), "card", ask().request.channel)
    later = ask().request.model_copy(update={"at": clock.now() + timedelta(hours=1)})

    found = await publisher.find(ask().model_copy(update={"request": later}), "card")

    assert found is None
