"""The forms in which LifeTime has delivered packages: bytes, and JSON in early access."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from bot.sandbox.lifetime.faults import Bites
from bot.sandbox.packages.content import Content
from bot.sandbox.packages.delivery import Body

_HEAD, _FOOT = b'{"fileContents":"', b'"}'


def body_of(content: Content, bites: Bites) -> Body:
    """Give the package as bytes, or as early access did: JSON with base64."""
    if "base64_json" not in bites:
        return Body(content.length, content.pieces())
    length = len(_HEAD) + 4 * -(-content.length // 3) + len(_FOOT)
    return Body(length, _as_base64_json(content), "application/json")


def _as_base64_json(content: Content) -> Iterator[bytes]:
    yield _HEAD
    rest = b""
    for piece in content.pieces():
        whole = rest + piece
        end = len(whole) - len(whole) % 3
        rest = whole[end:]
        yield base64.b64encode(whole[:end])
    yield base64.b64encode(rest)
    yield _FOOT
