"""The buttons that the bot shows: their action ids, and what their values carry.

A value is versioned JSON, so that a button on a message of last month still says what it meant.
It names things and permits nothing: whoever handles a click checks again who clicked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from bot.domain.target import ExactTarget
from bot.domain.value import LinkId, RetrievalId, Value
from bot.errors import RequestRefused

#: Slack's limit for the value of a button, in characters.
VALUE_LIMIT = 2000


class Action(StrEnum):
    """What a button does."""

    CANCEL = "retrieval.cancel"  # stop this retrieval
    RETRY = "retrieval.retry"  # retrieve the same target once more, as a new retrieval
    NEW_LINK = "retrieval.new_link"  # a new link to a package that may still be there
    GET_LINK = "retrieval.get_link"  # the link that only some people may have
    GUESS = "retrieval.guess"  # retrieve the target that was meant
    DOWNLOAD = "download"  # opens an address; Slack tells us, and all we do is acknowledge


_Id = Annotated[str, Field(min_length=1, max_length=255)]


class _RetrievalValue(Value):
    v: Literal[1] = 1
    retrieval: _Id


class _LinkValue(Value):
    v: Literal[1] = 1
    retrieval: _Id
    link: _Id


class _TargetValue(Value):
    v: Literal[1] = 1
    target: ExactTarget


_Any = TypeVar("_Any", bound=Value)


def encode_retrieval(retrieval: RetrievalId) -> str:
    """Write the value of a cancel, retry or new-link button."""
    return _RetrievalValue(retrieval=retrieval).model_dump_json()


def decode_retrieval(value: str) -> RetrievalId:
    """Read the value of a cancel, retry or new-link button; raises RequestRefused."""
    return RetrievalId(_read(_RetrievalValue, value).retrieval)


def encode_link(retrieval: RetrievalId, link: LinkId) -> str:
    """Write the value of a get-link button."""
    return _LinkValue(retrieval=retrieval, link=link).model_dump_json()


def decode_link(value: str) -> tuple[RetrievalId, LinkId]:
    """Read the value of a get-link button; raises RequestRefused."""
    read = _read(_LinkValue, value)
    return RetrievalId(read.retrieval), LinkId(read.link)


def encode_target(target: ExactTarget) -> str:
    """Write the value of a guess button. May be longer than VALUE_LIMIT when the keys are."""
    return _TargetValue(target=target).model_dump_json()


def decode_target(value: str) -> ExactTarget:
    """Read the value of a guess button; raises RequestRefused."""
    return _read(_TargetValue, value).target


def _read(kind: type[_Any], value: str) -> _Any:
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        raise RequestRefused(
            "This button is from another version of the bot. Please type the command again."
        ) from error
