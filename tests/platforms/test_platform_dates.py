"""Dates of the platforms, whatever their clocks say: a moment by our clock, or none."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.link_expiry import link_expiry

NOW = datetime(2026, 8, 20, 10, tzinfo=UTC)
DATES = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [datetime(year, 12, 31, tzinfo=UTC) for year in (1, 1999, 2000, 2026, 8999, 9999)]
)


@given(DATES, DATES)
def test_no_date_and_no_clock_is_too_odd(expires, clock):
    headers = {"Date": format_datetime(clock, usegmt=True)}
    for said in (expires.isoformat(), None):
        headers["Expires"] = format_datetime(expires, usegmt=True)
        ends = link_expiry(said, headers, NOW)
        assert ends is None or ends.utcoffset() is not None


def test_a_clock_that_is_ahead_by_thousands_of_years_leaves_no_date():
    headers = {"Date": "Fri, 31 Dec 8999 00:00:00 GMT"}
    assert link_expiry("2026-08-20T11:00:00Z", headers, NOW) is None
