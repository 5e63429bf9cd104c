from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PackageDamaged
from bot.links.zip_end import LUMP_BYTES, TAIL_BYTES, ZipEnd, ends_whole

contents = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"PK\x05\x06" * 9, b"PK\x05\x06" + bytes(18), b"PK\x06\x07" + bytes(16)]),
)
methods = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


def zip_from(files, method, comment=b""):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number, content in enumerate(files):
            archive.writestr(f"{number}.bin", content)
        archive.comment = comment
    return packed.getvalue()


def zips(files):
    return st.builds(zip_from, st.lists(files, max_size=4), methods, st.binary(max_size=40))


# Zips in zips in zips, stored or not, so that many ends pass before the real one.
nested = st.recursive(zips(contents), lambda inner: zips(st.one_of(contents, inner)), max_leaves=6)


def passed_through(pieces):
    end = ZipEnd()
    sent = [end.feed(piece) for piece in pieces]
    return b"".join([*sent, end.finish()])


def chunked(body, sizes):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(body[at : at + size])
        at += size
    return [*pieces, body[at:]]


@given(nested, st.lists(st.integers(1, 200), max_size=30))
def test_a_whole_zip_passes_unchanged_in_any_pieces(body, sizes):
    assert passed_through(chunked(body, sizes)) == body


@given(nested, st.data())
def test_a_zip_that_is_cut_anywhere_is_refused(body, data):
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(PackageDamaged):
        passed_through([body[:cut]])


@given(nested)
def test_a_cut_right_after_any_end_record_inside_is_refused(body):
    at = body.find(b"PK\x05\x06")
    while at >= 0:
        for end in range(at + 4, min(at + 70, len(body))):
            assert not ends_whole(body[:end], end), f"taken for whole at {end} of {len(body)}"
        at = body.find(b"PK\x05\x06", at + 1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_cut_of_a_zip_in_a_zip_in_a_zip_looks_whole(method):
    innermost = zip_from([b"class A {}", b""], zipfile.ZIP_DEFLATED, b"inner")
    inner = zip_from([innermost, b"text", innermost], zipfile.ZIP_STORED)
    body = zip_from([inner, b"", inner, zip_from([], method)], method, b"by the platform")
    assert [end for end in range(len(body) + 1) if ends_whole(body[:end], end)] == [len(body)]


def test_a_cut_is_refused_when_only_the_tail_is_seen():
    inner = zip_from([bytes(3 * TAIL_BYTES)], zipfile.ZIP_STORED)
    body = zip_from([inner, inner], zipfile.ZIP_STORED)
    cut = body.index(inner) + len(inner)
    pieces = [body[at : min(at + 5000, cut)] for at in range(0, cut, 5000)]
    with pytest.raises(PackageDamaged, match=f"after {cut} bytes"):
        passed_through(pieces)


def test_the_longest_comment_and_a_directory_longer_than_the_tail_pass():
    files = [b""] * 3000
    body = zip_from(files, zipfile.ZIP_STORED, b"c" * 65535)
    assert passed_through(chunked(body, [997] * 400)) == body


def as_zip64(body, *, masked, extensible=b""):
    """Give the same zip with a zip64 end record, as large archives have it."""
    directory, end = body[:-22], body[-22:]
    _, _, _, here, entries, size, offset, _ = struct.unpack("<4s4H2LH", end)
    record = struct.pack(
        "<4sQ2H2L4Q",
        b"PK\x06\x06",
        44 + len(extensible),
        45,
        45,
        0,
        0,
        here,
        entries,
        size,
        offset,
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    if masked:
        fields = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *fields, 0)
    return directory + record + extensible + locator + end


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("extensible", [b"", b"x" * 100])
def test_a_zip64_passes_whole_and_no_cut_of_it_does(masked, extensible):
    inner = as_zip64(zip_from([b"one", b"two"], zipfile.ZIP_STORED), masked=masked)
    outer = zip_from([inner, b"three"], zipfile.ZIP_STORED)
    body = as_zip64(outer, masked=masked, extensible=extensible)
    if not extensible:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
    assert [end for end in range(len(body) + 1) if ends_whole(body[:end], end)] == [len(body)]


def test_a_real_zip64_of_more_than_65535_entries_passes():
    body = zip_from([b""] * 65_540, zipfile.ZIP_STORED)
    assert b"PK\x06\x06" in body
    assert passed_through(chunked(body, [60_000] * 200)) == body
    assert not ends_whole(body[-TAIL_BYTES - 1 : -1], len(body) - 1)


def test_an_empty_body_and_an_end_record_of_another_zip_are_refused():
    for body in (b"", b"PK", b"<html>" + zip_from([], zipfile.ZIP_STORED)):
        with pytest.raises(PackageDamaged):
            passed_through([body])


def test_bytes_after_the_end_are_refused():
    with pytest.raises(PackageDamaged):
        passed_through([zip_from([b"a"], zipfile.ZIP_STORED), b"\n"])


@given(st.lists(st.integers(1, 65536), min_size=1, max_size=60))
def test_never_more_than_the_tail_and_one_lump_is_held(sizes):
    end, fed, sent = ZipEnd(), 0, 0
    for size in sizes:
        sent += len(end.feed(bytes(size)))
        fed += size
        assert fed - sent < TAIL_BYTES + LUMP_BYTES
        assert sent == 0 or fed - sent >= TAIL_BYTES


def test_small_pieces_go_on_as_lumps():
    end = ZipEnd()
    sent = [lump for lump in (end.feed(bytes(1000)) for _ in range(1000)) if lump]
    assert min(map(len, sent)) >= LUMP_BYTES - 1000


def test_a_length_that_is_not_kept_is_refused_either_way():
    body = zip_from([b"a"], zipfile.ZIP_STORED)
    short = ZipEnd(len(body) + 1)
    short.feed(body)
    with pytest.raises(PackageDamaged, match=rf"after {len(body)} of {len(body) + 1} bytes"):
        short.finish()
    with pytest.raises(PackageDamaged, match="sent more"):
        ZipEnd(len(body) - 1).feed(body)
