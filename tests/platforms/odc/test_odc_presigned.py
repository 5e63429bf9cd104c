"""The end that an address carries is read where it makes sense, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.platforms.presigned import presigned_expiry


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("X-Amz-Date=20260820T100000Z&X-Amz-Expires=3600", "2026-08-20T11:00:00+00:00"),
        ("x-amz-expires=60&x-amz-date=20260820T100000Z", "2026-08-20T10:01:00+00:00"),
        ("sv=2024-11-04&se=2026-08-20T11%3A00%3A00Z&sig=x", "2026-08-20T11:00:00+00:00"),
        ("se=2026-08-20", "2026-08-20T00:00:00+00:00"),
        ("Expires=1790000000&Signature=x", "2026-09-21T14:13:20+00:00"),
        ("Expires=1790000000&se=2026-08-20T11:00:00Z", "2026-08-20T11:00:00+00:00"),
        ("se=2026-08-20&X-Amz-Date=20260819T100000Z&X-Amz-Expires=9", "2026-08-19T10:00:09+00:00"),
        ("X-Amz-Date=20260820T100000Z&X-Amz-Expires=0", "2026-08-20T10:00:00+00:00"),
        ("se=2026-08-20&se=2030-01-01", "2026-08-20T00:00:00+00:00"),
        ("Expires=1790000000&expires=", "2026-09-21T14:13:20+00:00"),
        ("Expires=1790000000&Expires=junk", "2026-09-21T14:13:20+00:00"),
        ("X-Amz-Date=20260820&X-Amz-Expires=60&X-Amz-Expires=99", "2026-08-20T00:01:00+00:00"),
        ("Expires=0", "1970-01-01T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_the_earliest_end_is_taken(query, ends):
    found = presigned_expiry(URL(f"https://storage.example/a.zip?{query}", encoded=True))
    assert found is not None
    assert found.isoformat() == ends


@pytest.mark.parametrize(
    "query",
    [
        "",
        "X-Amz-Expires=3600",
        "X-Amz-Date=20260820T100000Z",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20260820T100000Z&X-Amz-Expires=-5",
        "X-Amz-Date=20260820T100000Z&X-Amz-Expires=1e3",
        "X-Amz-Date=20260820T100000Z&X-Amz-Expires=9999999999999999999",
        "X-Amz-Date=20260820T100000Z&X-Amz-Expires=251600000000",
        "Expires=60",
        "Expires=99999999999999999999999999",
        "Expires=9999999999999",
        "Expires=Thu",
        "se=",
        "se=soon",
        "se=1900-01-01",
    ],
)
def test_nonsense_is_no_end(query):
    assert presigned_expiry(URL(f"https://storage.example/a?{query}", encoded=True)) is None


_NAMES = st.sampled_from(["X-Amz-Date", "X-Amz-Expires", "se", "Expires", "x"])
_VALUES = st.text(max_size=30) | st.integers().map(str) | st.datetimes().map(str)


@given(st.lists(st.tuples(_NAMES, _VALUES)))
def test_whatever_stands_there_is_read_or_ignored(query):
    ends = presigned_expiry(URL("https://storage.example/a").with_query(query))
    assert ends is None or ends.utcoffset() is not None
