"""Every view, in every state it can be in, against slack_sdk's models and Slack's limits."""

from __future__ import annotations

import itertools

import pytest
from pydantic import SecretStr
from slack_sdk.models.blocks import Block

from bot.domain import events as e
from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.packaging import MessageLevel
from bot.domain.retrieval import RetrievalState
from bot.domain.target import Build, ExactTarget, Revision, RevisionWish
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
    environment,
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


def targets(name):
    """Give the shapes of a target, with everything in them long; the longest comes last."""
    everything = {
        "platform": name,
        "revision": Revision(number=10**9, label=name, is_modified=True),
        "build": Build(key=name, reason=name * 20),
    }
    tag = RevisionWish(tag=name or "1")
    yield target(name, None, revision=Revision(), wish=RevisionWish(number=10**9))
    yield target(name, None, **everything, wish=RevisionWish(build=name or "k"))
    yield target(name, environment(name, name, portfolio=name), revision=Revision(), wish=tag)
    yield target(name, environment(name, name, portfolio=name), **everything, wish=tag)


def extremes(state, name):
    """Give the state with everything long, and with everything that can be added to it."""
    asked = request(words=(name,) * 20, wish=RevisionWish(tag=name or "1"))
    for shape in targets(name):
        yield retrieval(state, resolved=shape, asked=asked)
    *_, long = targets(name)
    waiting = e.LinkAsked(at=END, ask="a-1", by="U0ADA")
    cancelled = e.CancelAsked(at=LATER, by="U0BRUNO")
    for more in ([waiting], [cancelled], *endings(state, waiting, name)):
        before = RetrievalState.PACKAGING if state is RetrievalState.FAILED else state
        yield retrieval(before, *more, resolved=long, asked=asked)


def endings(state, waiting, name):
    """Give every failure and every denial, with texts of every length."""
    for reason, text in [
        *zip(e.FailureReason, itertools.cycle(TEXTS), strict=False),
        (e.FailureReason.PACKAGE_GONE, TEXTS[1]),
        (e.FailureReason.INTERNAL, TEXTS[3]),
    ]:
        if state is RetrievalState.FAILED:
            yield [e.RetrievalFailed(at=LATER, reason=reason, text=text, reference=name)]
        if state is RetrievalState.EXPIRED:
            yield [waiting, e.LinkDenied(at=END, ask="a-1", reason=reason, text=text)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", RetrievalState)
def test_the_card_fits_in_every_state(state, name):
    for one in extremes(state, name):
        check(card_message(one))
        change = {
            "warnings": (name,) * 40,
            "shares_packaging": True,
            "trouble": TEXTS[2],
            "rate_ahead": 10**9,
        }
        check(card_message(one.model_copy(update=change), asked_elsewhere=True))
        check(card_message(one.model_copy(update={**change, "warnings": tuple(TEXTS)})))
    check(card_message(one.model_copy(update={**change, "target": None})))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("started", RetrievalState.PACKAGING),
        ("failed", RetrievalState.FAILED),
        ("cancelled", RetrievalState.CANCELLED),
        ("denied", RetrievalState.EXPIRED),
        ("direct", RetrievalState.READY),
    ],
)
def test_every_reply_fits_where_it_is_posted_and_where_nothing_is_known(reply, state, name):
    for one in extremes(state, name):
        check(reply_message(one, reply))
        check(reply_message(one.model_copy(update={"is_external": True}), reply))
    check(reply_message(one.model_copy(update={"target": None}), reply))
    check(reply_message(retrieval(RetrievalState.ANSWERED), reply))


@pytest.mark.parametrize("name", NAMES)
def test_links_fit_whatever_they_lead_to(name):
    url = SecretStr("https://bot.example/download/" + "t" * 2900)
    for resolved, leads_to, rule in itertools.product(targets(name), e.LinkKind, e.ExpiryRule):
        posted = link_posted(leads_to=leads_to, rule=rule, file_name=name)
        one = retrieval(RetrievalState.READY, posted, resolved=resolved)
        row = link_row(file_name=name, size_bytes=10**12, rule=rule, leads_to=leads_to)
        check(card_message(one))
        check(link_message(one, row, url))
        check(guarded_link_message(one, row))
        check(upload_message(one, row.model_copy(update={"size_bytes": None})))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("leads_to", e.LinkKind)
def test_what_stays_of_a_link_fits(name, leads_to):
    change = {"file_name": name, "leads_to": leads_to, "rule": e.ExpiryRule.UNSTATED}
    for ended in extremes(RetrievalState.EXPIRED, name):
        link = ended.links[0].model_copy(update=change)
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
            target=ExactTarget(
                platform="lifetime", environment=key, application=key * 4, wish={"tag": key}
            ),
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
