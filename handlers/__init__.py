"""Slack in: one file per kind of interaction.

Each parses, authorises by asking the service, acknowledges, and stops. `register` binds them to
Bolt's app; a callback is a plain function that can be imported and read alone.
"""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.service import Service
from handlers import buttons, command, errors
from handlers.asking import Say

__all__ = ["Say", "register"]


def register(app: AsyncApp, service: Service, say: Say) -> None:
    """Bind every handler to Bolt's app. `say` answers what Slack wants acknowledged empty."""
    command.register(app, service)
    buttons.register(app, service, say)
    errors.register(app, say)
