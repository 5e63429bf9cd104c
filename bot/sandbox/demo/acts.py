"""What the page asks for on behalf of a person: write, click, turn a knob."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.sandbox.demo.stage import Stage
from bot.sandbox.slack import CommandOutcome, NotPossibleError
from bot.sandbox.slack.escaping import escaped
from bot.sandbox.slack.records import BOT_USER_ID, JsonObject

#: Does what the body of a request says; gives what the person should be told, or nothing.
Act = Callable[[Stage, JsonObject], Awaitable[str]]

MOST_TYPED = 4000
_INVITE = "/invite"


async def write(stage: Stage, body: JsonObject) -> str:
    """Send what a person typed: a command, an invitation, or an ordinary message."""
    user, channel = stage.slack.user(_text(body, "user")), _text(body, "channel")
    text = _text(body, "text").strip()[:MOST_TYPED]
    thread = body.get("thread_ts")
    thread_ts = thread if isinstance(thread, str) else None
    if not text:
        return ""
    command, _, rest = text.partition(" ")
    if command == _INVITE and thread_ts is None:
        return _invite(stage, user.id, channel)
    if not text.startswith("/"):
        stage.slack.say(user, channel, escaped(stage.slack.world, text), thread_ts)
        return ""
    # What goes wrong with a command is shown in Slack itself, by Slackbot.
    await stage.slack.slash_command(user, channel, command, rest, thread_ts=thread_ts)
    return ""


def _invite(stage: Stage, user: str, channel: str) -> str:
    there = stage.slack.channel(channel)
    if there.kind == "im":
        raise NotPossibleError("Nobody can be invited to a direct message.")
    if there.bot_member:
        return "The bot is already in this channel."
    stage.slack.invite_bot(there)
    stage.slack.say(user, there, f"invited <@{BOT_USER_ID}> to this channel.")
    return ""


async def click(stage: Stage, body: JsonObject) -> str:
    """Press a button of a message."""
    channel, ts = _text(body, "channel"), _text(body, "ts")
    message = stage.slack.world.any_message(channel, ts)
    if message is None:
        raise NotPossibleError("That message is gone.")
    value = body.get("value")
    outcome = await stage.slack.click(
        _text(body, "user"),
        message,
        _text(body, "action_id"),
        value if isinstance(value, str) else None,
    )
    return _failure(outcome)


def _failure(outcome: CommandOutcome) -> str:
    if outcome.acknowledged:
        return ""
    return f"Slack could not hand the click to the bot ({outcome.error})."


async def fail(stage: Stage, body: JsonObject) -> str:
    """Choose what goes wrong."""
    await stage.fail(_text(body, "title"))
    return ""


async def turn(stage: Stage, body: JsonObject) -> str:
    """Let time pass faster or slower."""
    speed = body.get("speed")
    if not isinstance(speed, int | float):
        raise KeyError("speed")
    stage.turn(float(speed))
    return ""


ACTS: dict[str, Act] = {"write": write, "click": click, "fail": fail, "turn": turn}


def _text(body: JsonObject, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise KeyError(key)
    return value
