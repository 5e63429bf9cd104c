"""The pretend Slack as its users hold it: tests, the demo and the benchmarks.

It offers people (who type and click), a view of everything, and knobs. The bot sees none of this:
it talks to `api_url` and to its Socket Mode connection or HTTP endpoint, as with the real Slack.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from typing import Literal, TypeVar

from bot.sandbox.clock import ScaledClock
from bot.sandbox.server import LoopbackServer
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.changes import Changes
from bot.sandbox.slack.crawling import Crawler
from bot.sandbox.slack.delivery import Ack, Delivery, HttpEndpoint
from bot.sandbox.slack.knobs import Fault, Knobs
from bot.sandbox.slack.limits import RateLimits
from bot.sandbox.slack.people import People
from bot.sandbox.slack.populating import populate
from bot.sandbox.slack.records import (
    BOT_USER_ID,
    Call,
    Change,
    Channel,
    ChannelKind,
    CommandOutcome,
    JsonObject,
    Message,
    User,
)
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.scopes import DEFAULT_SCOPES
from bot.sandbox.slack.seeing import state_for
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.web_api import WebApi
from bot.sandbox.slack.world import World

T = TypeVar("T")


class SandboxSlack:
    """One workspace with one app installed, served on loopback between `start` and `stop`."""

    bot_token = "xoxb-sandbox"
    app_token = "xapp-sandbox"
    signing_secret = "sandbox-signing-secret"
    bot_user_id = BOT_USER_ID

    def __init__(
        self,
        clock: ScaledClock | None = None,
        knobs: Knobs | None = None,
        scopes: Collection[str] = DEFAULT_SCOPES,
        *,
        commands: tuple[str, ...] = ("/sast-source",),
        port: int = 0,
    ) -> None:
        self.clock = clock or ScaledClock()
        self.knobs = knobs or Knobs()
        self.changes = Changes()
        self.world = World(self.clock, self.changes)
        self._backend = Backend(
            clock=self.clock,
            knobs=self.knobs,
            changes=self.changes,
            world=self.world,
            limits=RateLimits(self.clock, self.knobs),
            triggers=Triggers(),
            bot_token=self.bot_token,
            app_token=self.app_token,
            signing_secret=self.signing_secret,
            scopes=set(scopes),
        )
        urls = ResponseUrls(self._backend)
        self.sockets = SocketMode(self._backend)
        self._crawler = Crawler(self._backend)
        self._delivery = Delivery(self._backend, self.sockets)
        self._people = People(self._backend, self._delivery, urls, commands)
        api = WebApi(self._backend, self.sockets, urls, self._crawler)
        self._server = LoopbackServer(api.application(), port)
        populate(self.world)

    async def start(self) -> str:
        """Listen, and give the base URL without a trailing slash."""
        self._backend.base_url = await self._server.start()
        self._crawler.start()
        self._delivery.start()
        return self.base_url

    async def stop(self) -> None:
        """Close every connection and the port, and forget the files' bytes."""
        await self.sockets.close()
        await self._crawler.stop()
        await self._delivery.stop()
        await self._server.stop()
        for file in self.world.files.values():
            if file.content is not None:
                file.content.close()

    @property
    def base_url(self) -> str:
        """Give where it listens; empty before `start`."""
        return self._backend.base_url

    @property
    def api_url(self) -> str:
        """Give the base URL for slack_sdk's clients, with its trailing slash."""
        return f"{self.base_url}/api/"

    # People -------------------------------------------------------------------------------------

    async def slash_command(
        self,
        user: str | User,
        channel: str | Channel,
        command: str,
        text: str = "",
        *,
        thread_ts: str | None = None,
    ) -> CommandOutcome:
        """Type a command; what the bot answers at once is shown to the person and given back.

        Raises:
            NotPossibleError: when this person cannot write in that channel, or is of another
                organisation, for whom there is no such command.
        """
        world = self.world
        return await self._people.slash_command(
            world.user(user), world.channel(channel), command, text, thread_ts
        )

    async def click(
        self, user: str | User, message: Message, action_id: str, value: str | None = None
    ) -> CommandOutcome:
        """Click the button with this `action_id` (and `value`, where several have it).

        Raises:
            NotPossibleError: when this person sees no such button.
        """
        return await self._people.click(self.world.user(user), message, action_id, value)

    async def send_event(self, event: JsonObject) -> Ack:
        """Send an event of the Events API to the bot."""
        return await self._people.send_event(event)

    def say(
        self, user: str | User, channel: str | Channel, text: str, thread_ts: str | None = None
    ) -> Message:
        """Write an ordinary message as a person."""
        world = self.world
        return self._people.say(world.user(user), world.channel(channel), text, thread_ts)

    def invite_bot(self, channel: str | Channel) -> None:
        """Make the bot a member, as `/invite` does."""
        self.world.channel(channel).members.add(BOT_USER_ID)

    def add_user(self, name: str, real_name: str = "", tz: str = "Europe/Lisbon") -> User:
        """Add a person, a member of no channel yet."""
        return self.world.add_user(name, real_name, tz)

    def add_channel(
        self,
        name: str,
        kind: ChannelKind = "public",
        members: list[str] | None = None,
        *,
        bot_member: bool = True,
    ) -> Channel:
        """Add a channel; without `members` everybody of the workspace is in it."""
        return self.world.add_channel(name, kind, members, bot_member=bot_member)

    # What there is ------------------------------------------------------------------------------

    def user(self, ref: str | User) -> User:
        """Find a person by name or id."""
        return self.world.user(ref)

    def channel(self, ref: str | Channel) -> Channel:
        """Find a channel by name or id."""
        return self.world.channel(ref)

    def direct(self, user: str | User) -> Channel:
        """Give the direct conversation of a person and the bot."""
        return self.world.direct(user)

    def messages(self, channel: str | Channel, *, threads: bool = False) -> list[Message]:
        """List what the channel shows, oldest first; with the replies too if `threads`."""
        return self.world.messages(channel, threads=threads)

    def replies(self, channel: str | Channel, ts: str) -> list[Message]:
        """List the replies below a message, oldest first."""
        return self.world.replies(channel, ts)

    def ephemerals(self, user: str | User) -> list[Message]:
        """List what only this person sees, oldest first."""
        return self.world.ephemerals(user)

    def notified(self, user: str | User) -> list[Message]:
        """List the messages for which Slack notified this person."""
        return self.world.notified(user)

    def state_for(self, user: str | User) -> JsonObject:
        """Give everything this person sees, as JSON."""
        return state_for(self._backend, self.world.user(user))

    def file_bytes(self, file_id: str) -> bytes:
        """Give the content of an uploaded file; raises KeyError when it is gone."""
        content = self.world.files[file_id].content
        if content is None:
            raise KeyError(file_id)
        content.seek(0)
        return content.read()

    @property
    def calls(self) -> list[Call]:
        """Give the journal of the bot's calls, oldest first."""
        return self.world.calls

    @property
    def crawled(self) -> list[str]:
        """Give the links that Slack's servers looked at."""
        return self._backend.crawled

    @property
    def refused_by_limits(self) -> Counter[str]:
        """Count the 429s that the rate limits gave, by method."""
        return self._backend.limits.refused

    @property
    def triggers(self) -> Triggers:
        """Give the trigger ids, whose lifetime can be changed."""
        return self._backend.triggers

    def doubled_posts(
        self, by: Literal["metadata", "text"] = "metadata"
    ) -> dict[tuple[str, str, str], int]:
        """Count double posts of the bot, by (channel, thread, metadata payload or text)."""
        return self.world.doubled(by)

    # Watching and turning -----------------------------------------------------------------------

    def subscribe(self) -> asyncio.Queue[Change]:
        """Give a queue of everything that changes from now on."""
        return self.changes.subscribe()

    def unsubscribe(self, queue: asyncio.Queue[Change]) -> None:
        """Stop filling that queue."""
        self.changes.unsubscribe(queue)

    async def wait_until(self, predicate: Callable[[], T], within: float = 10.0) -> T:
        """Give the predicate's first truthy value, looked at after each change.

        Raises:
            TimeoutError: after `within` seconds of wall time.
        """
        return await self.changes.wait_until(predicate, within)

    def inject(self, fault: Fault) -> Fault:
        """Arrange for a fault, and give it back so that its `hits` can be read."""
        return self.knobs.add(fault)

    def connect_http(self, url: str, signing_secret: str | None = None) -> None:
        """Deliver by signed HTTP to this URL from now on, instead of Socket Mode."""
        self._delivery.endpoint = HttpEndpoint(url, signing_secret or self.signing_secret)

    async def connected(self, connections: int = 1) -> None:
        """Wait until the bot has this many Socket Mode connections."""
        await self.wait_until(lambda: len(self.sockets.open_connections()) >= connections)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Close the bot's Socket Mode connections, with Slack's farewell."""
        await self.sockets.disconnect(reason)
