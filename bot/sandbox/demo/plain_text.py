"""Slack's messages as plain text, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sandbox.slack.records import JsonObject, Message
from bot.sandbox.slack.world import World

_ENTITY = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_MARK = re.compile(r"(?<!\w)([*_~`])(\S(?:[^\n]*?\S)?)\1(?!\w)")


def plain_lines(message: Message, world: World) -> list[str]:
    """Write a message line by line, as a person would read it."""
    parts = [text for block in message.blocks for text in _block(block, world)]
    parts = parts or [_read(message.text, world)]
    parts += [f"[file {file.name}]" for file in message.files if not file.deleted]
    return [line.rstrip() for part in parts for line in part.splitlines()]


def _block(block: JsonObject, world: World) -> Iterator[str]:
    match block["type"]:
        case "section":
            if "text" in block:
                yield _read(block["text"]["text"], world)
            for field in block.get("fields", ()):
                yield _read(field["text"], world).replace("\n", ": ")
        case "header":
            yield block["text"]["text"]
        case "context":
            yield from (_read(element.get("text", ""), world) for element in block["elements"])
        case "divider":
            yield "-" * 20
        case "actions":
            yield "  ".join(f"[ {element['text']['text']} ]" for element in block["elements"])
        case kind:
            yield f"({kind})"


def _read(text: str, world: World) -> str:
    bare = _MARK.sub(r"\2", text)
    shown = _ENTITY.sub(lambda found: _entity(found[1], found[2] or "", world), bare)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entity(target: str, label: str, world: World) -> str:
    kind, rest = target[0], target[1:]
    if kind == "@" and rest in world.users:
        return f"@{world.users[rest].real_name}"
    if kind == "#" and rest in world.channels:
        return f"#{world.channels[rest].name}"
    if kind == "!" and not label:
        return f"@{rest}"
    return label or target
