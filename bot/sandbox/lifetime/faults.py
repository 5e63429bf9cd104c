"""One thing that goes wrong: what, in which calls, for whom, and how often.

A fault says nothing about how it is carried out: `obstacles` does what happens before the call
acts, `damage` what happens to its answer, `packagings` what a packaging comes to, `delivery` what
happens to a package on its way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal, get_args

from bot.sandbox.lifetime.calls import CallName

FaultKind = Literal[
    # Before the call acts
    "slow",  # the answer begins `seconds` later
    "hang",  # no answer for `seconds` (0: until the sandbox stops), then the connection drops
    "drop_before",  # the connection drops, nothing was done
    "answer",  # LifeTime's error body with `status` and `text`, and `retry_after` if given
    "redirect",  # `status` (default 302) to `text` (an origin), same path
    "rotate_token",  # from here on only the token `text` is good
    "refuse_bearer",  # the download knows only the bare token; `status` (default 401) otherwise
    # To the answer, after it acted
    "drop_after",  # it acted, the client never hears of it
    "html",  # a login page with `status` (default 200)
    "empty_body",  # `status` (default 200) and no body
    "no_content",  # 204, the empty list
    "cut_json",  # the first half of the body
    "code",  # the right body with HTTP status `status`
    "wrong_type",  # the right body, called `text` (default text/html)
    "unknown_fields",  # fields and enum values that nobody has published
    # To what a packaging call says
    "status_value",  # `Status` is `value` (may be None), whatever the truth
    "running_value",  # `Status` is `value` for as long as it would be InProgress
    "messages_null",  # `Messages` is null
    # What a packaging that is started comes to
    "done_at_once",  # Done in the answer to the POST
    "never_done",  # InProgress for ever
    "takes",  # `seconds` instead of the usual time
    "fails",  # ends with `Status` `value` (default Failed) and an Error message `text`
    "done_with_error",  # Done with an Error message `text`, and no link
    "kept",  # the package is gone `seconds` after it was done
    # The link
    "foreign_host",  # the link's origin is `text`
    "short_link",  # lives `seconds` (may be negative), and says so
    "dead_link",  # says it lives, and is refused
    # The package on its way
    "base64_json",  # {"fileContents": "<base64>"}, as early access did
    "chunked",  # no Content-Length
    "cut",  # the connection drops after `share` of the bytes
    "ends_early",  # ends like a whole chunked body after `share` of the bytes
]

_PACKAGING: frozenset[CallName] = frozenset({"start", "status"})
_START: frozenset[CallName] = frozenset({"start"})
_LINK: frozenset[CallName] = frozenset({"link"})
_DOWNLOAD: frozenset[CallName] = frozenset({"download"})

_MEANT_FOR: dict[FaultKind, frozenset[CallName]] = {
    "refuse_bearer": _DOWNLOAD,
    "status_value": frozenset({"status"}),
    "running_value": _PACKAGING,
    "messages_null": _PACKAGING,
    "done_at_once": _START,
    "never_done": _START,
    "takes": _START,
    "fails": _START,
    "done_with_error": _START,
    "kept": _START,
    "foreign_host": _LINK,
    "short_link": _LINK,
    "dead_link": _LINK,
    "base64_json": _DOWNLOAD,
    "chunked": _DOWNLOAD,
    "cut": _DOWNLOAD,
    "ends_early": _DOWNLOAD,
}


@dataclass
class Fault:
    """Something that goes wrong in the calls it is scoped to, so many times."""

    kind: FaultKind
    call: CallName | None = None
    """Only in this call; None: in every call where the kind means something."""
    application: str | None = None
    """Only for this application, by name or key."""
    environment: str | None = None
    """Only for this environment, by name or key."""
    times: int | None = 1
    """How often; None: for ever."""
    after: int = 0
    """How many matching calls are let through first."""
    lasts: float | None = None
    """Seconds of the clock, from the first time it happens, after which it is over."""
    probability: float = 1.0
    status: int | None = None
    """HTTP status, where the kind has one."""
    text: str = ""
    value: str | None = None
    """`Status` in a packaging answer."""
    seconds: float = 0.0
    share: float = 0.5
    retry_after: int | None = None
    bites: int = field(default=0, init=False)
    """How often it has happened."""
    _let_through: int = field(default=0, init=False, repr=False)
    _began: datetime | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a kind that nobody knows, and a call in which it would mean nothing."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"{self.kind} is not a kind of fault.")
        meant_for = _MEANT_FOR.get(self.kind)
        if self.call is not None and meant_for is not None and self.call not in meant_for:
            raise ValueError(f"A {self.kind} fault means nothing in a {self.call} call.")

    @property
    def is_over(self) -> bool:
        """Whether it has happened as often as it was meant to."""
        return self.times is not None and self.bites >= self.times

    def bite(self, scope: Scope, now: datetime, chance: Random) -> bool:
        """Tell whether it happens in this call, and count it if so."""
        if self.is_over or not self._concerns(scope) or self._outlived(now):
            return False
        if self._let_through < self.after:
            self._let_through += 1
            return False
        if self.probability < 1.0 and chance.random() >= self.probability:
            return False
        self._began = self._began or now
        self.bites += 1
        return True

    def _concerns(self, scope: Scope) -> bool:
        meant_for = _MEANT_FOR.get(self.kind)
        return (
            (scope.call == self.call if self.call else not meant_for or scope.call in meant_for)
            and (self.application is None or self.application in scope.application)
            and (self.environment is None or self.environment in scope.environment)
        )

    def _outlived(self, now: datetime) -> bool:
        if self.lasts is None or self._began is None:
            return False
        return now - self._began >= timedelta(seconds=self.lasts)


@dataclass(frozen=True)
class Scope:
    """What a call is about: its name, and the key and name of environment and application."""

    call: CallName
    environment: tuple[str, ...] = ()
    application: tuple[str, ...] = ()


class Bites(dict[FaultKind, Fault]):
    """The faults that happen in one call, by kind."""
