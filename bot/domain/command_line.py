"""What somebody typed after the slash command, read into a value.

People type on telephones: curly quotes, dashes made of two hyphens, spaces that are none. Only
double quotes quote, so `O'Brien Café` needs none. Whether a name exists is not decided here (see
names.py), and an unreadable line is an answer, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.answers import Answer, AnswerKind
from bot.domain.spelling import shown, tidy
from bot.domain.value import Value

COMMAND = "/sast-source"
EXAMPLE = f"{COMMAND} EmployeeBackoffice Testing"
TOO_LONG = 4_000  # characters

_HELP_WORDS = frozenset({"help", "-h", "?"})
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'))
# <@U1|name>, <#C1|name>, <!subteam^S1|@name>, <https://example.org|label>; the label may be empty.
_WRAPPED = re.compile(r"<[@#!]?(?P<address>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_DASH_BEFORE_LETTER = re.compile(r"(?<!\S)[\u2013\u2014\u2015](?=[^\W\d_])")
_TOKEN = re.compile(r'(?:"[^"]*"|[^\s"])+')
_FLAG = re.compile(r"--(?P<name>[^\W\d_][^\s=\"]*)(?:=.*)?")


class Help(Value):
    """Somebody asks how it works."""


class Usage(Value):
    """The line cannot be read; `problem` says why, and what to do."""

    problem: str


class Ask(Value):
    """Somebody asks for source code; a quoted phrase is one word."""

    words: tuple[str, ...]


CommandLine = Help | Usage | Ask


def parse(text: str) -> CommandLine:
    """Read what stands behind the command."""
    line = _readable(text[:TOO_LONG])
    # Counted again: one character can stand for a whole phrase, and is written out by now.
    if len(text) >= TOO_LONG or len(line) >= TOO_LONG:
        return Usage(
            problem=f"That line is too long to read ({TOO_LONG:,} characters or more). "
            "Write only the application and the environment."
        )
    if line.count('"') % 2:
        return Usage(
            problem='A quotation mark (") has no partner. Close the quotation, or leave '
            "the marks out: names with spaces need none."
        )
    return _read(_TOKEN.findall(line))


def answer_to(line: Usage) -> Answer:
    """Say what is wrong with the line, and show one that can be read."""
    text = f"{line.problem}\nFor example: `{EXAMPLE}`. For more: `{COMMAND} help`."
    return Answer(kind=AnswerKind.USAGE, text=text)


def _readable(text: str) -> str:
    """Undo what Slack and telephones do to a line."""
    line = _WRAPPED.sub(lambda found: found["label"] or found["address"], text)
    # The ampersand last, or a name that holds "&lt;" would lose it.
    line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _DASH_BEFORE_LETTER.sub("--", tidy(line.translate(_QUOTES)))


def _read(tokens: Iterable[str]) -> CommandLine:
    words = []
    for token in tokens:
        if flag := _FLAG.fullmatch(token):
            return _answer_to_flag(flag["name"].casefold())
        words.append(tidy(token.replace('"', "")))
    words = [word for word in words if word]
    if len(words) == 1 and words[0].casefold() in _HELP_WORDS:
        return Help()
    if not words:
        return Usage(problem="Say which application, and in which environment.")
    return Ask(words=tuple(words))


def _answer_to_flag(name: str) -> Help | Usage:
    if name == "help":
        return Help()
    return Usage(
        problem=f"There is no option `--{shown(name, 40)}`. Known: `--help`. "
        "Put a name that begins with -- in double quotes."
    )
