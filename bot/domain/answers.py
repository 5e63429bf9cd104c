"""What is said privately to whoever asked: a sentence, and buttons that run a guess."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.target import ExactTarget
from bot.domain.value import RetrievalId, Value


class AnswerKind(StrEnum):
    """How an answer is meant."""

    INFO = "info"
    USAGE = "usage"
    REFUSAL = "refusal"
    ERROR = "error"


class Guess(Value):
    """A target somebody may have meant: a button that runs it."""

    label: str  # "EmployeeBackoffice in Testing"
    target: ExactTarget


class Answer(Value):
    """One private answer."""

    kind: AnswerKind = AnswerKind.INFO
    text: str
    guesses: tuple[Guess, ...] = ()
    reference: str = ""  # to find it in the log, where something broke
    retrieval: RetrievalId | None = None
