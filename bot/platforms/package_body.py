"""A package as it arrives: seen to be a zip before anybody gets a byte of it.

A platform sends it as raw bytes or, as LifeTime's early access did, as JSON with base64 inside.
Anything else is an error that says what came instead. Whether the zip is whole is for those to
judge who see its end.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from bot.errors import PackageDamaged, PlatformError, PlatformRejected
from bot.platforms.base64_json import Base64Content
from bot.platforms.server_text import is_storage_error, is_structured
from bot.platforms.stream import PIECE, Stream

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")  # the first entry; the end record of an empty zip
_MAGIC: Final = 4  # bytes
_SEARCHED: Final = 16 * 1024  # bytes; with one piece more they decode to less than a piece
_SPACE: Final = b" \t\r\n\xef\xbb\xbf"  # the byte order mark is no more than that


class StorageErrorSent(PackageDamaged):
    """What came in place of the package is a storage's error in XML, with a status of success."""


class ZipBody:
    """The bytes of a package. Implements ports.PackageBody."""

    def __init__(self, stream: Stream, head: bytes) -> None:
        self.length = stream.length
        self._stream = stream
        self._head = head

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes in pieces of at most 64 KiB."""
        return self._stream.pieces(self._head)


class Base64Body:
    """The bytes of a package that came as base64 in JSON. Implements ports.PackageBody."""

    length: int | None = None

    def __init__(self, head: bytes, pieces: AsyncGenerator[bytes, None]) -> None:
        self._head = head
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes in pieces of at most 64 KiB."""
        yield self._head
        async for piece in self._pieces:
            yield piece


async def zip_body(stream: Stream, platform: str) -> ZipBody | Base64Body:
    """Read until it is clear what the body is. Raises PlatformError if it is no zip."""
    head = await _at_least(stream, _MAGIC, b"")
    if head.startswith(_ZIP):
        return ZipBody(stream, head)
    if head.lstrip(_SPACE).startswith(b"{"):
        head, content = await _content(stream, head, platform)
        if content is not None:
            return await _decoded(stream, content, platform)
    raise _no_zip(stream, head, platform)


async def _at_least(stream: Stream, count: int, head: bytes) -> bytes:
    while len(head) < count and (piece := await stream.read(PIECE - len(head))):
        head += piece
    return head


async def _content(
    stream: Stream, head: bytes, platform: str
) -> tuple[bytes, Base64Content | None]:
    """Look for where the base64 begins, in the first part of the body."""
    while True:
        content = Base64Content.within(head, platform)
        if content is not None or len(head) >= _SEARCHED:
            return head, content
        piece = await stream.read()
        if not piece:
            return head, None
        head += piece


async def _decoded(stream: Stream, content: Base64Content, platform: str) -> Base64Body:
    pieces = _pieces(stream, content)
    head = b""
    async for piece in pieces:
        head += piece
        if len(head) >= _MAGIC:
            break
    if head.startswith(_ZIP):
        return Base64Body(head, pieces)
    await pieces.aclose()
    raise PackageDamaged(
        f"{platform} sent a package whose base64 content is not a zip.", platform=platform
    )


async def _pieces(stream: Stream, content: Base64Content) -> AsyncGenerator[bytes, None]:
    if piece := content.feed(b""):
        yield piece
    while not content.is_complete:
        read = await stream.read()
        if not read:
            content.end()
        if piece := content.feed(read):
            yield piece


def _no_zip(stream: Stream, head: bytes, platform: str) -> PlatformError:
    said = stream.said(head)
    kind: type[PlatformError] = PackageDamaged
    if is_structured(head):
        kind = PlatformRejected
    elif is_storage_error(head):
        kind = StorageErrorSent
    return kind(f"{platform} sent {said} in place of the package.", platform=platform)
