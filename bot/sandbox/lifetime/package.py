"""Source code packages as LifeTime makes them: a zip with one inner zip for each module.

Small ones are made with `zipfile`, compressed, like real ones; one of a given size is laid out
as stored entries and streamed. Either is the same bytes every time.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import lru_cache
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.sandbox.lifetime.content import Content, Fill
from bot.sandbox.lifetime.infrastructure import Application, Module
from bot.sandbox.lifetime.module_files import module_files, native_files
from bot.sandbox.lifetime.stored_zip import overhead, stored_zip

_WHEN = (2024, 5, 16, 0, 0, 0)
_LARGE_FILE = 4 * 1024 * 1024


def inner_name(module: Module) -> str:
    """Give the name of a module's zip within the package."""
    return f"{module.name}.v{module.version}.zip"


def small_package(application: Application, version: str) -> Content:
    """Make the package of an application, a few kilobytes for each module."""
    entries = {
        inner_name(module): _zipped(module_files(module.name, version))
        for module in application.modules
    }
    if application.kind == "Mobile":
        # The name is a guess: how native sources are packed is not published.
        entries["NativeBuild.android.source.tar.gz"] = _native(application.modules[0].name)
    return Content((_zipped(entries),))


def _zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in files.items():
            info = ZipInfo(name, _WHEN)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


def _native(name: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path, content in native_files(name).items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(target.getvalue(), mtime=0)


@lru_cache(maxsize=64)
def sized_package(modules: tuple[Module, ...], version: str, total: int) -> Content:
    """Lay out a package of exactly `total` bytes; ValueError where the modules need more."""
    fixed = [_fixed_files(module, version) for module in modules]
    outer = overhead([inner_name(module) for module in modules])
    share, rest = divmod(total - outer, len(modules))
    shares = [share] * (len(modules) - 1) + [share + rest]
    inner = [_module_of(files, size) for files, size in zip(fixed, shares, strict=True)]
    names = [inner_name(module) for module in modules]
    return stored_zip(list(zip(names, inner, strict=True)))


def _fixed_files(module: Module, version: str) -> list[tuple[str, Content]]:
    files = module_files(module.name, version)
    return [(name, Content((content,))) for name, content in files.items()]


def _module_of(files: list[tuple[str, Content]], size: int) -> Content:
    """Lay out one module's zip of exactly `size` bytes."""
    number = max(1, -(-size // _LARGE_FILE))
    names = [f"Actions/Generated{n:04d}.cs" for n in range(number)]
    used = overhead([*(name for name, _ in files), *names])
    left = size - used - sum(content.length for _, content in files)
    if left < 0:
        raise ValueError(f"A module does not fit into {size} bytes.")
    share, rest = divmod(left, number)
    lengths = [share] * (number - 1) + [share + rest]
    large = [Content((Fill(length),)) for length in lengths]
    return stored_zip([*files, *zip(names, large, strict=True)])
