"""A package is whole, or the sentence says what is wrong with it."""

from __future__ import annotations

import io
import stat
import struct
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.fetch.verify import Limits, Stopped, Verified, verify
from bot.errors import PackageDamaged

# Each example overwrites the one before; a busy machine is no failure.
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
FILES = {
    "Shop.csproj": b"<Project/>",
    "Actions/Actions.cs": b"namespace ss { }\n" * 300,
    "bin/a.dll": b"MZ",
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


MODULE = zipped(FILES)
PACKAGE = zipped({"Shop.v3.zip": MODULE, "Shop_CS.v12.zip": MODULE})


@pytest.fixture
def check(tmp_path):
    def run(content: bytes, **limits: float) -> Verified:
        path = tmp_path / "package.zip"
        path.write_bytes(content)
        return verify(path, Limits(**limits))

    return run


def contents(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {entry.orig_filename: archive.read(entry) for entry in archive.infolist()}


def test_a_whole_package_names_its_modules_and_counts_what_is_in_them(check):
    verified = check(PACKAGE)

    assert verified.modules == ("Shop", "Shop_CS")
    assert verified.entries == 2 + 2 * len(FILES)
    assert verified.files == 2 * len(FILES)
    assert verified.unpacked_bytes == 2 * len(MODULE) + 2 * sum(map(len, FILES.values()))
    assert verified.warnings == ()


def test_a_package_of_another_layout_is_one_too_and_its_files_are_counted(check):
    verified = check(zipped({"src/Program.cs": b"class P { }", "src/": b"", "more.zip": MODULE}))

    assert verified.modules == ()
    assert verified.files == 1 + len(FILES)


@pytest.mark.parametrize("files", [{}, {"src/": b""}], ids=["nothing", "a folder"])
def test_a_zip_without_a_file_is_not_a_package(check, files):
    with pytest.raises(PackageDamaged, match="holds no files"):
        check(zipped(files))


@pytest.mark.parametrize("content", [b"", b"<html>Login</html>", PACKAGE[:-1], PACKAGE[:200]])
def test_what_is_no_zip_or_ends_early_is_said_to_be_no_whole_zip(check, content):
    with pytest.raises(PackageDamaged, match="not a whole zip"):
        check(content)


def test_a_flipped_byte_inside_a_module_names_the_module(check):
    broken = bytearray(zipped({"Shop.v3.zip": MODULE}, zipfile.ZIP_STORED))
    broken[len(broken) // 3] ^= 0xFF

    with pytest.raises(PackageDamaged, match=r"Shop\.v3\.zip"):
        check(bytes(broken))


def test_a_module_that_was_damaged_before_it_was_packed_is_found(check):
    stored = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    stored[stored.index(b"<Project/>")] ^= 1

    with pytest.raises(PackageDamaged, match=r"'Shop\.v3\.zip'.*Shop\.csproj"):
        check(zipped({"Shop.v3.zip": bytes(stored)}))


def test_a_zip_that_a_module_carries_is_read_too_and_may_be_unreadable(check):
    good = zipped({"Shop.v3.zip": zipped({**FILES, "Resources/more.zip": zipped({"a": b"aaa"})})})
    bad = zipped({"Shop.v3.zip": zipped({**FILES, "Resources/more.zip": b"not a zip at all"})})

    assert check(good).entries == 1 + len(FILES) + 1 + 1
    assert check(good).warnings == ()
    assert "Resources/more.zip" in check(bad).warnings[0]


def test_below_the_second_floor_a_zip_is_only_bytes(check):
    deepest = zipped({"a.zip": zipped({"b.zip": b"not a zip at all"})})

    assert check(zipped({"Shop.v3.zip": zipped({"more.zip": deepest})})).warnings == ()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\x.dll", "Actions\\..\\..\\x", "new\nline"],
)
def test_a_hostile_name_is_only_reported(check, name):
    verified = check(zipped({"Shop.v3.zip": zipped({**FILES, name: b"x"})}))

    assert verified.modules == ("Shop",)
    assert "1 of its entries are links or would leave the folder" in verified.warnings[0]


def test_backslashes_in_names_are_ordinary_in_a_package_made_on_windows(check):
    assert check(zipped({"Shop.v3.zip": zipped({"Actions\\a.cs": b"x"})})).warnings == ()


def test_a_symbolic_link_is_reported(check):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("Shop.v1.zip", MODULE)

    assert "links" in check(target.getvalue()).warnings[0]


def test_a_zip_bomb_is_refused_while_it_is_read(check):
    inner = zipped({"zeros": bytes(8_000_000)})

    with pytest.raises(PackageDamaged, match="unpacks to more than 1 MiB"):
        check(zipped({"Shop.v1.zip": inner}), ratio_from_bytes=1024 * 1024, ratio=20)


def test_a_bomb_that_a_module_carries_is_refused_and_not_just_reported(check):
    bomb = zipped({"zeros": bytes(8_000_000)})

    with pytest.raises(PackageDamaged, match="unpacks to more than"):
        check(
            zipped({"Shop.v1.zip": zipped({"more.zip": bomb})}),
            ratio_from_bytes=1024 * 1024,
            ratio=20,
        )


def test_more_entries_than_a_package_has_are_refused(check):
    with pytest.raises(PackageDamaged, match="more than 5 entries"):
        check(PACKAGE, entries=5)


def test_a_list_of_entries_too_long_to_hold_is_refused_before_it_is_made(check):
    with pytest.raises(PackageDamaged, match="lists more entries"):
        check(PACKAGE, directory_bytes=64)


def test_a_64_bit_zip_is_read_as_well(check):
    target = io.BytesIO()
    info = zipfile.ZipInfo("Shop.v1.zip")
    with (
        zipfile.ZipFile(target, "w") as archive,
        archive.open(info, "w", force_zip64=True) as entry,
    ):
        entry.write(MODULE)
    end = target.getvalue().rindex(b"PK\5\6")
    plain = target.getvalue()
    size, offset = struct.unpack_from("<2L", plain, end + 12)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)

    assert check(plain[:end] + record + locator + last).modules == ("Shop",)
    with pytest.raises(PackageDamaged, match="lists more entries"):
        check(plain[:end] + record + locator + last, directory_bytes=10)


def test_a_wrong_length_in_the_list_cannot_hide_a_module(check):
    hidden = bytearray(PACKAGE)
    first = hidden.index(b"PK\1\2")
    second = hidden.index(b"PK\1\2", first + 1)
    end = hidden.index(b"PK\5\6", second)
    struct.pack_into("<H", hidden, first + 32, end - second)  # the first entry's comment

    with pytest.raises(PackageDamaged, match="as many entries as it says"):
        check(bytes(hidden))


def test_reading_ends_when_it_is_told_to(tmp_path):
    path = tmp_path / "package.zip"
    path.write_bytes(PACKAGE)
    stop = threading.Event()
    stop.set()

    with pytest.raises(Stopped):
        verify(path, Limits(), stop)


def test_nothing_is_left_in_the_folder(check, tmp_path):
    check(zipped({"Shop.v1.zip": zipped({"a": bytes(3_000_000)}, zipfile.ZIP_STORED)}))

    assert [path.name for path in tmp_path.iterdir()] == ["package.zip"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(cut=st.integers(min_value=0, max_value=len(PACKAGE) - 1))
def test_a_package_cut_anywhere_is_damaged(check, cut):
    with pytest.raises(PackageDamaged):
        check(PACKAGE[:cut])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400
)
@given(
    at=st.integers(min_value=0, max_value=len(PACKAGE) - 1),
    mask=st.integers(min_value=1, max_value=255),
)
def test_a_flipped_byte_is_found_or_changes_nothing_that_is_in_the_package(check, at, mask):
    flipped = bytearray(PACKAGE)
    flipped[at] ^= mask
    try:
        check(bytes(flipped))
    except PackageDamaged:
        return
    # Dates, attributes and the like stand outside of every checksum.
    assert contents(bytes(flipped)) == contents(PACKAGE)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
@given(
    start=st.integers(min_value=0, max_value=len(PACKAGE)),
    rubbish=st.binary(max_size=80),
)
def test_overwritten_bytes_never_lead_to_anything_but_a_sentence(check, start, rubbish):
    content = PACKAGE[:start] + rubbish + PACKAGE[start + len(rubbish) :]
    try:
        said = check(content).modules[0]
    except PackageDamaged as damaged:
        said = damaged.message

    assert said.endswith((".", "Shop", "Shop_CS"))


def test_the_path_may_be_anywhere(tmp_path: Path):
    folder = tmp_path / "with spaces é"
    folder.mkdir()
    (folder / "p.zip").write_bytes(PACKAGE)

    verified = verify(folder / "p.zip")

    assert verified.modules == ("Shop", "Shop_CS")
