from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.target import ExactTarget, RevisionWish
from bot.errors import RequestRefused
from bot.slack import actions

TARGET = ExactTarget(platform="lifetime", environment="env-1", application="app-1")
WISHES = [
    RevisionWish(number=12),
    RevisionWish(tag="1.4.0 “beta”"),
    RevisionWish(build="be77b25f-0d0c-4c6d-9f5c-6c1f5f6f9f10"),
]
DECODERS = [actions.decode_retrieval, actions.decode_link, actions.decode_target]


def test_what_a_button_carries_comes_back():
    assert actions.decode_retrieval(actions.encode_retrieval("r-1")) == "r-1"
    assert actions.decode_link(actions.encode_link("r-1", "l-1")) == ("r-1", "l-1")
    assert actions.decode_target(actions.encode_target(TARGET)) == TARGET


@pytest.mark.parametrize("wish", WISHES)
def test_a_button_carries_what_was_wished_for_in_no_environment(wish):
    wished = ExactTarget(platform="odc", environment=None, application="app-1", wish=wish)

    assert actions.decode_target(actions.encode_target(wished)) == wished


def test_values_say_their_version():
    assert actions.encode_retrieval("r-1") == '{"v":1,"retrieval":"r-1"}'


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "value",
    [
        "",
        "r-1",
        "[]",
        "null",
        '{"v":2,"retrieval":"r-1"}',
        '{"v":1,"retrieval":""}',
        '{"v":1,"retrieval":7,"link":[]}',
        '{"v":1,"target":{"platform":"p"}}',
        '{"v":1,"target":{"platform":"p","environment":null,"application":"a","wish":{}}}',
        '{"v":1,"retrieval":"' + "x" * 300 + '"}',
    ],
)
def test_nonsense_is_refused_with_a_sentence(decode, value):
    with pytest.raises(RequestRefused) as refusal:
        decode(value)

    assert "type the command again" in refusal.value.message


@given(st.sampled_from(DECODERS), st.text())
def test_any_text_is_refused_and_nothing_else_happens(decode, value):
    with pytest.raises(RequestRefused):
        decode(value)


def test_a_value_with_keys_of_255_characters_fits_a_button():
    long = ExactTarget(
        platform="p" * 255,
        environment="ü" * 255,
        application='"' * 255,
        wish=RevisionWish(tag='"' * 255),
    )

    assert len(actions.encode_target(long)) <= actions.VALUE_LIMIT
