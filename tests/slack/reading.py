"""What a person finds in a message."""

from __future__ import annotations


def texts(message):
    """Give everything a person can read in a message."""
    return str(message.body())


def facts(message):
    """Give the facts of a card by their names."""
    [shown] = [block["fields"] for block in message.body()["blocks"] if "fields" in block]
    return dict(one["text"].replace("*", "").split("\n", 1) for one in shown)


def small_print(message):
    blocks = message.body()["blocks"]
    return [b["elements"][0]["text"] for b in blocks if b["type"] == "context"]


def title(message):
    return message.body()["blocks"][0]["text"]["text"].split("\n")[0]


def opening(message):
    return message.body()["blocks"][0]["text"]["text"].split("\n")[1]


def buttons(message):
    blocks = message.body()["blocks"]
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return {one["action_id"]: one["text"]["text"] for row in rows for one in row}
