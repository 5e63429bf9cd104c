"""Packages as the sandbox ODC makes them: one zip with the asset's project in it."""

from __future__ import annotations

from functools import lru_cache

from bot.sandbox.odc.knobs import Knobs
from bot.sandbox.odc.packagings import Packaging
from bot.sandbox.odc.project_files import generated_folder, project_files
from bot.sandbox.packages.content import Content
from bot.sandbox.packages.project_zip import compressed_zip, sized_zip


def package_of(packaging: Packaging, knobs: Knobs) -> Content:
    """Make the package of a packaging, as the knobs say; ValueError where it cannot be so small."""
    name = packaging.asset.name
    if name in knobs.package_body_of:
        return Content((knobs.package_body_of[name],))
    size = knobs.package_bytes_of.get(name, knobs.package_bytes)
    return _package(name, packaging.revision.number, packaging.revision.tag, size)


@lru_cache(maxsize=64)
def _package(name: str, revision: int, tag: str | None, size: int | None) -> Content:
    files = project_files(name, revision, tag)
    if size is None:
        return Content((compressed_zip(files),))
    return sized_zip(files, size, generated_folder(name))
