from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.target import RevisionWish
from bot.slack.mrkdwn import (
    counted,
    described,
    fit,
    fit_ends,
    name,
    one_line,
    size,
    when,
    wished,
)
from tests.slack.samples import BUILD_KEY, library, target

ESCAPE = re.compile(r"&(amp|lt|gt);")


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_fitted_text_is_short_enough_and_holds_no_half_escape(text, limit):
    fitted = fit(text, limit)

    assert len(fitted) <= limit
    assert "&" not in ESCAPE.sub("", fitted)
    assert not set("<>\n\r\x00") & set(fitted)


@given(st.text())
def test_a_text_that_fits_comes_back_whole(text):
    fitted = fit(text, 10_000)

    plain = fitted.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert plain == one_line(text)


@given(st.text(), st.integers(min_value=30, max_value=90), st.integers(0, 25))
def test_a_text_cut_in_its_middle_is_short_enough_and_keeps_both_ends(text, limit, end):
    fitted = fit_ends(text, limit, end)

    assert len(fitted) <= limit
    assert "&" not in ESCAPE.sub("", fitted)
    if "…" not in text:
        beginning, cut, rest = fitted.partition("…")
        assert fit(text, 10_000).startswith(beginning)
        assert fit(text, 10_000).endswith(rest)
        assert bool(cut) is (fitted != fit(text, 10_000))


def test_what_stands_last_outlives_a_cut():
    said = "The platform said: " + "x & y, " * 500 + "(error OS-APPS-40013, trace 4bf92f35)"

    fitted = fit_ends(said, 300, 60)

    assert fitted.startswith("The platform said: x &amp; y, x")
    assert fitted.endswith("(error OS-APPS-40013, trace 4bf92f35)")
    assert len(fitted) <= 300


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (RevisionWish(number=12), "revision 12"),
        (RevisionWish(tag="1.4.0"), "tag 1.4.0"),
        (RevisionWish(tag="<b>"), "tag &lt;b&gt;"),
        (RevisionWish(build=BUILD_KEY), "build be77b25f…"),
    ],
)
def test_a_wish_is_named_behind_its_target(wish, shown):
    assert wished(wish) == shown
    assert described(target(wish=wish)) == f"EmployeeBackoffice in Testing, {shown}"
    assert described(library(wish=wish), goes_on=True) == f"Currency Formatting, {shown},"


def test_what_stands_in_no_environment_goes_by_its_name():
    assert described(library(wish=None), goes_on=True) == "Currency Formatting"


def test_a_text_of_escapes_is_cut_between_two_of_them():
    assert fit("&&&&&", 11) == "&amp;&amp;…"


def test_characters_outside_the_basic_plane_count_twice():
    assert fit("😀" * 10, 9) == "😀" * 4 + "…"


def test_control_characters_and_turned_directions_do_not_pass():
    assert one_line("one\r\ntwo\x00three\u202efour\tfive") == "one two threefour five"


def test_an_empty_name_is_said_to_be():
    assert name("\u202e \n") == "(no name)"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (999_960, "1.0 MB"),
        (2_500_000_000, "2.5 GB"),
        (3 * 10**15, "3000.0 TB"),
    ],
)
def test_sizes_are_shown_in_human_units(count, shown):
    assert size(count) == shown


def test_a_moment_carries_an_absolute_time_for_those_who_cannot_read_the_date():
    moment = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))

    unix = int(datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp())
    assert when(moment) == f"<!date^{unix}^{{date_short_pretty}} at {{time}}|2026-03-02 09:00 UTC>"


def test_numbers_agree_with_their_nouns():
    assert [counted(n, "message") for n in (0, 1, 1234)] == [
        "0 messages",
        "1 message",
        "1,234 messages",
    ]
