"""A package inside JSON, `{"fileContents": "<base64>"}`, decoded while it arrives.

LifeTime's early-access API sent packages so. A JSON parser would need the whole body in memory;
this reads one string and holds no more than it is given at a time.
"""

from __future__ import annotations

import binascii
import re
from typing import Final, Self

from bot.errors import PackageDamaged

_BEGIN: Final = re.compile(rb'(?<!\\)"fileContents"\s*:\s*"', re.IGNORECASE)
# JSON writers may escape these in a string: "/" always may be, "+" is by .NET's own writer.
_ESCAPES: Final = (
    (b"\\/", b"/"),
    (b"\\u002B", b"+"),
    (b"\\u002b", b"+"),
    (b"\\u002F", b"/"),
    (b"\\u002f", b"/"),
    (b"\\u003D", b"="),
    (b"\\u003d", b"="),
    (b"\\r", b""),
    (b"\\n", b""),
)
_LONGEST_ESCAPE: Final = 6
_WHITE: Final = b" \t\r\n"
_QUANTUM: Final = 4  # base64 characters that make 3 bytes


class Base64Content:
    """Decodes the string from its first character to its closing quote."""

    def __init__(self, text: bytes, platform: str) -> None:
        self.is_complete = False
        self._rest = text  # read but not decoded: part of an escape, or of a group of four
        self._is_padded = False
        self._platform = platform

    @classmethod
    def within(cls, head: bytes, platform: str) -> Self | None:
        """Find the beginning of the content in the beginning of a body."""
        found = _BEGIN.search(head)
        return cls(head[found.end() :], platform) if found else None

    def feed(self, text: bytes) -> bytes:
        """Decode what can be decoded. Raises PackageDamaged."""
        text = self._rest + text
        end = text.find(b'"')
        if end >= 0:
            self.is_complete = True
            text = text[:end]
        text, escape = self._unescaped(text)
        text = text.translate(None, _WHITE)
        whole = len(text) - len(text) % _QUANTUM
        self._rest = text[whole:] + escape
        if self.is_complete and self._rest:
            raise self._damaged("ends in the middle of a character")
        return self._decoded(text[:whole])

    def end(self) -> None:
        """Say that the body has ended. Raises PackageDamaged unless the content had."""
        if not self.is_complete:
            raise self._damaged("ends before its end")

    def _unescaped(self, text: bytes) -> tuple[bytes, bytes]:
        if b"\\" not in text:
            return text, b""
        last = text.rfind(b"\\")
        escape = b""
        if not self.is_complete and len(text) - last < _LONGEST_ESCAPE:
            text, escape = text[:last], text[last:]
        for written, meant in _ESCAPES:
            text = text.replace(written, meant)
        return text, escape

    def _decoded(self, text: bytes) -> bytes:
        if not text:
            return b""
        if self._is_padded:
            raise self._damaged("goes on after its end")
        self._is_padded = text.endswith(b"=")
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            failure = self._damaged("is not base64")
        raise failure

    def _damaged(self, problem: str) -> PackageDamaged:
        return PackageDamaged(
            f"{self._platform} sent a package as base64 that {problem}.", platform=self._platform
        )
