"""The rules of Block Kit that slack_sdk's models do not check.

Sources: Slack's Block Kit reference; bolt-js issue 2509 for the size of a whole message, which the
documentation does not give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

JsonObject = dict[str, Any]

MARKDOWN_TOTAL = 12_000
TABLE_ROWS = 100
TABLE_COLUMNS = 20
PLAN_TASKS = 50
# Reported from the field: 12,000 characters of text, and a buffer that each block eats into.
TEXT_TOTAL = 12_000
TEXT_AND_CONTAINERS = 13_422
CONTAINER_COST = 125
PLAIN_ONLY = {"header": "text", "button": "text"}


def walk(node: object) -> Iterator[JsonObject]:
    """Give every object within, outermost first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def text_length(blocks: list[JsonObject]) -> int:
    """Count the characters of all texts."""
    return sum(len(n["text"]) for n in walk(blocks) if isinstance(n.get("text"), str))


def too_long(blocks: list[JsonObject]) -> bool:
    """Tell whether Slack answers `msg_blocks_too_long`."""
    texts = text_length(blocks)
    return texts > TEXT_TOTAL or texts + CONTAINER_COST * len(blocks) > TEXT_AND_CONTAINERS


def _duplicate_block_ids(blocks: list[JsonObject]) -> str | None:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    return "`block_id` already exists" if len(ids) != len(set(ids)) else None


def _duplicate_action_ids(blocks: list[JsonObject]) -> str | None:
    for block in blocks:
        ids = [n["action_id"] for n in walk(block) if n.get("action_id")]
        if len(ids) != len(set(ids)):
            return "`action_id` already exists within the block"
    return None


def _empty_text(blocks: list[JsonObject]) -> str | None:
    for node in walk(blocks):
        if node.get("type") in {"plain_text", "mrkdwn"} and not node.get("text"):
            return "must be more than 0 characters"
    return None


def _plain_text_only(blocks: list[JsonObject]) -> str | None:
    for node in walk(blocks):
        text = node.get(PLAIN_ONLY.get(str(node.get("type")), ""))
        if isinstance(text, dict) and text.get("type") != "plain_text":
            return "unsupported type: mrkdwn"
    return None


def misplaced(blocks: list[JsonObject]) -> str | None:
    """Name what may not stand in a message, though elsewhere it may; None when all may."""
    for block in blocks:
        if block.get("type") == "alert":
            return "unsupported type: alert"
        if block.get("type") == "task_card" and block.get("status") == "pending":
            return "a task card outside a plan cannot be pending"
    return None


def _markdown(blocks: list[JsonObject]) -> str | None:
    texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "markdown"]
    return "markdown is too long" if sum(map(len, texts)) > MARKDOWN_TOTAL else None


def _table(blocks: list[JsonObject]) -> str | None:
    tables = [block for block in blocks if block.get("type") == "table"]
    if len(tables) > 1:
        return "only one table is allowed"
    rows = [row for table in tables for row in table.get("rows", [])]
    if len(rows) > TABLE_ROWS or any(len(row) > TABLE_COLUMNS for row in rows):
        return "the table has too many rows or columns"
    return None


def _plan(blocks: list[JsonObject]) -> str | None:
    plans = [block for block in blocks if block.get("type") == "plan"]
    too_many = any(len(plan.get("tasks") or []) > PLAN_TASKS for plan in plans)
    return f"a plan has at most {PLAN_TASKS} tasks" if too_many else None


RULES: tuple[Callable[[list[JsonObject]], str | None], ...] = (
    _duplicate_block_ids,
    _duplicate_action_ids,
    _empty_text,
    _plain_text_only,
    _markdown,
    _table,
    _plan,
)
