"""People and what they see, so that a story reads like one."""

from __future__ import annotations

import json
import re

from bot.sandbox.slack.block_rules import walk

WITHIN = 60.0  # wall seconds for anything that a story waits for; a busy machine is slow
_LINK = re.compile(r"https?://[^\s\"<>|]+/download/[\w-]+")


def text_of(message) -> str:
    """Give everything a message says: its sentence, its blocks, its buttons' labels."""
    return "\n".join([message.text, *(_texts(message.blocks))])


def _texts(node) -> list[str]:
    if isinstance(node, list):
        return [text for one in node for text in _texts(one)]
    if not isinstance(node, dict):
        return []
    if isinstance(node.get("text"), str):
        return [node["text"]]
    return [text for one in node.values() for text in _texts(one)]


def buttons_of(message) -> dict[str, dict]:
    """Give the buttons of a message by their labels."""
    elements = [element for block in message.blocks for element in walk(block)]
    return {e["text"]["text"]: e for e in elements if e.get("type") == "button"}


def links_in(message) -> list[str]:
    """Give the download links that stand anywhere in a message."""
    return _LINK.findall(f"{message.text} {json.dumps(message.blocks, ensure_ascii=False)}")


class Person:
    """Somebody of the workspace."""

    def __init__(self, slack, name):
        self.slack = slack
        self.name = name
        self.mention = f"<@{slack.user(name).id}>"

    async def types(self, line, channel="releases"):
        """Type what follows `/sast-source`; gives what Slack showed at once."""
        outcome = await self.slack.slash_command(self.name, channel, "/sast-source", line)
        assert outcome.acknowledged, outcome
        return outcome

    async def clicks(self, label, message):
        """Click the button with that label."""
        button = buttons_of(message)[label]
        outcome = await self.slack.click(
            self.name, message, button["action_id"], button.get("value")
        )
        assert outcome.acknowledged, outcome

    @property
    def private(self) -> list[str]:
        """Everything that only this person was told, oldest first."""
        return [text_of(one) for one in self.slack.ephemerals(self.name)]

    async def is_told(self, words):
        """Wait until a private answer holds these words; gives that message."""

        def find():
            told = self.slack.ephemerals(self.name)
            return next((one for one in told if words in text_of(one)), None)

        return await _seen(self.slack, find, lambda: (words, self.private))


class Thread:
    """One card of a channel and what hangs under it; it need not stand yet."""

    def __init__(self, slack, channel, number=0):
        self.slack = slack
        self.channel = channel
        self.number = number

    @property
    def card(self):
        """The card as it is now; None while it does not stand."""
        cards = [one for one in self.slack.messages(self.channel) if one.event_payload]
        cards = [one for one in cards if one.event_payload["effect"].startswith("card")]
        return cards[self.number] if len(cards) > self.number else None

    @property
    def replies(self):
        card = self.card
        if card is None:
            return []
        return [m for m in self.slack.replies(self.channel, card.ts) if m is not card]

    @property
    def texts(self):
        return [text_of(one) for one in self.replies]

    @property
    def links(self):
        return [link for one in self.replies for link in links_in(one)]

    async def shows(self, *words):
        """Wait until the card says all these words; gives the card."""

        def find():
            card = self.card
            return card if card and all(one in text_of(card) for one in words) else None

        return await _seen(self.slack, find, lambda: (words, self.card and text_of(self.card)))

    async def says(self, words):
        """Wait until a reply holds these words; gives that message."""

        def find():
            return next((one for one in self.replies if words in text_of(one)), None)

        return await _seen(self.slack, find, lambda: (words, self.texts))

    async def gives_link(self, number=0):
        """Wait for the link message of that number; gives the address."""
        messages = lambda: [one for one in self.replies if links_in(one)]  # noqa: E731 - a condition
        found = await _seen(
            self.slack,
            lambda: messages()[number] if len(messages()) > number else None,
            lambda: ("a link", self.card and text_of(self.card), self.texts),
        )
        return links_in(found)[0]


async def _seen(slack, find, describe):
    try:
        return await slack.wait_until(find, within=WITHIN)
    except TimeoutError:
        wanted, *seen = describe()
        raise AssertionError(f"never seen: {wanted!r}; but: {seen!r}") from None
