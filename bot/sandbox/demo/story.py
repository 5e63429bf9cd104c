"""One retrieval from the command to the zip, told on a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.sandbox.demo.plain_text import plain_lines
from bot.sandbox.demo.stage import HOME, Stage
from bot.sandbox.slack import Change, Message
from bot.sandbox.slack.records import BOT_USER_ID, JsonObject

PERSON = "ada"
COMMAND = "/sast-source"
#: What is asked for in one story after the other: the first is on LifeTime, the second on ODC.
LINES = ("EmployeeBackoffice Testing", "Supplier Portal Testing")
OK = 200
_PIECE = 64 * 1024
_FIRST_LINES = 2
_KINDS = frozenset({"message_posted", "message_changed", "ephemeral_posted", "ephemeral_changed"})


class StoryFailedError(Exception):
    """The story did not come to its end; says why."""


class Story:
    """Plays a person who asks for a package by `words` and downloads it.

    `tell` is given each line.
    """

    def __init__(self, stage: Stage, tell: Callable[[str], None], words: str = LINES[0]) -> None:
        self._stage = stage
        self._slack = stage.slack
        self._tell = tell
        self._words = words
        self._began = 0.0
        self._shown: dict[str, list[str]] = {}
        self._link: tuple[Message, JsonObject] | None = None
        self._card: Message | None = None

    async def play(self, folder: Path, within: float = 30.0) -> Path:
        """Give the downloaded package, in `folder`; `within` is in seconds of wall time.

        Raises:
            StoryFailedError: the bot did not answer, or gave no link, or no package.
        """
        changes = self._slack.subscribe()
        try:
            async with asyncio.timeout(within):
                await self._ask()
                await self._watch(changes, lambda: self._link is not None)
                package = await self._download(folder)
                await self._watch(changes, self._is_settled)
        except TimeoutError as error:
            missing = "no link came" if self._link is None else "the card did not settle"
            raise StoryFailedError(f"After {within:.0f} seconds {missing}.") from error
        finally:
            self._slack.unsubscribe(changes)
        return package

    async def _ask(self) -> None:
        name = self._slack.user(PERSON).real_name
        self._began = self._stage.clock.now().timestamp()
        self._tell(f"{name} types in #{HOME}:")
        self._tell(f"    {COMMAND} {self._words}")
        outcome = await self._slack.slash_command(PERSON, HOME, COMMAND, self._words)
        if not outcome.acknowledged:
            raise StoryFailedError(f"The bot did not take the command: {outcome.error}.")

    async def _watch(self, changes: asyncio.Queue[Change], is_over: Callable[[], bool]) -> None:
        # What has come already is shown first, so that the story has no gaps.
        while not (changes.empty() and is_over()):
            change = await changes.get()
            if change.kind in _KINDS and change.message is not None:
                self._show(change.message)

    def _show(self, message: Message) -> None:
        if message.user != BOT_USER_ID or self._is_earlier(message):
            return
        lines = plain_lines(message, self._slack.world)
        before = self._shown.get(message.ts)
        if lines == before:
            return
        self._shown[message.ts] = lines
        self._notice(message)
        self._tell("")
        self._tell(f"{self._place(message, is_change=before is not None)}:")
        is_card_again = before is not None and not message.is_reply
        for line in lines[:_FIRST_LINES] if is_card_again else lines:
            self._tell(f"    {line}")

    def _is_earlier(self, message: Message) -> bool:
        """Whether it belongs to a story that was told before."""
        return float(message.ts) < self._began

    def _place(self, message: Message, *, is_change: bool) -> str:
        where = f"in #{self._slack.channel(message.channel).name}"
        if message.is_reply:
            where = "in the thread"
        if message.ephemeral_to is not None:
            where += ", only visible to you"
        return f"sast-source changes its message {where}" if is_change else f"sast-source {where}"

    def _notice(self, message: Message) -> None:
        if self._card is None and not message.is_reply and message.ephemeral_to is None:
            self._card = message
        for button in _buttons(message):
            if button.get("url"):
                self._link = (message, button)

    def _is_settled(self) -> bool:
        """Whether the card offers nothing more, as it does once all is done."""
        return self._card is not None and not _buttons(self._card)

    async def _download(self, folder: Path) -> Path:
        if self._link is None:
            raise StoryFailedError("There is no link.")
        message, button = self._link
        self._tell("")
        self._tell(f"{self._slack.user(PERSON).real_name} presses {button['text']['text']}.")
        # Slack opens the address, and tells the bot of the click all the same.
        await self._slack.click(PERSON, message, button["action_id"])
        async with (
            aiohttp.ClientSession() as session,
            session.get(button["url"]) as response,
        ):
            if response.status != OK:
                said = (await response.text())[:200]
                raise StoryFailedError(f"The link answers {response.status}: {said}")
            return await _save(response, folder)


def _buttons(message: Message) -> list[JsonObject]:
    actions = (block for block in message.blocks if block["type"] == "actions")
    return [element for block in actions for element in block["elements"]]


async def _save(response: aiohttp.ClientResponse, folder: Path) -> Path:
    disposition = response.content_disposition
    name = (disposition.filename if disposition is not None else None) or "package.zip"
    path = folder / Path(name).name
    try:
        with path.open("wb") as file:
            async for piece in response.content.iter_chunked(_PIECE):
                file.write(piece)
    except aiohttp.ClientError as error:
        raise StoryFailedError("The download broke off before its end.") from error
    return path
