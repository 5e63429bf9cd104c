"""A pretend Slack workspace: Web API, Socket Mode, signed HTTP, and the people who use it.

Start with `SandboxSlack` in `sandbox.py`. `world.py` is the state, `web_api.py` what the bot can
call, `people.py` what people can do, `knobs.py` what can go wrong.
"""

from __future__ import annotations

from bot.sandbox.slack.knobs import Fault, Knobs
from bot.sandbox.slack.records import (
    Call,
    Change,
    Channel,
    CommandOutcome,
    Message,
    SlackFile,
    User,
)
from bot.sandbox.slack.refusals import NotPossibleError
from bot.sandbox.slack.sandbox import SandboxSlack

__all__ = [
    "Call",
    "Change",
    "Channel",
    "CommandOutcome",
    "Fault",
    "Knobs",
    "Message",
    "NotPossibleError",
    "SandboxSlack",
    "SlackFile",
    "User",
]
