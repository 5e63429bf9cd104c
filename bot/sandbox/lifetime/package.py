"""Source code packages as LifeTime makes them: a zip with one inner zip for each module.

Small ones are made with `zipfile`, compressed, like real ones; one of a given size is laid out
as stored entries and streamed. Either is the same bytes every time.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import lru_cache

from bot.sandbox.lifetime.infrastructure import Application, Module
from bot.sandbox.lifetime.module_files import module_files, native_files
from bot.sandbox.packages.content import Content
from bot.sandbox.packages.project_zip import compressed_zip, sized_zip
from bot.sandbox.packages.stored_zip import overhead, stored_zip


def inner_name(module: Module) -> str:
    """Give the name of a module's zip within the package."""
    return f"{module.name}.v{module.version}.zip"


def small_package(application: Application, version: str) -> Content:
    """Make the package of an application, a few kilobytes for each module."""
    entries = {
        inner_name(module): compressed_zip(module_files(module.name, version))
        for module in application.modules
    }
    if application.kind == "Mobile":
        # The name is a guess: how native sources are packed is not published.
        entries["NativeBuild.android.source.tar.gz"] = _native(application.modules[0].name)
    return Content((compressed_zip(entries),))


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
    outer = overhead([inner_name(module) for module in modules])
    share, rest = divmod(total - outer, len(modules))
    sizes = [share] * (len(modules) - 1) + [share + rest]
    inner = [
        (inner_name(module), sized_zip(module_files(module.name, version), size, "Actions"))
        for module, size in zip(modules, sizes, strict=True)
    ]
    return stored_zip(inner)
