"""What people read of a link, while it works and afterwards."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.domain import events as e
from bot.domain.retrieval import RetrievalState
from bot.slack.card_view import card_message
from bot.slack.link_view import (
    expired_link_message,
    guarded_link_message,
    link_message,
    upload_message,
)
from tests.slack.reading import buttons, small_print, texts
from tests.slack.samples import (
    END,
    GONE,
    link_posted,
    link_row,
    retrieval,
)

URL = SecretStr("https://bot.example/download/token")


def test_a_link_says_how_large_how_long_and_who_decided(snapshot):
    assert link_message(retrieval(RetrievalState.READY), link_row(), URL).body() == snapshot


def test_a_guarded_link_holds_a_button_and_no_address(snapshot):
    body = guarded_link_message(retrieval(RetrievalState.READY), link_row()).body()

    assert "url" not in body["blocks"][-1]["elements"][0]
    assert body == snapshot


RULES = {
    e.ExpiryRule.PLATFORM: "platform's own link ends then",
    e.ExpiryRule.POLICY: "limit of this installation",
    e.ExpiryRule.UNSTATED: "names no end for its own link, so the lifetime set here",
}
RULES_OF_SHOWING = {
    e.ExpiryRule.PLATFORM: "It ends then, by the platform's own limit",
    e.ExpiryRule.POLICY: "limit of this installation decided how long it is shown",
    e.ExpiryRule.UNSTATED: "names no end for it, so the lifetime set here",
}


@pytest.mark.parametrize("rule", e.ExpiryRule)
def test_a_link_says_which_rule_decided_when_it_ends(rule):
    one = retrieval(RetrievalState.READY)
    ours = link_row(rule=rule)
    upload = link_row(rule=rule, leads_to=e.LinkKind.UPLOAD)
    platforms = link_row(rule=rule, leads_to=e.LinkKind.PLATFORM)

    for drawn in (
        link_message(one, ours, URL),
        guarded_link_message(one, ours),
        upload_message(one, upload),
    ):
        assert [RULES[rule] in said for said in small_print(drawn)] == [True]
    [said] = small_print(link_message(one, platforms, URL))
    assert RULES_OF_SHOWING[rule] in said


def test_the_platforms_own_link_says_what_that_means(snapshot):
    row = link_row(leads_to=e.LinkKind.PLATFORM, rule=e.ExpiryRule.UNSTATED)

    assert link_message(retrieval(RetrievalState.READY), row, URL).body() == snapshot


@pytest.mark.parametrize(
    ("rule", "until", "after"),
    [
        (e.ExpiryRule.PLATFORM, "works until", "expired"),
        (e.ExpiryRule.POLICY, "is shown until", "was taken out of this message"),
        (e.ExpiryRule.UNSTATED, "is shown until", "was taken out of this message"),
    ],
)
def test_nothing_claims_an_end_that_the_platforms_own_link_may_not_have(rule, until, after):
    posted = link_posted(leads_to=e.LinkKind.PLATFORM, rule=rule)
    ready = retrieval(RetrievalState.PACKAGED, posted)
    ended = ready.apply(e.LinkExpired(at=END, link="l-1"))
    row = link_row(leads_to=e.LinkKind.PLATFORM, rule=rule)
    message = expired_link_message(ended, ended.links[0])

    assert f" It {until} <!date" in card_message(ready).text
    assert f" The link {until} <!date" in link_message(ready, row, URL).text
    assert after in message.text
    assert "http" not in texts(message)
    assert buttons(message) == {"retrieval.new_link": "New link"}


def test_an_uploaded_file_says_when_it_is_removed(snapshot):
    assert upload_message(retrieval(RetrievalState.READY), link_row()).body() == snapshot


def test_an_expired_link_offers_a_new_one(snapshot):
    one = retrieval(RetrievalState.EXPIRED)

    assert expired_link_message(one, one.links[0]).body() == snapshot


def test_a_link_stands_only_in_the_button_of_the_message_that_delivers_it():
    message = link_message(retrieval(RetrievalState.READY), link_row(), URL)
    expired = retrieval(RetrievalState.EXPIRED)

    assert texts(message).count(URL.get_secret_value()) == 1
    assert URL.get_secret_value() not in message.text
    assert "http" not in texts(expired_link_message(expired, expired.links[0]))


def test_an_expired_link_whose_package_is_gone_offers_a_new_packaging():
    one = retrieval(RetrievalState.EXPIRED, GONE)

    assert buttons(expired_link_message(one, one.links[0])) == {"retrieval.retry": "New packaging"}
    assert buttons(card_message(one)) == {"retrieval.retry": "New packaging"}


def test_while_a_new_link_is_on_its_way_nobody_is_offered_another():
    one = retrieval(RetrievalState.EXPIRED, e.LinkAsked(at=END, ask="a-1", by="U0ADA"))

    assert buttons(expired_link_message(one, one.links[0])) == {}
    assert "A new one is on its way" in card_message(one).text


def test_only_the_newest_link_of_a_thread_offers_a_new_one():
    one = retrieval(RetrievalState.EXPIRED, link_posted(link="l-2", ts="3.0"))
    one = one.apply(e.LinkExpired(at=END, link="l-2"))

    assert buttons(expired_link_message(one, one.links[0])) == {}
    assert buttons(expired_link_message(one, one.links[1])) == {"retrieval.new_link": "New link"}
