from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import events as e
from bot.domain.packaging import PackagingState
from bot.domain.retrieval import Posted, Request, Retrieval, RetrievalState
from bot.domain.target import Environment, Revision, Target

START = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request(
    id="r1", at=START, requester="UANN", team="T1", channel="C1", trigger="1.2", words=("P", "T")
)
TARGET = Target(
    platform="main",
    environment=Environment(platform="main", key="e1", name="Testing"),
    application="a1",
    application_name="Portal",
)


def link(name="l1", ask=""):
    return e.LinkPosted(
        at=START,
        link=name,
        ask=ask,
        recipient="UANN",
        channel="C1",
        ts="3.0",
        file_name="Portal-Testing.zip",
        size_bytes=7,
        expires_at=START + timedelta(hours=1),
        rule=e.ExpiryRule.POLICY,
    )


RESOLVED = e.TargetResolved(at=START, target=TARGET, warnings=("old",))
ANSWERED = e.RequestAnswered(at=START, summary="unknown name")
CARD = e.CardPosted(at=START, channel="D1", ts="1.0", is_direct=True)
JOINED = e.PackagingJoined(at=START, packaging="p1", is_first=False)
QUEUED = e.PackagingQueued(at=START, ahead=3, at_once=10)
RUNNING = TARGET.model_copy(update={"revision": Revision(label="1.4.1", is_modified=True)})
LIMITED = e.RateLimited(at=START, ahead=2)
UNLIMITED = e.RateLimited(at=START, ahead=None)
STARTED = e.PackagingStarted(at=START, package="k1", target=RUNNING, warnings=("modified",))
MOVED = e.PackagingMoved(at=START, messages=4)
PACKAGED = e.PackagingEnded(at=START, state=PackagingState.READY, messages=5)
ENDED_BADLY = e.PackagingEnded(at=START, state=PackagingState.FAILED, messages=5)
REPLY = e.ReplyPosted(at=START, reply="started", channel="D1", ts="2.0")
ASKED = e.LinkAsked(at=START, ask="ask1", by="UBOB")
DENIED = e.LinkDenied(at=START, ask="ask1", reason=e.FailureReason.PACKAGE_GONE, text="gone")
EXPIRED = e.LinkExpired(at=START, link="l1")
CANCEL = e.CancelAsked(at=START, by="UBOB")
CANCELLED = e.RetrievalCancelled(at=START, by="UBOB")
FAILED = e.RetrievalFailed(
    at=START, reason=e.FailureReason.DEADLINE, text="too late", reference="ref"
)
REPEATED = e.EffectRepeated(at=START, effect="card")
EVERY_EVENT = (
    *(RESOLVED, ANSWERED, CARD, JOINED, QUEUED, LIMITED, UNLIMITED),
    *(STARTED, MOVED, PACKAGED, ENDED_BADLY, REPLY),
    *(ASKED, link(), DENIED, EXPIRED, CANCEL, CANCELLED, FAILED, REPEATED),
)
HAPPY = (RESOLVED, CARD, JOINED, QUEUED, STARTED, MOVED, PACKAGED, link())


def fold(*events):
    return Retrieval.fold(REQUEST, events)


def test_a_retrieval_goes_from_request_to_ready_through_every_state():
    states = [fold(*HAPPY[:count]).state.value for count in range(len(HAPPY) + 1)]
    assert states == [
        *("requested", "requested", "requested", "requested"),
        *("waiting", "packaging", "packaging", "packaged", "ready"),
    ]


def test_what_the_card_shows_is_kept():
    ready = fold(*HAPPY, REPLY)
    assert fold(RESOLVED).target == TARGET
    assert fold(RESOLVED).warnings == ("old",)
    assert ready.target == RUNNING
    assert ready.warnings == ("modified",)
    assert ready.card == Posted(channel="D1", ts="1.0")
    assert ready.is_direct
    assert ready.shares_packaging
    assert (ready.packaging, ready.package) == ("p1", "k1")
    assert (ready.ahead, ready.at_once, ready.messages) == (3, 10, 5)
    assert ready.reply("started") == Posted(channel="D1", ts="2.0")
    assert ready.reply("failed") is None
    assert (ready.links[0].file_name, ready.links[0].size_bytes) == ("Portal-Testing.zip", 7)


def test_the_version_counts_every_event_and_the_time_is_the_last_one():
    later = START + timedelta(minutes=1)
    changed = fold(*EVERY_EVENT, MOVED.model_copy(update={"at": later}))
    assert changed.version == len(EVERY_EVENT) + 1
    assert changed.changed_at == later
    assert fold().version == 0


@pytest.mark.parametrize(
    ("end", "state"), [(ANSWERED, "answered"), (CANCELLED, "cancelled"), (FAILED, "failed")]
)
@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.kind)
def test_what_has_ended_without_a_link_stays_as_it_ended(end, state, event):
    assert fold(RESOLVED, CARD, end, event).state == state


@pytest.mark.parametrize("event", [EXPIRED, link("l2")], ids=lambda event: event.kind)
def test_ready_stays_settled_through_expiry_and_renewal(event):
    assert fold(*HAPPY, event).state.is_settled


def test_a_ready_retrieval_expires_and_is_renewed():
    expired = fold(*HAPPY, EXPIRED)
    assert expired.state is RetrievalState.EXPIRED
    assert expired.links[0].is_expired
    asked = expired.apply(ASKED)
    assert asked.asks == ("ask1",)
    renewed = asked.apply(link("l2", ask="ask1"))
    assert renewed.state is RetrievalState.READY
    assert [one.is_expired for one in renewed.links] == [True, False]
    assert renewed.asks == ()


def test_it_is_ready_as_long_as_one_link_works():
    assert fold(*HAPPY, link("l2"), EXPIRED).state is RetrievalState.READY


def test_a_refused_renewal_is_shown_until_a_link_comes():
    denied = fold(*HAPPY, EXPIRED, ASKED, DENIED)
    assert denied.state is RetrievalState.EXPIRED
    assert denied.asks == ()
    assert denied.denial.text == "gone"
    assert denied.apply(link("l2")).denial is None


def test_asking_to_cancel_is_not_yet_cancelled():
    asked = fold(RESOLVED, STARTED, CANCEL)
    assert asked.state is RetrievalState.PACKAGING
    assert asked.cancel_asked_by == "UBOB"


def test_trouble_with_the_platform_is_shown_until_it_answers_again():
    troubled = fold(RESOLVED, STARTED, MOVED.model_copy(update={"trouble": "no answer"}))
    assert troubled.trouble == "no answer"
    assert troubled.apply(MOVED).trouble == ""


def test_waiting_for_the_rate_limit_is_shown_while_it_lasts_and_moves_nothing():
    waiting = fold(RESOLVED, QUEUED, LIMITED)
    assert (waiting.state, waiting.rate_ahead) == (RetrievalState.WAITING, 2)
    assert waiting.apply(UNLIMITED).rate_ahead is None
    assert fold(RESOLVED, STARTED, LIMITED, ENDED_BADLY).rate_ahead is None


@pytest.mark.parametrize("kind", list(e.LinkKind))
def test_what_a_link_leads_to_is_kept(kind):
    posted = link().model_copy(update={"leads_to": kind})
    assert fold(*HAPPY[:-1], posted).links[0].leads_to is kind


def test_a_failure_keeps_its_reason_and_reference():
    failure = fold(RESOLVED, STARTED, ENDED_BADLY, FAILED).failure
    assert (failure.reason, failure.text, failure.reference) == ("deadline", "too late", "ref")


def test_a_packaging_that_ended_badly_waits_for_its_failure_to_be_told():
    assert fold(RESOLVED, STARTED, ENDED_BADLY).state is RetrievalState.PACKAGING


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.sampled_from(EVERY_EVENT), max_size=15))
def test_applying_never_changes_what_was_there(events):
    state = fold()
    for event in events:
        before = state.model_dump_json()
        following = state.apply(event)
        assert state.model_dump_json() == before
        assert following.version == state.version + 1
        state = following
    assert state == fold(*events)
    assert Retrieval.model_validate_json(state.model_dump_json()) == state


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.kind)
def test_every_event_survives_the_journal(event):
    assert e.EVENTS.validate_json(e.EVENTS.dump_json(event)) == event
