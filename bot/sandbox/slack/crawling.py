"""Slack's servers fetching the links in messages, to see whether they can be unfurled.

This is what eats one-time links. Buttons' URLs are not fetched; texts and images are.
An edit is looked at too, for links that were not there before: `chat.update` has no unfurl flags.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import aiohttp
from yarl import URL

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.block_rules import walk
from bot.sandbox.slack.records import Change, Message

USER_AGENT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Where links stand: the type of an object, and the field.
_CRAWLED = {"mrkdwn": "text", "markdown": "text", "link": "url", "image": "image_url"}
_URL = re.compile(r"https?://[^\s<>|\"]+")


def links_in(message: Message) -> Iterator[str]:
    """Give the URLs that Slack would look at."""
    yield from _URL.findall(message.text)
    for node in walk(message.blocks):
        value = node.get(_CRAWLED.get(str(node.get("type")), ""))
        if isinstance(value, str):
            yield from _URL.findall(value)


class Crawler:
    """Notes every link in `Backend.crawled`, and fetches those on loopback."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: set[tuple[str, str]] = set()
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Open the session that fetches."""
        self._session = aiohttp.ClientSession(headers={"User-Agent": USER_AGENT})

    async def stop(self) -> None:
        """End what is being fetched."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def look_at(self, message: Message) -> None:
        """Crawl the links of a message whose unfurl flags are not both false."""
        for link in dict.fromkeys(links_in(message)):
            if (message.ts, link) in self._seen:
                continue
            self._seen.add((message.ts, link))
            self._backend.crawled.append(link)
            if self._backend.knobs.crawl_links and URL(link).host in LOOPBACK:
                task = asyncio.create_task(self._fetch(link))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _fetch(self, link: str) -> None:
        if self._session is None:
            return
        try:
            async with self._session.get(link) as response:
                await response.content.read(1 << 16)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._backend.changes.publish(Change(f"crawl_failed:{type(error).__name__}"))
            return
        self._backend.changes.publish(Change("crawled"))
