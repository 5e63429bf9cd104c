"""What people read: the ordinary case of each view, kept as a snapshot."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.domain import events as e
from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.packaging import MessageLevel
from bot.domain.retrieval import ExactTarget, RetrievalState
from bot.errors import RequestRefused
from bot.slack.actions import decode_retrieval
from bot.slack.answers_view import answer_message, refusal_message
from bot.slack.card_view import card_message
from bot.slack.help_view import help_message
from bot.slack.link_view import (
    expired_link_message,
    guarded_link_message,
    link_message,
    upload_message,
)
from bot.slack.progress_view import progress_message
from bot.slack.replies_view import reply_message
from tests.slack.samples import (
    END,
    LATER,
    link_posted,
    link_row,
    request,
    retrieval,
    said,
    target,
)

URL = SecretStr("https://bot.example/download/token")
GONE = e.LinkDenied(
    at=END,
    ask="a-1",
    reason=e.FailureReason.PACKAGE_GONE,
    text="The platform no longer has the package.",
)


def texts(message):
    """Give everything a person can read in a message."""
    return str(message.body())


def buttons(message):
    blocks = message.body()["blocks"]
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return {one["action_id"]: one["text"]["text"] for row in rows for one in row}


@pytest.mark.parametrize("state", RetrievalState)
def test_the_card_says_where_a_retrieval_is(state, snapshot):
    assert card_message(retrieval(state)).body() == snapshot


def test_a_card_shows_warnings_sharing_and_where_it_was_asked(snapshot):
    one = retrieval(RetrievalState.WAITING).model_copy(
        update={"warnings": ("Testing is marked offline in LifeTime.",), "shares_packaging": True}
    )

    assert card_message(one, asked_elsewhere=True).body() == snapshot


@pytest.mark.parametrize("reply", ["started", "failed", "cancelled", "denied", "direct"])
def test_replies_say_what_changed(reply, snapshot):
    states = {"failed": RetrievalState.FAILED, "cancelled": RetrievalState.CANCELLED}
    more = [GONE] if reply == "denied" else []

    one = retrieval(states.get(reply, RetrievalState.PACKAGING), *more)

    assert reply_message(one, reply).text == snapshot


def test_packaging_messages_are_marked_with_words(snapshot):
    messages = [
        said("Compiling module EmployeeBackoffice"),
        said("Deprecated extension", MessageLevel.WARNING),
        said("Missing <reference> & more", MessageLevel.ERROR),
    ]

    assert progress_message(retrieval(), messages).body() == snapshot


def test_a_link_says_how_large_how_long_and_who_decided(snapshot):
    assert link_message(retrieval(RetrievalState.READY), link_row(), URL).body() == snapshot


def test_a_guarded_link_holds_a_button_and_no_address(snapshot):
    body = guarded_link_message(retrieval(RetrievalState.READY), link_row()).body()

    assert "url" not in body["blocks"][-1]["elements"][0]
    assert body == snapshot


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


@pytest.mark.parametrize("state", [s for s in RetrievalState if not s.is_settled])
def test_what_runs_can_be_cancelled_once(state):
    one = retrieval(state)
    asked = one.apply(e.CancelAsked(at=LATER, by="U0BRUNO"))

    assert buttons(card_message(one)) == {"retrieval.cancel": "Cancel"}
    assert buttons(card_message(asked)) == {}
    assert "<@U0BRUNO> asked to cancel" in card_message(asked).text


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        (e.FailureReason.PLATFORM, "Retry"),
        (e.FailureReason.DEADLINE, "Retry"),
        (e.FailureReason.INTERNAL, "Retry"),
        (e.FailureReason.PACKAGE_GONE, "New packaging"),
    ],
)
def test_what_failed_can_be_tried_again(reason, label):
    broken = e.RetrievalFailed(at=LATER, reason=reason, text="It failed.", reference="ab12")

    message = card_message(retrieval(RetrievalState.PACKAGING, broken))

    assert buttons(message) == {"retrieval.retry": label}
    assert "Reference: `ab12`" in message.text


def test_a_card_says_that_the_link_went_by_direct_message():
    one = retrieval(RetrievalState.PACKAGED, link_posted(channel="D0ADA"))

    assert "went to <@U0ADA> by direct message" in card_message(one).text


def test_what_came_from_outside_is_escaped_everywhere():
    evil = "<!channel> & <https://evil.example|click>"
    one = retrieval(
        RetrievalState.PACKAGING,
        resolved=target(evil, evil, evil),
        asked=request(words=(evil,)),
    ).model_copy(update={"warnings": (evil,), "trouble": evil})
    drawn = [
        card_message(one),
        card_message(one.model_copy(update={"target": None})),
        reply_message(one, "started"),
        progress_message(one, [said(evil)]),
        link_message(one, link_row(file_name=evil), URL),
        answer_message(Answer(text=evil, reference=evil)),
    ]

    for message in drawn:
        assert "<!channel" not in texts(message)
        assert "<https" not in texts(message)
        assert "&lt;!channel&gt; &amp; " in texts(message)


def test_an_answer_offers_its_guesses_as_buttons(snapshot):
    exact = ExactTarget(platform="lifetime", environment="env-1", application="app-1")
    guesses = (
        Guess(label="EmployeeBackoffice in Testing", target=exact),
        Guess(label="EmployeePortal in Testing", target=exact),
    )
    answer = Answer(
        kind=AnswerKind.USAGE, text="Did you mean one of these?", guesses=guesses, reference="ab12"
    )

    assert answer_message(answer).body() == snapshot


def test_an_answer_may_name_a_person_and_hold_lines():
    message = refusal_message(RequestRefused("Only <@U0ADA> can do that.\nAsk <!here> & then."))

    assert message.text == "Only <@U0ADA> can do that.\nAsk &lt;!here&gt; &amp; then."


def test_an_answer_about_a_retrieval_offers_to_try_again():
    message = answer_message(
        Answer(kind=AnswerKind.ERROR, text="Something broke.", reference="ab12", retrieval="r-1")
    )

    assert buttons(message) == {"retrieval.retry": "Retry"}
    [row] = [block for block in message.body()["blocks"] if block["type"] == "actions"]
    assert decode_retrieval(row["elements"][0]["value"]) == "r-1"


def test_what_broke_on_our_side_says_each_thing_once():
    text = "Something broke on our side. Try again; if it happens again, give the reference ab12."
    broken = e.RetrievalFailed(
        at=LATER, reason=e.FailureReason.INTERNAL, text=text, reference="ab12"
    )
    one = retrieval(RetrievalState.PACKAGING, broken)

    for message in (card_message(one), reply_message(one, "failed")):
        assert message.text.count("ab12") == 1
        assert message.text.lower().count("try again") == 1


def test_the_help_explains_itself(snapshot):
    assert help_message().body() == snapshot
