"""What a person sees when something broke while their request was read."""

from __future__ import annotations

import uuid
from typing import TypeAlias

import structlog
from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.slack.message import Message, section
from handlers.asking import Payload, Say

log = structlog.get_logger()

Answered: TypeAlias = BoltResponse | None


def register(app: AsyncApp, say: Say) -> None:
    """Bind the one place that turns an exception into a message."""

    @app.error
    async def on_error(error: Exception, body: Payload, ack: AsyncAck) -> Answered:
        reference = uuid.uuid4().hex[:8]
        log.error("handler_broke", reference=reference, exc_info=error)
        message = broken_message(reference)
        was_acknowledged = ack.response is not None
        if "command" in body and not was_acknowledged:
            return await ack(response_type="ephemeral", **message.body())
        # Slack shows what comes with an acknowledgement for commands only.
        response = None if was_acknowledged else await ack()
        if url := body.get("response_url"):
            await say(SecretStr(url), message)
        return response


def broken_message(reference: str) -> Message:
    """Draw what is said; it promises nothing about what has been stored."""
    said = (
        "Something broke on our side, and your request could not be finished. Please try again; "
        f"if it happens again, give the reference {reference} to whoever runs this bot."
    )
    return Message(text=said, blocks=(section(said),))
