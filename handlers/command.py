"""`/sast-source APPLICATION ENVIRONMENT`, and its options."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.command_line import COMMAND, Help, Usage, answer_to, parse
from bot.errors import RequestRefused
from bot.service import Service
from bot.slack.answers_view import answer_message, refusal_message
from bot.slack.help_view import help_message
from bot.slack.message import Message
from handlers.asking import Payload, from_command


def register(app: AsyncApp, service: Service) -> None:
    """Bind the slash command."""

    @app.command(COMMAND)
    async def on_command(ack: AsyncAck, body: Payload) -> None:
        message = await answer_command(body, service)
        await ack(response_type="ephemeral", **message.body())


async def answer_command(body: Payload, service: Service) -> Message:
    """Do what the line asks for; give what the person who typed it is told."""
    line = parse(body.get("text", ""))
    if isinstance(line, Help):
        return help_message()
    if isinstance(line, Usage):
        return answer_message(answer_to(line))
    try:
        answer = await service.request(
            from_command(body), words=line.words, platform=line.platform, wish=line.wish
        )
    except RequestRefused as refusal:
        return refusal_message(refusal)
    return answer_message(answer)
