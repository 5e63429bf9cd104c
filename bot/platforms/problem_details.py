"""The error body of OutSystems Developer Cloud: ProblemDetails, RFC 9457 with two fields more.

`{"type", "title", "status", "detail", "instance", "traceId", "errorCode"}`, each of which may be
null or missing; sent as plain `application/json`. The trace id is what OutSystems' support asks
for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

_FIELDS: Final = ("title", "detail", "traceId", "errorCode")  # any of them makes it one
_SILENT: Final = "no explanation"


class ProblemDetails(NamedTuple):
    """What an answer says about a failure; as the server wrote it, so anything at all."""

    said: tuple[str, ...]
    error_code: str = ""
    trace_id: str = ""


def problem_details(body: object) -> ProblemDetails | None:
    """Read a parsed body; None where it is something else."""
    if not isinstance(body, dict):
        return None
    fields = (body.get(name) for name in _FIELDS)
    title, detail, trace_id, error_code = (
        each.strip() if isinstance(each, str) else "" for each in fields
    )
    if not (title or detail or trace_id or error_code):
        return None
    said = detail or title or _SILENT
    return ProblemDetails((said, *_about_fields(body.get("errors"))), error_code, trace_id)


def _about_fields(errors: object) -> Iterator[str]:
    """Give what .NET says about each field of a request that is not valid."""
    if isinstance(errors, dict):
        for said in errors.values():
            if isinstance(said, list):
                yield from (each for each in said if isinstance(each, str))
