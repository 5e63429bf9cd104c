"""What somebody typed after the slash command, read into a value.

People type on telephones: curly quotes, dashes made of two hyphens, spaces that are none. Only
double quotes quote, so `O'Brien Café` needs none. Whether a name exists is not decided here (see
names.py), and an unreadable line is an answer, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.domain.answers import Answer, AnswerKind
from bot.domain.spelling import shown, tidy
from bot.domain.value import Value

COMMAND = "/sast-source"
EXAMPLE = f"{COMMAND} EmployeeBackoffice Testing"
TOO_LONG = 4_000  # characters

# Every flag, with the name of the value it takes, or nothing. A new flag is a new row.
FLAGS: Mapping[str, str] = {"help": ""}

_HELP_WORDS = frozenset({"help", "-h", "?"})
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'))
# <@U1|name>, <#C1|name>, <!subteam^S1|@name>, <https://example.org|label>; the label may be empty.
_WRAPPED = re.compile(r"<[@#!]?(?P<address>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_DASH_BEFORE_LETTER = re.compile(r"(?<!\S)[\u2013\u2014\u2015](?=[^\W\d_])")
_TOKEN = re.compile(r'(?:"[^"]*"|[^\s"])+')
_FLAG = re.compile(r"--(?P<name>[^\W\d_][^\s=\"]*)(?:=(?P<value>.*))?")


class Help(Value):
    """Somebody asks how it works."""


class Usage(Value):
    """The line cannot be read; `problem` says why, and what to do."""

    problem: str


class Ask(Value):
    """Somebody asks for source code; a quoted phrase is one word."""

    words: tuple[str, ...]
    flags: tuple[tuple[str, str], ...] = ()


CommandLine = Help | Usage | Ask


def parse(text: str, flags: Mapping[str, str] = FLAGS) -> CommandLine:
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
    return _read(iter(_TOKEN.findall(line)), flags)


def answer_to(line: Help | Usage) -> Answer:
    """Say how the command is used, or what is wrong with the line."""
    if isinstance(line, Help):
        return Answer(kind=AnswerKind.INFO, text=_HELP)
    text = f"{line.problem}\nFor example: `{EXAMPLE}`. For more: `{COMMAND} help`."
    return Answer(kind=AnswerKind.USAGE, text=text)


_HELP = f"""\
`{COMMAND} APPLICATION ENVIRONMENT` gets the generated source code of an OutSystems application.
For example: `{EXAMPLE}`
• Names with spaces need no quotes; case and accents do not matter.
• With the application alone, the answer says where it runs.
• A platform key (GUID) can stand in place of a name.
The card in the channel shows how far it is; the download link comes in the card's thread."""


def _readable(text: str) -> str:
    """Undo what Slack and telephones do to a line."""
    line = _WRAPPED.sub(lambda found: found["label"] or found["address"], text)
    # The ampersand last, or a name that holds "&lt;" would lose it.
    line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _DASH_BEFORE_LETTER.sub("--", tidy(line.translate(_QUOTES)))


def _read(tokens: Iterator[str], flags: Mapping[str, str]) -> CommandLine:
    words: list[str] = []
    given: dict[str, str] = {}
    for token in tokens:
        if flag := _FLAG.fullmatch(token):
            problem = _take_flag(flag, tokens, flags, given)
            if problem:
                return Usage(problem=problem)
        else:
            words.append(tidy(token.replace('"', "")))
    return _sentence_of([word for word in words if word], given)


def _sentence_of(words: list[str], given: dict[str, str]) -> CommandLine:
    if "help" in given or (len(words) == 1 and words[0].casefold() in _HELP_WORDS):
        return Help()
    if not words:
        return Usage(problem="Say which application, and in which environment.")
    return Ask(words=tuple(words), flags=tuple(given.items()))


def _take_flag(
    flag: re.Match[str], tokens: Iterator[str], flags: Mapping[str, str], given: dict[str, str]
) -> str:
    """Put a flag and its value into `given`; give the problem if there is one."""
    name = flag["name"].casefold()
    said = f"`--{shown(name, 40)}`"
    if name not in flags:
        return f"There is no option {said}. {_known(flags)}"
    if name in given:
        return f"The option {said} stands there twice. Leave one out."
    value = flag["value"]
    if flags[name] and value is None:
        value = next(tokens, "")
    value = tidy((value or "").replace('"', ""))
    if flags[name] and (not value or _FLAG.fullmatch(value)):
        return f"The option {said} needs a value: `--{name} {flags[name]}`."
    given[name] = value
    return ""


def _known(flags: Iterable[str]) -> str:
    names = ", ".join(f"`--{name}`" for name in flags)
    return f"Known: {names}. Put a name that begins with -- in double quotes."
