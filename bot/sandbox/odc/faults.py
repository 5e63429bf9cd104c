"""What can go wrong in ODC, and in which calls it means something.

A fault says nothing about how it is carried out: `gate` does what happens before the call acts,
`bot.sandbox.api.damage` what happens to its answer, `packagings` what a packaging comes to,
`bot.sandbox.packages.delivery` what happens to a package on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.sandbox.api.faults import PlatformFault
from bot.sandbox.odc.calls import CallName

FaultKind = Literal[
    # Before the call acts
    "slow",  # the answer begins `seconds` later
    "hang",  # no answer for `seconds` (0: until the sandbox stops), then the connection drops
    "drop_before",  # the connection drops, nothing was done
    "answer",  # the host's own error body with `status` and `text`, `retry_after` if given
    "redirect",  # `status` (default 302) to `text` (an origin), same path
    "expire_tokens",  # from here on every token given so far is refused
    "suspended",  # as if the API client were suspended: no token is good, and none is given
    "personal_edition",  # 403 with `text`: code is not given to a Personal Edition
    # To the answer, after it acted
    "drop_after",  # it acted, the client never hears of it
    "html",  # a gateway's page with `status` (default 200)
    "empty_body",  # `status` (default 200) and no body
    "cut_json",  # the first half of the body
    "code",  # the right body with HTTP status `status`
    "wrong_type",  # the right body, called `text` (default text/html)
    "unknown_fields",  # fields and enum values that nobody has published
    # Access
    "foreign_token_endpoint",  # discovery names the token endpoint `text`
    "bad_discovery",  # discovery names none, or is `text`
    # Lists
    "stuck_page",  # `nextPageOffset` is the offset that was asked for
    "last_page",  # `nextPageOffset` is null, however much there is
    # What starting a packaging says
    "unsuccessful",  # 201 with `isSuccessful` false, and nothing is started
    "invalid_build",  # 422 with `text`
    # What a packaging that is started comes to
    "done_at_once",  # Finished at once
    "never_done",  # Running for ever
    "takes",  # `seconds` instead of the usual time
    "fails",  # ends as Failed, with an error `text`
    "times_out",  # ends as TimedOut, with an error `text`
    "errors_null",  # where it fails or times out, `errors` is null
    "errors_empty",  # likewise, `errors` is an empty list
    "not_visible",  # the GET is a 404 for `seconds` after the POST
    "kept",  # the package is gone `seconds` after it was done: the GET is a 404 again
    # What the GET says
    "status_value",  # `status` is `value`, whatever the truth
    "running_value",  # `status` is `value` for as long as it would be NotStarted or Running
    # What the GET says of a Finished packaging; counted only when it is Finished
    "finished_without_uri",  # `uri` is null
    "short_link",  # lives `seconds` (may be negative), and says so where the style tells at all
    "dead_link",  # says it lives, and is refused as expired
    # The package on its way
    "xml_error",  # S3's error body with `status` (default 403), code `value`, message `text`
    "chunked",  # no Content-Length
    "cut",  # the connection drops after `share` of the bytes
    "ends_early",  # ends like a whole chunked body after `share` of the bytes
]

_START: frozenset[str] = frozenset({"start"})
_STATUS: frozenset[str] = frozenset({"status"})
_DISCOVERY: frozenset[str] = frozenset({"discovery"})
_LISTS: frozenset[str] = frozenset({"portfolios", "deployed_assets", "assets", "revisions"})
_DOWNLOAD: frozenset[str] = frozenset({"download"})

# Everything that a client needs credentials for
_CREDENTIALS: frozenset[str] = frozenset(get_args(CallName)) - _DISCOVERY - _DOWNLOAD

LINK_KINDS: frozenset[str] = frozenset({"finished_without_uri", "short_link", "dead_link"})

_MEANT_FOR: Mapping[str, frozenset[str]] = {
    "expire_tokens": _CREDENTIALS,
    "suspended": _CREDENTIALS,
    "personal_edition": _START | _STATUS,
    "foreign_token_endpoint": _DISCOVERY,
    "bad_discovery": _DISCOVERY,
    "stuck_page": _LISTS,
    "last_page": _LISTS,
    "unsuccessful": _START,
    "invalid_build": _START,
    "done_at_once": _START,
    "never_done": _START,
    "takes": _START,
    "fails": _START,
    "times_out": _START,
    "errors_null": _START,
    "errors_empty": _START,
    "not_visible": _START,
    "kept": _START,
    "status_value": _STATUS,
    "running_value": _STATUS,
    "finished_without_uri": _STATUS,
    "short_link": _STATUS,
    "dead_link": _STATUS,
    "xml_error": _DOWNLOAD,
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
