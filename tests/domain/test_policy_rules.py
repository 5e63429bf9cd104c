from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import ExpiryRule
from bot.domain.policy import LinkVisibility, Policy, expiry, production_refusal, warnings_for
from bot.domain.retrieval import Request, Retrieval
from bot.domain.target import Environment, Purpose, Revision, Target

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def environment(purpose=Purpose.TEST, version="", minimum="11.27.0", *, is_offline=False):
    return Environment(
        platform="main",
        key="e1",
        name="Testing",
        purpose=purpose,
        version=version,
        minimum_version=minimum,
        is_offline=is_offline,
    )


def target(where, revision=None):
    return Target(
        platform="main",
        environment=where,
        application="a1",
        application_name="Portal",
        revision=revision or Revision(label="1.4.0"),
    )


def warnings(where=None, revision=None):
    return warnings_for(target(where or environment(), revision))


def retrieval(*, is_external=False):
    request = Request(
        id="r1", at=NOON, requester="UANN", team="T1", channel="C1", trigger="1.2", words=("a", "b")
    )
    return Retrieval(request=request, is_external=is_external)


@pytest.mark.parametrize(
    ("platform_minutes", "minutes", "rule"),
    [
        (None, 60, ExpiryRule.UNSTATED),
        (59, 59, ExpiryRule.PLATFORM),
        (60, 60, ExpiryRule.PLATFORM),
        (61, 60, ExpiryRule.POLICY),
    ],
)
def test_a_link_ends_when_the_first_of_the_two_limits_does(platform_minutes, minutes, rule):
    platform = None
    if platform_minutes is not None:
        platform = NOON + timedelta(minutes=platform_minutes)
    assert expiry(NOON, platform, HOUR) == (NOON + timedelta(minutes=minutes), rule)


@pytest.mark.parametrize("version", ["11.26.9", "11.9.0", "10.0.1005.0", "9"])
def test_a_version_that_is_too_old_is_warned_about(version):
    (warning,) = warnings(environment(version=version))
    assert warning == f"Testing runs version {version}; main gives source code from 11.27.0 on."


@pytest.mark.parametrize("version", ["", "11.27.0", "11.27.0.40202", "11.28.0", "12.0"])
def test_a_version_that_is_new_enough_or_unknown_is_not_warned_about(version):
    assert warnings(environment(version=version)) == ()


def test_where_every_version_gives_source_code_none_is_too_old():
    assert warnings(environment(version="1.0", minimum="")) == ()


def test_an_offline_environment_is_warned_about():
    (warning,) = warnings(environment(is_offline=True))
    assert warning == "Testing is marked offline on main."


@pytest.mark.parametrize(("label", "said"), [("1.4.0", "after 1.4.0"), ("", "after its last tag")])
def test_a_modified_application_is_warned_about(label, said):
    (warning,) = warnings(revision=Revision(label=label, is_modified=True))
    assert said in warning


@pytest.mark.parametrize("purpose", list(Purpose))
def test_production_alone_is_refused_until_it_is_allowed(purpose):
    where = environment(purpose)
    assert Policy().refuses(where) is (purpose is Purpose.PRODUCTION)
    assert not Policy(allow_production=True).refuses(where)


def test_an_environment_whose_purpose_nobody_said_counts_as_production():
    assert Policy().refuses(Environment(platform="main", key="e1", name="Testing"))


def test_what_is_in_no_environment_is_not_refused_as_production():
    assert not Policy().refuses(None)


def test_the_refusal_names_the_environment_and_the_setting():
    refusal = production_refusal(target(environment()))
    assert refusal.startswith("Testing on main counts as production")
    assert "ALLOW_PRODUCTION=true" in refusal


def test_what_is_in_no_environment_is_warned_about_only_for_its_revision():
    assert warnings_for(target(None)) == ()
    assert len(warnings_for(target(None, Revision(number=7, is_modified=True)))) == 1


def test_everybody_may_request_unless_some_are_named():
    assert Policy().may_request("UANN")
    named = Policy(allowed_users=frozenset({"UANN"}))
    assert named.may_request("UANN")
    assert not named.may_request("UBOB")


@pytest.mark.parametrize(
    ("visibility", "is_external", "bob_may"),
    [
        (LinkVisibility.THREAD, False, True),
        (LinkVisibility.THREAD, True, False),
        (LinkVisibility.REQUESTER, False, False),
    ],
)
def test_who_else_may_take_a_link_is_policy(visibility, is_external, bob_may):
    policy = Policy(link_visibility=visibility)
    asked = retrieval(is_external=is_external)
    assert policy.may_take_link("UBOB", asked) is bob_may
    assert policy.may_take_link("UANN", asked)


def test_whoever_is_no_longer_allowed_gets_no_link_even_to_their_own_retrieval():
    assert not Policy(allowed_users=frozenset({"UBOB"})).may_take_link("UANN", retrieval())


def test_only_the_requester_may_cancel():
    assert Policy().may_cancel("UANN", retrieval())
    assert not Policy().may_cancel("UBOB", retrieval())
