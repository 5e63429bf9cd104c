from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.mrkdwn import counted, fit, name, one_line, size, when

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
