"""LifeTime's error answers."""

from __future__ import annotations

from aiohttp import web


class Refusal(Exception):  # noqa: N818 - it is an answer, not a defect
    """The call is answered with LifeTime's error body."""

    def __init__(self, status: int, text: str, retry_after: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.retry_after = retry_after


def error_answer(refusal: Refusal, environment: str, application: str) -> web.Response:
    """Make the documented error body, with the keys filled in."""
    text = refusal.text.replace("{EnvironmentKey}", environment)
    text = text.replace("{ApplicationKey}", application)
    after = refusal.retry_after
    headers = None if after is None else {"Retry-After": str(after)}
    body = {"Errors": [text], "StatusCode": refusal.status}
    return web.json_response(body, status=refusal.status, headers=headers)
