"""Everything that can go wrong in words a person can act on.

    BotError
    ├── SettingsError               a setting is wrong or missing; the command line exits 2
    ├── EngineLocked                another process already runs the engine on this database
    ├── RequestRefused              what somebody asked for is not possible as asked
    ├── PlatformError               a platform did not give what was asked for
    │   ├── PlatformUnreachable     no connection, no answer in time, a dropped connection
    │   ├── PlatformBusy            it asks us to slow down (429)
    │   ├── PlatformBroken          it failed (5xx), or what it sent cannot be read
    │   ├── PlatformRefused         401 or 403: token, permission, network or TLS
    │   ├── PlatformNotFound        404 or 410: the thing is not there, or not for this account
    │   ├── PlatformRejected        any other refusal: wrong key, too old, not possible there
    │   └── PackageDamaged          a package that is not a zip, or ends before its end
    └── SlackError                  Slack did not do what was asked
        ├── SlackUnavailable        no connection, 5xx, rate limit; worth asking again
        ├── CannotSpeak             the bot may not post in this conversation
        ├── CannotLook              the bot may not read this conversation
        └── SlackRefused            anything else Slack says no to

The class docstring is the default message. Facts travel as attributes, never only in the text.
"""

from __future__ import annotations

import inspect
from typing import Self


class BotError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        """The sentence for people."""
        return str(self)


class SettingsError(BotError):
    """A setting is wrong or missing."""


class EngineLocked(BotError):  # noqa: N818 - a state, said as one
    """Another sast-source process already runs on this database."""


class RequestRefused(BotError):  # noqa: N818 - a refusal is an answer, not a fault
    """This cannot be done as asked."""


class PlatformError(BotError):
    """The platform did not give what was asked for."""

    #: Whether asking again later can help without anybody changing anything.
    is_transient = False
    #: Whether the request had certainly no effect, as far as it may have one.
    has_done_nothing = False

    def __init__(
        self,
        message: str = "",
        *,
        platform: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        error_code: str = "",
        trace_id: str = "",
    ) -> None:
        super().__init__(message)
        self.platform = platform
        self.status = status
        self.retry_after = retry_after
        self.error_code = error_code  # the platform's own; what its support asks for
        self.trace_id = trace_id

    @classmethod
    def after(cls, failure: PlatformError, message: str) -> Self:
        """Say a failure in other words, or as one of another kind, with what is known of it."""
        return cls(
            message,
            platform=failure.platform,
            status=failure.status,
            retry_after=failure.retry_after,
            error_code=failure.error_code,
            trace_id=failure.trace_id,
        )


class PlatformUnreachable(PlatformError):  # noqa: N818
    """The platform cannot be reached."""

    is_transient = True


class PlatformBusy(PlatformError):  # noqa: N818
    """The platform asks us to slow down."""

    is_transient = True
    has_done_nothing = True


class PlatformBroken(PlatformError):  # noqa: N818
    """The platform failed."""

    is_transient = True


class PlatformRefused(PlatformError):  # noqa: N818
    """The platform refused the request."""


class PlatformNotFound(PlatformError):  # noqa: N818
    """The platform does not have it, or does not show it to this account."""


class PlatformRejected(PlatformError):  # noqa: N818
    """The platform rejected the request."""


class PackageDamaged(PlatformError):  # noqa: N818
    """The package is not a whole zip file."""

    is_transient = True


class SlackError(BotError):
    """Slack did not do what was asked."""

    def __init__(self, message: str = "", *, method: str = "", code: str = "") -> None:
        super().__init__(message)
        self.method = method
        self.code = code


class SlackUnavailable(SlackError):  # noqa: N818
    """Slack cannot be reached, or asks us to slow down."""


class CannotSpeak(SlackError):  # noqa: N818
    """The bot may not post in this conversation."""


class CannotLook(SlackError):  # noqa: N818
    """The bot may not read this conversation."""


class SlackRefused(SlackError):  # noqa: N818
    """Slack refused the call."""
