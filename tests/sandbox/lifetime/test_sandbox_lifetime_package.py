"""The packages that the sandbox LifeTime delivers are real zips."""

from __future__ import annotations

import io
import tarfile
from zipfile import ZIP_DEFLATED, ZipFile
from zlib import crc32

import pytest

from bot.sandbox.lifetime.infrastructure import Module, default_infrastructure
from bot.sandbox.lifetime.package import sized_package, small_package

MODULES = (Module("Payroll", 12), Module("Gehälter und Zulagen", 3))


def opened(content):
    return ZipFile(io.BytesIO(b"".join(content.pieces())))


def modules_in(package):
    """Give each nested module zip, after checking every CRC of it and of the package."""
    assert package.testzip() is None
    inner = {name: ZipFile(io.BytesIO(package.read(name))) for name in package.namelist()}
    assert [each.testzip() for each in inner.values()] == [None] * len(inner)
    return inner


def test_a_small_package_has_a_compressed_project_for_each_module():
    backoffice = default_infrastructure().application_named("EmployeeBackoffice")
    modules = modules_in(opened(small_package(backoffice, "1.4.0")))
    assert list(modules) == [
        "EmployeeBackoffice.v12.zip",
        "EmployeeBackoffice_CS.v7.zip",
        "Gehälter und Zulagen.v3.zip",
    ]
    project = modules["Gehälter und Zulagen.v3.zip"]
    assert {
        "Gehälter und Zulagen.sln",
        "Gehälter und Zulagen.csproj",
        "Actions/Actions.cs",
        "bin/OutSystems.RuntimeCommon.dll",
    } <= set(project.namelist())
    assert {each.compress_type for each in project.infolist()} == {ZIP_DEFLATED}


def test_a_package_is_the_same_bytes_every_time_and_another_version_is_not():
    application = default_infrastructure().application_named("EmployeeMobile")
    first, again, later = (small_package(application, v) for v in ("1.0", "1.0", "1.1"))
    assert first == again
    assert first != later


def test_a_mobile_package_also_holds_native_sources():
    mobile = default_infrastructure().application_named("EmployeeMobile")
    package = opened(small_package(mobile, "3.1.4"))
    [native] = [name for name in package.namelist() if name.endswith(".tar.gz")]
    with tarfile.open(fileobj=io.BytesIO(package.read(native))) as archive:
        assert archive.getnames() == ["source/platforms/android/AndroidManifest.xml"]


@pytest.mark.parametrize("size", [20_000, 1_000_001, 9_876_543])
def test_a_sized_package_has_exactly_that_size_and_every_nested_crc_is_right(size):
    content = sized_package(MODULES, "1.0", size)
    whole = b"".join(content.pieces())
    assert len(whole) == content.length == size
    assert crc32(whole) == content.checksum
    modules = modules_in(ZipFile(io.BytesIO(whole)))
    assert list(modules) == ["Payroll.v12.zip", "Gehälter und Zulagen.v3.zip"]
    assert all("Actions/Actions.cs" in each.namelist() for each in modules.values())


def test_a_huge_package_is_laid_out_without_being_in_memory():
    content = sized_package(MODULES, "1.0", 2_000_000_000)
    assert content.length == 2_000_000_000
    assert sum(len(part) for part in content.parts if isinstance(part, bytes)) < 200_000


@pytest.mark.parametrize("size", [1000, 5_000_000_000])
def test_a_size_that_no_package_can_have_is_refused(size):
    with pytest.raises(ValueError, match=r"bytes|4 GiB"):
        sized_package(MODULES, "1.0", size)
