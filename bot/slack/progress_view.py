"""What the platform says while it packages, gathered in one reply that grows.

A platform may say any number of things of any length: the newest that fit are shown in their
order, the rest are counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.domain.packaging import MessageLevel, PackagingMessage
from bot.domain.retrieval import Retrieval
from bot.slack.message import SECTION_LIMIT, Message, context, section
from bot.slack.mrkdwn import counted, fit, name

_LINE_LIMIT = 900
_TOTAL_LIMIT = 7500
_MARKS = {
    MessageLevel.INFO: "",
    MessageLevel.WARNING: "*Warning:* ",
    MessageLevel.ERROR: "*Error:* ",
}


def progress_message(retrieval: Retrieval, messages: Sequence[PackagingMessage]) -> Message:
    """Draw the packaging messages, the newest of which always fit."""
    platform = name(retrieval.target.platform, 300) if retrieval.target else "The platform"
    if not messages:
        said = f"{platform} has said nothing yet about this packaging."
        return Message(text=said, blocks=(section(said),))
    lines = _newest_that_fit(messages)
    hidden = messages[: len(messages) - len(lines)]
    heading = f"{platform} says while packaging ({counted(len(messages), 'message')}):"
    blocks: list[Block] = [section(f"*{heading}*")]
    blocks += [context(_hidden(hidden))] * bool(hidden)
    blocks += [section(part) for part in _sections(lines)]
    return Message(text=f"{heading} {_line(messages[-1])}", blocks=tuple(blocks))


def _line(message: PackagingMessage) -> str:
    return _MARKS[message.level] + (fit(message.text, _LINE_LIMIT) or "(an empty message)")


def _newest_that_fit(messages: Sequence[PackagingMessage]) -> list[str]:
    lines: list[str] = []
    room = _TOTAL_LIMIT
    for message in reversed(messages):
        line = f"• {_line(message)}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return lines[::-1]


def _sections(lines: Sequence[str]) -> list[str]:
    sections: list[str] = []
    for line in lines:
        if sections and len(sections[-1]) + 1 + len(line) <= SECTION_LIMIT:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return sections


def _hidden(hidden: Sequence[PackagingMessage]) -> str:
    errors = sum(message.level is MessageLevel.ERROR for message in hidden)
    warnings = sum(message.level is MessageLevel.WARNING for message in hidden)
    said = f"{counted(len(hidden), 'earlier message')} not shown"
    worst = [counted(errors, "error")] * bool(errors)
    worst += [counted(warnings, "warning")] * bool(warnings)
    return f"{said}, among them {' and '.join(worst)}." if worst else f"{said}."
