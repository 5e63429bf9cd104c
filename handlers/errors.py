"""What a person sees when something broke while their request was read."""

from __future__ import annotations

import uuid

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

log = structlog.get_logger()


def register(app: AsyncApp) -> None:
    """Bind the one place that turns an exception into a message."""

    @app.error
    async def on_error(error: Exception) -> BoltResponse:
        reference = uuid.uuid4().hex[:8]
        log.error("handler_broke", reference=reference, exc_info=error)
        text = (
            "Something broke on our side, and your request was not stored. Please try again; "
            f"if it happens again, give the reference {reference} to whoever runs this bot."
        )
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
