"""The short replies in a card's thread, one for each change of state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.domain.events import FailureReason
from bot.domain.retrieval import Failure, Retrieval
from bot.slack.card_view import build_reason
from bot.slack.message import Message, section
from bot.slack.mrkdwn import described, fit, fit_ends, mention

_TEXT_LIMIT = 2000
_KEY_LIMIT = 100
_TEXT_END = 700  # the error code, the trace id and what they mean stand last


def reply_message(retrieval: Retrieval, reply: str) -> Message:
    """Draw the reply of that name: started, failed, cancelled, denied or direct."""
    said = _REPLIES[reply](retrieval)
    return Message(text=said, blocks=(section(said),))


def _what(retrieval: Retrieval, *, goes_on: bool = True) -> str:
    if retrieval.target is None:
        return "the source code"
    return f"the source code of {described(retrieval.target, 300, goes_on=goes_on)}"


def _started(retrieval: Retrieval) -> str:
    said = f"The platform has begun to package {_what(retrieval, goes_on=False)}."
    if retrieval.target is not None and retrieval.target.build is not None:
        key = fit(retrieval.target.build.key, _KEY_LIMIT)
        said = f"{said} {build_reason(retrieval.target)} The build's key is `{key}`."
    if retrieval.is_external and not retrieval.is_direct:
        return f"{said} The link will go to {_name_of_requester(retrieval)} by direct message."
    return f"{said} The link will come in this thread."


def _name_of_requester(retrieval: Retrieval) -> str:
    return mention(retrieval.request.requester)


def _failed(retrieval: Retrieval) -> str:
    opening = f"{_name_of_requester(retrieval)}, {_what(retrieval)} could not be retrieved."
    failure = retrieval.failure
    if failure is None:
        return opening
    said = f"{opening} {_told(failure)} {_way_on(failure, 'Retry')}"
    if failure.reference and failure.reference not in said:
        return f"{said} Reference: `{fit(failure.reference, 100)}`"
    return said


def _told(failure: Failure) -> str:
    return fit_ends(failure.text, _TEXT_LIMIT, _TEXT_END)


def _way_on(failure: Failure, button: str) -> str:
    if failure.reason is FailureReason.PACKAGE_GONE:
        return "Press *New packaging* on the card to have it packaged again."
    if failure.reason is FailureReason.INTERNAL:
        return f"*{button}* is on the card."  # its text says already to try again
    return f"Press *{button}* on the card to try again."


def _cancelled(retrieval: Retrieval) -> str:
    if retrieval.cancel_asked_by is None:
        return f"Retrieving {_what(retrieval)} was cancelled."
    what = _what(retrieval, goes_on=False)
    return f"{mention(retrieval.cancel_asked_by)} cancelled retrieving {what}."


def _denied(retrieval: Retrieval) -> str:
    opening = f"A new link to {_what(retrieval)} could not be made."
    if retrieval.denial is None:
        return opening
    denial = retrieval.denial
    return f"{opening} {_told(denial)} {_way_on(denial, 'New link')}"


def _direct(retrieval: Retrieval) -> str:
    why = " since this channel is shared with another organisation" * retrieval.is_external
    comma = "," if why else ""
    return (
        f"The link to {_what(retrieval)} went to {_name_of_requester(retrieval)} "
        f"by direct message{comma}{why}."
    )


_REPLIES: Mapping[str, Callable[[Retrieval], str]] = {
    "started": _started,
    "failed": _failed,
    "cancelled": _cancelled,
    "denied": _denied,
    "direct": _direct,
}
