"""What can go wrong in LifeTime, and in which calls it means something.

A fault says nothing about how it is carried out: `obstacles` does what happens before the call
acts, `damage` what happens to its answer, `packagings` what a packaging comes to, `delivery` what
happens to a package on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.sandbox.api.faults import PlatformFault
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

_PACKAGING: frozenset[str] = frozenset({"start", "status"})
_START: frozenset[str] = frozenset({"start"})
_LINK: frozenset[str] = frozenset({"link"})
_DOWNLOAD: frozenset[str] = frozenset({"download"})

_MEANT_FOR: Mapping[str, frozenset[str]] = {
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
class Fault(PlatformFault):
    """Something that goes wrong in the calls it is scoped to, so many times."""

    kinds = frozenset(get_args(FaultKind))
    meant_for = _MEANT_FOR

    kind: FaultKind
    call: CallName | None = None


class Bites(dict[FaultKind, Fault]):
    """The faults that happen in one call, by kind."""
