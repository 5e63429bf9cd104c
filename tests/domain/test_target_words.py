from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.domain.target import Environment, ExactTarget, Revision, RevisionWish, Target

TESTING = Environment(platform="cloud", key="e1", name="Testing")


def target(environment=TESTING, wish=None):
    return Target(
        platform="cloud",
        environment=environment,
        application="a1",
        application_name="Portal",
        wish=wish,
    )


@pytest.mark.parametrize(
    ("revision", "shown"),
    [
        (Revision(), ""),
        (Revision(label="1.4.0"), "1.4.0"),
        (Revision(label="1.4.0", is_modified=True), "1.4.0+"),
        (Revision(number=12), "12"),
        (Revision(number=12, label="1.4.0"), "12 (1.4.0)"),
    ],
)
def test_a_revision_is_shown_as_far_as_it_is_known(revision, shown):
    assert str(revision) == shown


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (RevisionWish(number=12), "revision 12"),
        (RevisionWish(tag="1.4.0"), "tag 1.4.0"),
        (RevisionWish(build="b1"), "build b1"),
    ],
)
def test_a_wish_is_shown_with_the_target(wish, shown):
    assert str(target(wish=wish)) == f"Portal in Testing, {shown}"
    assert str(target(None, wish)) == f"Portal, {shown}"


@pytest.mark.parametrize("fields", [{}, {"number": 12, "tag": "1.4.0"}, {"tag": "1", "build": "b"}])
def test_a_wish_is_for_one_thing(fields):
    with pytest.raises(ValidationError, match="wish for a number, a tag or a build"):
        RevisionWish(**fields)


def test_what_is_asked_for_differently_has_different_keys():
    wishes = (None, RevisionWish(number=12), RevisionWish(tag="12"), RevisionWish(build="12"))
    asked = [target(where, wish) for where in (TESTING, None) for wish in wishes]
    assert len({one.key for one in asked}) == len(asked)
    assert [one.exact.key for one in asked] == [one.key for one in asked]


def test_which_revision_a_wish_came_to_does_not_change_what_was_asked_for():
    described = target().model_copy(update={"revision": Revision(number=12)})
    assert described.key == target().key


def test_a_target_named_by_keys_survives_its_button():
    exact = target(None, RevisionWish(tag="1.4.0")).exact
    assert exact == ExactTarget(
        platform="cloud", environment=None, application="a1", wish=RevisionWish(tag="1.4.0")
    )
    assert ExactTarget.model_validate_json(exact.model_dump_json()) == exact
