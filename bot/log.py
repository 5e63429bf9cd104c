"""Structured logging. Tokens and links never reach it: they are SecretStr wherever they stand.

As a second fence, anything that looks like a Slack token, a bearer token, a LifeTime token or a
download link is blotted out of every line, ours or a library's, its traceback included.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import Processor, WrappedLogger

LogFormat = Literal["console", "json"]

# One character of a secret. A backslash goes with what follows it, so that the escapes of a JSON
# line stay whole.
_CHARACTER = r"(?:\\.|[^\s\"'<>|\\\x1b])"
_SECRETS = re.compile(
    r"(?P<keep>/downloads?/|/upload/v1/|hooks\.slack\.com/|/services/|/commands/|/actions/"
    rf"|(?i:bearer)\s+){_CHARACTER}+"
    r"|(?:xox[a-z]|xapp)-[\w.-]+"  # https://docs.slack.dev/authentication/tokens
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JSON web token, which LifeTime's tokens are
)

_TALKATIVE = ("slack_bolt", "slack_sdk", "aiohttp.access", "aiosqlite", "alembic")
_WITH_TRACEBACKS = ("slack_bolt", "slack_sdk")
_VERIFICATION = "slack_bolt.RequestVerification"


def configure(log_format: LogFormat) -> None:
    """Send every log line of this process to standard error, in one form."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Discretion())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(log_format),
                _blot,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    # structlog's own choice, where rich is installed, shows the local variables of every frame.
    plain = structlog.dev.plain_traceback
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain),
    ]


def _blot(_logger: WrappedLogger, _name: str, line: object) -> str:
    return _SECRETS.sub(lambda found: (found["keep"] or "") + "[secret]", str(line))


class _Discretion(logging.Filter):
    """Keeps libraries from writing what they were sent.

    It stands at the handler, since Bolt sets the levels of its own loggers whenever an app is
    built (slack_bolt/logger).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == _VERIFICATION:
            # Bolt shows the whole body here, and with it what is as good as a password.
            record.msg, record.args = "a request to Slack's endpoint has a wrong signature", ()
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if record.name.startswith(_WITH_TRACEBACKS):
            # A connection that failed, which is tried again: the message says all there is.
            record.exc_info = None
        return record.levelno >= logging.WARNING or not record.name.startswith(_TALKATIVE)
