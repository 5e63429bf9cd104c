"""Private answers: what only the person who asked sees."""

from __future__ import annotations

import re

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.value import RetrievalId
from bot.errors import RequestRefused
from bot.slack.actions import VALUE_LIMIT, Action, encode_retrieval, encode_target
from bot.slack.message import BUTTON_LIMIT, Message, actions, button, context, section
from bot.slack.mrkdwn import fit, fit_ends

_TEXT_LIMIT = 2900
_MOST_GUESSES = 10
_GUESS_END = 35  # characters of a label in which it may say what tells it from another
# An answer may name a person as Slack does. Nobody is notified: private answers never do that.
_MENTION = re.compile(r"&lt;@([UW][A-Z0-9]{2,20})&gt;")


def answer_message(answer: Answer) -> Message:
    """Draw a private answer, with a button for each guess, or one to try again."""
    said = _lines(answer.text) or "Done."
    blocks: list[Block] = [section(said, verbatim=False)]
    blocks += [_guess(guess) for guess in answer.guesses[:_MOST_GUESSES] if _has_room(guess)]
    if answer.retrieval is not None:
        blocks.append(actions(_retry(answer.retrieval)))
    if answer.reference:
        reference = fit(answer.reference, 100)
        blocks.append(context(f"Reference: `{reference}`. Whoever runs the bot can look it up."))
        said = f"{said} Reference: {reference}."
    if answer.kind is AnswerKind.USAGE:
        blocks.append(context("`/sast-source help` says more."))
    return Message(text=said, blocks=tuple(blocks))


def refusal_message(refusal: RequestRefused) -> Message:
    """Draw the answer to what is not possible as asked."""
    return answer_message(Answer(kind=AnswerKind.REFUSAL, text=refusal.message))


def _lines(text: str) -> str:
    """Escape line by line: an answer may hold a list, where names must stay on one line."""
    escaped: list[str] = []
    room = _TEXT_LIMIT
    for line in text.strip().splitlines():
        if room < len(line) and room < _TEXT_LIMIT // 10:
            break
        escaped.append(fit(line, room))
        room -= len(escaped[-1]) + 1
    return _MENTION.sub(r"<@\1>", "\n".join(escaped))


def _has_room(guess: Guess) -> bool:
    return len(encode_target(guess.target)) <= VALUE_LIMIT


def _retry(retrieval: RetrievalId) -> ButtonElement:
    return button("Retry", Action.RETRY, value=encode_retrieval(retrieval), style="primary")


def _guess(guess: Guess) -> Block:
    # A row of its own for each: Slack wants action ids to be unique within a row.
    label = fit_ends(guess.label, BUTTON_LIMIT, _GUESS_END) or "This one"
    return actions(button(label, Action.GUESS, value=encode_target(guess.target)))
