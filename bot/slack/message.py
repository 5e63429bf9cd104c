"""What one message in Slack shows, as a value: a sentence, blocks, and nothing that sends it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

TEXT_LIMIT = 4000  # chat.update refuses a longer text with msg_too_long
BLOCKS_LIMIT = 50
# Slack refuses a message whose blocks hold more than about 12,000 characters in all, and counts
# something for each block; 11,341 have been refused (bolt-js issues 2509 and 2867).
ALL_TEXTS_LIMIT = 10_000
SECTION_LIMIT = 3000
BUTTON_LIMIT = 75


@dataclass(frozen=True)
class Message:
    """A message. `text` is a whole sentence: it is all that screen readers and notices give."""

    text: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= TEXT_LIMIT:
            raise ValueError(f"a message of {len(self.text)} characters of text")
        if len(self.blocks) > BLOCKS_LIMIT:
            raise ValueError(f"a message of {len(self.blocks)} blocks")
        if (length := sum(_length(block.to_dict()) for block in self.blocks)) > ALL_TEXTS_LIMIT:
            raise ValueError(f"a message of {length} characters in its blocks")

    def body(self) -> dict[str, Any]:
        """Give `text` and `blocks` as Slack's methods take them."""
        return {"text": self.text, "blocks": [block.to_dict() for block in self.blocks]}

    def digest(self) -> bytes:
        """Give what two equal drawings have in common."""
        return hashlib.sha256(json.dumps(self.body(), sort_keys=True).encode()).digest()


def _length(part: object) -> int:
    """Count the characters of all texts in a block."""
    if isinstance(part, list):
        return sum(map(_length, part))
    if not isinstance(part, dict):
        return 0
    text = part.get("text")
    own = len(text) if isinstance(text, str) else 0
    return own + sum(map(_length, part.values()))


def section(text: str, *, verbatim: bool = True) -> SectionBlock:
    """Build a paragraph. `verbatim`: Slack turns no bare address or name into a link."""
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=verbatim))


def fields(texts: Sequence[str]) -> SectionBlock:
    """Build a paragraph of two columns."""
    return SectionBlock(fields=[MarkdownTextObject(text=text, verbatim=True) for text in texts])


def context(text: str) -> ContextBlock:
    """Build a line of small print."""
    return ContextBlock(elements=[MarkdownTextObject(text=text, verbatim=True)])


def actions(*buttons: ButtonElement) -> ActionsBlock:
    """Build a row of buttons."""
    return ActionsBlock(elements=list(buttons))


def button(
    label: str, action: str, *, value: str | None = None, url: str | None = None, style: str = ""
) -> ButtonElement:
    """Build a button; `style` is empty, `primary` or `danger`."""
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=False),
        action_id=str(action),
        value=value,
        url=url,
        style=style or None,
    )
