"""What people do in the pretend Slack: type commands, click, write, invite the bot."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.chat import read_draft
from bot.sandbox.slack.clickable import find_action
from bot.sandbox.slack.delivery import Ack, Delivery
from bot.sandbox.slack.escaping import escaped
from bot.sandbox.slack.payloads import click_payload, command_payload, event_payload
from bot.sandbox.slack.records import (
    BOT_USER_ID,
    SLACKBOT_ID,
    TEAM_ID,
    Call,
    Channel,
    CommandOutcome,
    Draft,
    JsonObject,
    Message,
    User,
)
from bot.sandbox.slack.refusals import NotPossibleError, RefusedError
from bot.sandbox.slack.response_urls import ResponseUrls


class People:
    """Acts for the people of the workspace, as Slack's own client would let them."""

    def __init__(
        self,
        backend: Backend,
        delivery: Delivery,
        urls: ResponseUrls,
        commands: tuple[str, ...],
    ) -> None:
        self._backend = backend
        self._delivery = delivery
        self._urls = urls
        self._commands = commands

    async def slash_command(
        self, user: User, channel: Channel, command: str, text: str, thread_ts: str | None
    ) -> CommandOutcome:
        """Type a command, and give what the person saw at once."""
        if user.team_id != TEAM_ID:
            # Slack Connect: an app's commands are there for its own workspace's members alone.
            raise NotPossibleError(
                f"{user.real_name} is of another organisation, and {command} is only there for "
                "members of the workspace in which the app is installed."
            )
        self._must_be_able_to_write(user, channel)
        if thread_ts is not None:
            told = f"{command} is not supported in threads. Sorry!"
            return self._slackbot_says(user, channel, told, "not_supported_in_threads")
        if command not in self._commands:
            told = f"{command} is not a valid command."
            return self._slackbot_says(user, channel, told, "unknown_command")
        trigger = self._backend.triggers.issue()
        url = self._urls.issue("commands", channel, user.id)
        shown = escaped(self._backend.world, text)
        payload = command_payload(user, channel, command, shown, (trigger, url))
        acks = await self._delivery.deliver("slash_commands", payload)
        outcomes = [self._shown(user, channel, f"{command} {shown}", ack) for ack in acks]
        return replace(outcomes[0], trigger_id=trigger, response_url=url, payload=payload)

    def _must_be_able_to_write(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members:
            raise NotPossibleError(f"{user.name} is not in {channel.name}")
        if channel.is_archived:
            raise NotPossibleError(f"{channel.name} is archived")

    def _slackbot_says(
        self, user: User, channel: Channel, told: str, error: str, seconds: float = 0.0
    ) -> CommandOutcome:
        message = self._backend.world.post(
            channel, SLACKBOT_ID, Draft(text=told), ephemeral_to=user.id
        )
        return CommandOutcome(0, seconds, told, error=error, message=message)

    def _shown(self, user: User, channel: Channel, typed: str, ack: Ack) -> CommandOutcome:
        if ack.error is not None:
            told = f'{typed.partition(" ")[0]} failed with the error "{ack.error}"'
            outcome = self._slackbot_says(user, channel, told, ack.error, ack.seconds)
            return replace(outcome, status=ack.status)
        if not ack.body:
            return CommandOutcome(ack.status, ack.seconds)
        call = Call("ack", ack.body, self._backend.clock.now(), channel.id, ok=True)
        self._backend.world.record(call)
        return self._answer(user, channel, typed, ack)

    def _answer(self, user: User, channel: Channel, typed: str, ack: Ack) -> CommandOutcome:
        world = self._backend.world
        kind = str(ack.body.get("response_type") or "ephemeral")
        if kind == "in_channel":
            world.post(channel, user.id, Draft(text=typed.strip()))
        if not (ack.body.get("text") or ack.body.get("blocks")):
            return CommandOutcome(ack.status, ack.seconds, response_type=kind)
        try:
            draft = read_draft(Arguments(ack.body))
        except RefusedError as refusal:
            told = f'{typed.partition(" ")[0]} failed with the error "invalid_command_response"'
            return self._slackbot_says(user, channel, f"{told} ({refusal})", refusal.error)
        only = None if kind == "in_channel" else user.id
        message = world.post(channel, BOT_USER_ID, draft, ephemeral_to=only)
        return CommandOutcome(
            ack.status, ack.seconds, draft.text, message.blocks, kind, message=message
        )

    async def click(
        self, user: User, message: Message, action_id: str, value: str | None
    ) -> CommandOutcome:
        """Click a button, or choose an option, and wait for the bot's acknowledgement."""
        channel = self._backend.world.channel(message.channel)
        action = find_action(user, channel, message, action_id, value)
        action["action_ts"] = f"{self._backend.clock.now().timestamp():.6f}"
        trigger = self._backend.triggers.issue()
        url = self._urls.issue("actions", channel, user.id, message)
        payload = click_payload(user, channel, message, action, (trigger, url))
        ack = (await self._delivery.deliver("interactive", payload))[0]
        return CommandOutcome(
            ack.status,
            ack.seconds,
            trigger_id=trigger,
            response_url=url,
            error=ack.error,
            payload=payload,
        )

    async def send_event(self, event: JsonObject) -> Ack:
        """Send an event of the Events API."""
        now = int(self._backend.clock.now().timestamp())
        payload = event_payload(event, self._backend.world.new_id("Ev"), now)
        return (await self._delivery.deliver("events_api", payload))[0]

    def say(self, user: User, channel: Channel, text: str, thread_ts: str | None) -> Message:
        """Write an ordinary message."""
        self._must_be_able_to_write(user, channel)
        return self._backend.world.post(channel, user.id, Draft(text=text, thread_ts=thread_ts))
