"""Content that is made only when it is read is what it says it is."""

from __future__ import annotations

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.packages.checksum import joined
from bot.sandbox.packages.content import Content, Fill


@given(st.lists(st.one_of(st.binary(), st.integers(0, 700_000).map(Fill)), max_size=6))
def test_content_is_as_long_as_it_says_and_has_the_checksum_it_says(parts):
    content = Content(tuple(parts))
    whole = b"".join(content.pieces())
    assert (len(whole), crc32(whole)) == (content.length, content.checksum)


@given(st.binary(), st.binary())
def test_joined_checksums_are_those_of_the_joined_bytes(first, second):
    assert joined(crc32(first), crc32(second), len(second)) == crc32(first + second)
