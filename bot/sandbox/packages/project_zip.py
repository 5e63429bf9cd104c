"""Zips of a generated project: small ones compressed, like real ones, and ones of a given size.

One of a given size is laid out as stored entries, so that it can be streamed and can itself be
an entry of another zip. Either is the same bytes every time.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.sandbox.packages.content import Content, Fill
from bot.sandbox.packages.stored_zip import overhead, stored_zip

_WHEN = (2024, 5, 16, 0, 0, 0)
_LARGE_FILE = 4 * 1024 * 1024


def compressed_zip(files: Mapping[str, bytes]) -> bytes:
    """Zip files, path to content."""
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in files.items():
            info = ZipInfo(name, _WHEN)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


def sized_zip(files: Mapping[str, bytes], size: int, folder: str) -> Content:
    """Lay out a zip of exactly `size` bytes: these files, and generated ones in `folder`.

    Raises:
        ValueError: where the files alone need more.
    """
    fixed = [(name, Content((content,))) for name, content in files.items()]
    number = max(1, -(-size // _LARGE_FILE))
    names = [f"{folder}/Generated{n:04d}.cs" for n in range(number)]
    used = overhead([*files, *names])
    left = size - used - sum(map(len, files.values()))
    if left < 0:
        raise ValueError(f"The project does not fit into {size} bytes.")
    share, rest = divmod(left, number)
    lengths = [share] * (number - 1) + [share + rest]
    large = [Content((Fill(length),)) for length in lengths]
    return stored_zip([*fixed, *zip(names, large, strict=True)])
