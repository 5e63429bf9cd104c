"""Every view, in every state it can be in, against slack_sdk's models and Slack's limits."""

from __future__ import annotations

import itertools

import pytest
from pydantic import SecretStr
from slack_sdk.models.blocks import Block

from bot.domain import events as e
from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.packaging import MessageLevel
from bot.domain.retrieval import ExactTarget, RetrievalState
from bot.sandbox.slack.block_rules import text_length
from bot.sandbox.slack.blocks import read_blocks
from bot.slack.answers_view import answer_message
from bot.slack.card_view import card_message
from bot.slack.help_view import help_message
from bot.slack.link_view import (
    expired_link_message,
    guarded_link_message,
    link_message,
    upload_message,
)
from bot.slack.message import ALL_TEXTS_LIMIT, Message, section
from bot.slack.progress_view import progress_message
from bot.slack.replies_view import reply_message
from tests.slack.samples import (
    END,
    LATER,
    failed,
    link_posted,
    link_row,
    request,
    retrieval,
    said,
    target,
)

NAMES = ["x" * 255, "&" * 255, "😀" * 255, "`*_~" * 63, ""]
TEXTS = ["", "It failed.", "<&>" * 1700, "x" * 5000]
PLAIN_TYPES = {"section", "context", "actions", "header"}


def check(message):
    """Judge one message: by slack_sdk, by the rules of Slack that it leaves out, and by ours."""
    body = message.body()
    parsed = Block.parse_all(body["blocks"])
    assert [block.to_dict() for block in parsed] == body["blocks"]
    assert read_blocks(body["blocks"]) == body["blocks"]
    assert {block["type"] for block in body["blocks"]} <= PLAIN_TYPES
    assert 0 < len(body["text"]) <= 4000
    assert body["text"].rstrip().endswith((".", "…", ":", ")", "`", "!")) or "…" in body["text"]
    assert text_length(body["blocks"]) <= ALL_TEXTS_LIMIT
    return body


def extremes(state, name):
    """Give the state with everything long, and with everything that can be added to it."""
    long = target(name, name, name or "p")
    asked = request(words=(name,) * 20)
    yield retrieval(state, resolved=long, asked=asked)
    waiting = e.LinkAsked(at=END, ask="a-1", by="U0ADA")
    yield retrieval(state, waiting, resolved=long, asked=asked)
    for reason, text in [
        *zip(e.FailureReason, itertools.cycle(TEXTS), strict=False),
        (e.FailureReason.PACKAGE_GONE, TEXTS[1]),
        (e.FailureReason.INTERNAL, TEXTS[3]),
    ]:
        if state is RetrievalState.FAILED:
            broken = e.RetrievalFailed(at=LATER, reason=reason, text=text, reference=name)
            yield retrieval(RetrievalState.PACKAGING, broken, resolved=long, asked=asked)
            continue
        denied = e.LinkDenied(at=END, ask="a-1", reason=reason, text=text)
        yield retrieval(state, waiting, denied, resolved=long, asked=asked)
    cancelled = e.CancelAsked(at=LATER, by="U0BRUNO")
    yield retrieval(state, cancelled, resolved=long, asked=asked)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", RetrievalState)
def test_the_card_fits_in_every_state(state, name):
    for one in extremes(state, name):
        check(card_message(one))
        change = {"warnings": (name,) * 40, "shares_packaging": True, "trouble": TEXTS[2]}
        check(card_message(one.model_copy(update=change), asked_elsewhere=True))
        check(card_message(one.model_copy(update={**change, "warnings": tuple(TEXTS)})))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reply", ["started", "failed", "cancelled", "denied", "direct"])
def test_every_reply_fits_in_every_state(reply, name):
    for state in RetrievalState:
        for one in extremes(state, name):
            check(reply_message(one, reply))
            check(reply_message(one.model_copy(update={"is_external": True}), reply))


@pytest.mark.parametrize("name", NAMES)
def test_links_fit_before_and_after_their_end(name):
    one = retrieval(RetrievalState.READY, resolved=target(name, name))
    url = SecretStr("https://bot.example/download/" + "t" * 2900)
    for rule, size in itertools.product(e.ExpiryRule, [None, 0, 10**12]):
        row = link_row(file_name=name, size_bytes=size, rule=rule)
        for message in (link_message(one, row, url), guarded_link_message(one, row)):
            check(message)
        check(upload_message(one, row))
    for ended, upload in itertools.product(extremes(RetrievalState.EXPIRED, name), [True, False]):
        link = ended.links[0].model_copy(update={"file_name": name, "is_upload": upload})
        check(expired_link_message(ended, link))
        check(expired_link_message(ended.apply(link_posted(link="l-2", ts="3.0")), link))


@pytest.mark.parametrize("count", [0, 1, 7, 500])
@pytest.mark.parametrize("text", ["Compiling.", "&" * 5000, "😀" * 5000, "<b>\n" * 1250, ""])
@pytest.mark.parametrize("level", MessageLevel)
def test_any_number_of_packaging_messages_of_any_length_fits(count, text, level):
    check(progress_message(retrieval(), [said(text, level)] * count))


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("text", [*TEXTS, "\n".join("&" * 80 for _ in range(200)), "\n" * 5000])
def test_answers_fit_with_any_number_of_guesses(kind, text):
    for name, count in itertools.product(NAMES, [0, 1, 30]):
        key = name or "k"
        guess = Guess(
            label=f"{name} in {name}",
            target=ExactTarget(platform="lifetime", environment=key, application=key * 4),
        )
        check(
            answer_message(Answer(kind=kind, text=text, guesses=(guess,) * count, reference=name))
        )


def test_no_message_holds_more_than_slack_takes():
    def blocks(length):
        return (*(section("x" * 2500) for _ in range(3)), section("x" * (length - 7500)))

    Message(text="Long.", blocks=blocks(ALL_TEXTS_LIMIT))
    with pytest.raises(ValueError, match="10001 characters"):
        Message(text="Long.", blocks=blocks(ALL_TEXTS_LIMIT + 1))


def test_the_help_fits():
    check(help_message())


def test_the_newest_messages_are_shown_and_the_rest_are_counted():
    messages = [said(f"number {n} " + "&" * 4980, MessageLevel.ERROR) for n in range(500)]

    body = check(progress_message(retrieval(), messages))

    shown = "".join(block["text"]["text"] for block in body["blocks"] if "text" in block)
    assert "number 499" in shown
    count = shown.count("number ")
    note = body["blocks"][1]["elements"][0]["text"]
    assert note == f"{500 - count} earlier messages not shown, among them {500 - count} errors."


def test_a_failed_card_says_the_platforms_words_even_beside_long_names():
    broken = failed("The token has no permission.")
    one = retrieval(RetrievalState.PACKAGING, broken, resolved=target("&" * 255, "&" * 255))

    assert "The token has no permission." in check(card_message(one))["text"]
