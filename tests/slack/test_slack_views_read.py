"""What people read: the ordinary case of each view, kept as a snapshot."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.domain import events as e
from bot.domain.answers import Answer
from bot.domain.packaging import MessageLevel
from bot.domain.retrieval import RetrievalState
from bot.domain.target import Build, Revision, RevisionWish
from bot.slack.answers_view import answer_message
from bot.slack.card_view import card_message
from bot.slack.link_view import (
    expired_link_message,
    link_message,
    upload_message,
)
from bot.slack.progress_view import progress_message
from bot.slack.replies_view import reply_message
from tests.slack.reading import buttons, facts, opening, small_print, texts, title
from tests.slack.samples import (
    BUILD_KEY,
    END,
    GONE,
    LATER,
    REASON,
    built,
    environment,
    failed,
    library,
    link_posted,
    link_row,
    request,
    retrieval,
    said,
    target,
)

URL = SecretStr("https://bot.example/download/token")


@pytest.mark.parametrize("state", RetrievalState)
def test_the_card_says_where_a_retrieval_is(state, snapshot):
    assert card_message(retrieval(state)).body() == snapshot


def test_a_card_shows_warnings_sharing_and_where_it_was_asked(snapshot):
    one = retrieval(RetrievalState.WAITING).model_copy(
        update={"warnings": ("Testing is marked offline in LifeTime.",), "shares_packaging": True}
    )

    assert card_message(one, asked_elsewhere=True).body() == snapshot


def test_a_card_shows_portfolio_revision_and_build(snapshot):
    assert card_message(retrieval(resolved=built())).body() == snapshot


def test_a_card_of_what_stands_in_no_environment_names_none():
    message = card_message(retrieval(resolved=library()))

    assert title(message) == "*Currency Formatting, tag 1.4.0*"
    assert list(facts(message)) == ["Application", "Platform", "Revision", "Build", "Asked by"]


@pytest.mark.parametrize(
    ("wish", "said", "revision"),
    [
        (RevisionWish(number=12), "revision 12", "12"),
        (RevisionWish(tag="1.4.0"), "tag 1.4.0", "1.4.0"),
        (RevisionWish(build=BUILD_KEY), "build be77b25f…", "that of build be77b25f…"),
    ],
)
def test_a_card_says_what_was_wished_for_and_nothing_else_until_it_is_found(wish, said, revision):
    runs_now = Revision(number=14, label="1.6.0")
    unread = card_message(retrieval(asked=request(wish=wish)).model_copy(update={"target": None}))
    wished = card_message(retrieval(resolved=built(wish=wish, revision=runs_now, build=None)))
    found = card_message(retrieval(resolved=built(wish=wish)))

    assert title(unread) == f"*Source code of EmployeeBackoffice Testing, {said}*"
    assert title(wished) == title(found) == f"*EmployeeBackoffice in Testing, {said}*"
    assert facts(wished)["Revision"] == revision
    assert facts(found)["Revision"] == "12 (1.4.0)"


@pytest.mark.parametrize(
    ("revision", "shown"),
    [
        (Revision(number=12, label="1.4.0"), "12 (1.4.0)"),
        (Revision(number=12), "12"),
        (Revision(label="1.4.0"), "1.4.0"),
        (Revision(label="1.4.0", is_modified=True), "1.4.0, changed since"),
        (Revision(), "what runs there now"),
    ],
)
def test_a_revision_is_shown_by_its_number_and_tag(revision, shown):
    assert facts(card_message(retrieval(resolved=target(revision=revision))))["Revision"] == shown


def test_without_an_environment_and_a_revision_it_is_the_latest():
    latest = library(wish=None, revision=Revision(), build=None)

    assert facts(card_message(retrieval(resolved=latest)))["Revision"] == "the latest"


RATE_LIMITED = {
    RetrievalState.REQUESTED: "Starting. ",
    RetrievalState.WAITING: "",
    RetrievalState.PACKAGING: "Packaging. ",
    RetrievalState.PACKAGED: "Packaged. ",
}


@pytest.mark.parametrize("state", RATE_LIMITED)
@pytest.mark.parametrize(
    ("ahead", "place"),
    [
        (12, "12 requests are ahead of it"),
        (1, "1 request is ahead of it"),
        (0, "it is next in line"),
    ],
)
def test_a_card_shows_the_place_in_the_line_for_the_platforms_rate_limit(state, ahead, place):
    limited = retrieval(state, e.RateLimited(at=LATER, ahead=ahead))
    message = card_message(limited)
    goes_on = limited.apply(e.RateLimited(at=LATER, ahead=None))

    said = f"Waiting for the platform's rate limit; {place}."
    assert opening(message) == RATE_LIMITED[state] + said
    assert message.text.endswith(f". {said}")
    assert card_message(goes_on) == card_message(retrieval(state))


@pytest.mark.parametrize("state", [s for s in RetrievalState if s not in RATE_LIMITED])
def test_a_card_says_nothing_of_a_rate_limit_that_is_over(state):
    limited = retrieval(state).model_copy(update={"rate_ahead": 12})

    assert card_message(limited).body() == card_message(retrieval(state)).body()


def test_which_build_and_why_stands_on_the_card_and_once_in_the_thread():
    one = retrieval(RetrievalState.PACKAGING, resolved=built())
    started = e.ReplyPosted(at=LATER, reply="started", channel="C0REL", ts="1.1")
    row = link_row(target=built())

    assert REASON in small_print(card_message(one))
    assert REASON in reply_message(one, "started").text
    assert f"The build's key is `{one.target.build.key}`." in reply_message(one, "started").text
    for drawn in (lambda r: link_message(r, row, URL), lambda r: upload_message(r, row)):
        assert REASON in small_print(drawn(one))
        assert REASON not in texts(drawn(one.apply(started)))


def test_a_sentence_goes_on_behind_a_wish_with_a_comma():
    one = retrieval(resolved=built(wish=RevisionWish(number=12)))

    assert "of EmployeeBackoffice in Testing, revision 12." in reply_message(one, "started").text
    assert "revision 12, could not be" in reply_message(one, "failed").text
    assert "revision 12, is ready" in link_message(one, link_row(), URL).text


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


def test_the_platforms_codes_for_its_support_outlive_the_cutting_of_a_long_detail():
    codes = "(error OS-CGS-40013, trace 4bf92f3577b34da6a3ce929d0e0e4736)"
    one = retrieval(
        RetrievalState.PACKAGING,
        failed("It failed. " + "Detail. " * 900 + codes + " It means." * 40),
    )
    text = one.failure.text
    denied = e.LinkDenied(at=END, ask="a-1", reason=e.FailureReason.PLATFORM, text=text)
    expired = retrieval(RetrievalState.EXPIRED, denied)
    troubled = retrieval().apply(e.PackagingMoved(at=LATER, messages=0, trouble=text))

    for message in (
        card_message(one),
        reply_message(one, "failed"),
        card_message(expired),
        expired_link_message(expired, expired.links[0]),
        reply_message(expired, "denied"),
        card_message(troubled),
    ):
        assert codes in message.text


def test_a_card_says_that_the_link_went_by_direct_message():
    one = retrieval(RetrievalState.PACKAGED, link_posted(channel="D0ADA"))

    assert "went to <@U0ADA> by direct message" in card_message(one).text


def test_what_came_from_outside_is_escaped_everywhere():
    evil = "<!channel> & <https://evil.example|click>"
    one = retrieval(
        RetrievalState.PACKAGING,
        resolved=built(
            name=evil,
            where=environment(evil, evil, portfolio=evil),
            platform=evil,
            revision=Revision(number=1, label=evil),
            wish=RevisionWish(tag=evil),
            build=Build(key=evil, reason=evil),
        ),
        asked=request(words=(evil,), wish=RevisionWish(tag=evil)),
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


def test_what_broke_on_our_side_says_each_thing_once():
    text = "Something broke on our side. Try again; if it happens again, give the reference ab12."
    broken = e.RetrievalFailed(
        at=LATER, reason=e.FailureReason.INTERNAL, text=text, reference="ab12"
    )
    one = retrieval(RetrievalState.PACKAGING, broken)

    for message in (card_message(one), reply_message(one, "failed")):
        assert message.text.count("ab12") == 1
        assert message.text.lower().count("try again") == 1
