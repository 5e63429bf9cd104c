"""Judging Block Kit as Slack does: slack_sdk's models first, then the rules they leave out."""

from __future__ import annotations

import json

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import BlockElement

from bot.sandbox.slack.block_rules import RULES, JsonObject, misplaced, too_long, walk
from bot.sandbox.slack.refusals import RefusedError

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Objects inside a block whose type must be one of the elements that slack_sdk knows.
_ELEMENT_HOLDERS = ("elements", "accessory", "element", "actions")
_TYPED_ELSEWHERE = {"plain_text", "mrkdwn", "rich_text", "card"}


def read_blocks(value: object) -> list[JsonObject]:
    """Give the blocks of a message, from JSON or a list.

    Raises:
        RefusedError: `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`.
    """
    blocks = _as_list(value)
    check(blocks, MESSAGE_BLOCKS)
    if (reason := misplaced(blocks)) is not None:
        raise invalid(reason)
    if too_long(blocks):
        raise RefusedError("msg_blocks_too_long")
    return blocks


def check(blocks: list[JsonObject], limit: int) -> None:
    """Refuse what Slack refuses in at most `limit` blocks, with `invalid_blocks` and the reason."""
    if len(blocks) > limit:
        raise invalid(f"no more than {limit} items allowed")
    for index, block in enumerate(blocks):
        _check_one(block, index)
    for rule in RULES:
        if (reason := rule(blocks)) is not None:
            raise invalid(reason)


def invalid(reason: str, pointer: str = "/blocks") -> RefusedError:
    """Make the answer that Slack gives to malformed blocks."""
    message = f"[ERROR] {reason} [json-pointer:{pointer}]"
    return RefusedError(
        "invalid_blocks", errors=[reason], response_metadata={"messages": [message]}
    )


def _as_list(value: object) -> list[JsonObject]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except ValueError as error:
            raise RefusedError("invalid_blocks_format") from error
    if not isinstance(value, list) or not all(isinstance(block, dict) for block in value):
        raise RefusedError("invalid_blocks_format")
    return value


def _check_one(block: JsonObject, index: int) -> None:
    pointer = f"/blocks/{index}"
    try:
        parsed = Block.parse(dict(block))
        if parsed is None:
            raise invalid(f"unsupported type: {block.get('type')}", pointer)
        parsed.to_dict()
        unknown = set(block) - set(parsed.attributes) - {"type"}
    except (SlackObjectFormationError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise invalid(f"{type(error).__name__}: {error}", pointer) from error
    if unknown:
        raise invalid(f"invalid additional property: {', '.join(sorted(unknown))}", pointer)
    _check_elements(block, pointer)


def _check_elements(block: JsonObject, pointer: str) -> None:
    if block.get("type") == "rich_text":
        return
    known = {str(getattr(kind, "type", "")) for kind in _subclasses(BlockElement)}
    for node in walk(block):
        for holder in _ELEMENT_HOLDERS:
            inside = node.get(holder)
            for element in inside if isinstance(inside, list) else [inside]:
                if isinstance(element, dict) and not _known(element, known):
                    raise invalid(f"unsupported type: {element.get('type')}", pointer)


def _known(element: JsonObject, known: set[str]) -> bool:
    kind = str(element.get("type"))
    return kind in known or kind in _TYPED_ELSEWHERE or kind.startswith("rich_text")


def _subclasses(kind: type[BlockElement]) -> set[type[BlockElement]]:
    direct = set(kind.__subclasses__())
    return direct.union(*(_subclasses(child) for child in direct))
