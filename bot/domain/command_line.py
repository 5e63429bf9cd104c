"""What somebody typed after the slash command, read into a value.

People type on telephones: curly quotes, dashes made of two hyphens, spaces that are none. Only
double quotes quote, so `O'Brien Café` needs none. Flags stand anywhere in the line, as `--on NAME`
or `--on=NAME`; a quoted phrase is never one. Whether a name exists is not decided here (see
names.py), and an unreadable line is an answer, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.answers import Answer, AnswerKind
from bot.domain.spelling import shown, tidy
from bot.domain.target import RevisionWish
from bot.domain.value import Value

COMMAND = "/sast-source"
EXAMPLE = f"{COMMAND} EmployeeBackoffice Testing"
TOO_LONG = 4_000  # characters
LONGEST_TAG = 100  # characters; platforms write tags as 1.4.0
LARGEST_REVISION = 2**31 - 1  # platforms count revisions in 32 bits

_HELP_WORDS = frozenset({"help", "-h", "?"})
_HELP_FLAG = "help"
# Each flag with what stands behind it, and a line that shows it.
_FLAGS = {
    "on": ("NAME", f"{EXAMPLE} --on NAME"),
    "revision": ("N", f"{COMMAND} Supplier Portal --revision 9"),
    "tag": ("TAG", f"{COMMAND} Supplier Portal --tag 1.3.0"),
}
_KNOWN = ", ".join([*(f"`--{name} {value}`" for name, (value, _) in _FLAGS.items()), "`--help`"])
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'))
# <@U1|name>, <#C1|name>, <!subteam^S1|@name>, <https://example.org|label>; the label may be empty.
_WRAPPED = re.compile(r"<[@#!]?(?P<address>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_DASH_BEFORE_LETTER = re.compile(r"(?<!\S)[\u2013\u2014\u2015](?=[^\W\d_])")
_TOKEN = re.compile(r'(?:"[^"]*"|[^\s"])+')
_FLAG = re.compile(r"--(?P<name>[^\W\d_][^\s=\"]*)(?:=(?P<value>.*))?")
_DASHES = ("-", "\u2013", "\u2014", "\u2015")
_NUMBER = re.compile(r"[0-9]{1,10}")


class Help(Value):
    """Somebody asks how it works."""


class Usage(Value):
    """The line cannot be read; `problem` says why, and what to do."""

    problem: str
    example: str = EXAMPLE  # a line like it that can be read


class Ask(Value):
    """Somebody asks for source code; a quoted phrase is one word."""

    words: tuple[str, ...]
    platform: str = ""  # where to look, as typed; empty: everywhere
    wish: RevisionWish | None = None


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
    text = f"{line.problem}\nFor example: `{line.example}`."
    return Answer(kind=AnswerKind.USAGE, text=text)


def flag_for(wish: RevisionWish | None) -> str:
    """Write a wish as people type it, with a space before it; empty where no flag says it."""
    if wish is not None and wish.number is not None:
        return f" --revision {wish.number}"
    return f" --tag {typed(wish.tag)}" if wish is not None and wish.tag else ""


def typed(name: str) -> str:
    """Write a name as people type it behind a flag: quoted where it has to be."""
    clean = shown(name.translate(_QUOTES).replace('"', ""))
    return f'"{clean}"' if " " in clean or clean[:1] in _DASHES else clean


def _readable(text: str) -> str:
    """Undo what Slack and telephones do to a line."""
    line = _WRAPPED.sub(lambda found: found["label"] or found["address"], text)
    # The ampersand last, or a name that holds "&lt;" would lose it.
    line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _DASH_BEFORE_LETTER.sub("--", tidy(line.translate(_QUOTES)))


def _read(tokens: Sequence[str]) -> CommandLine:
    words, flags = _split(tokens)
    if any(name == _HELP_FLAG for name, _ in flags):
        return Help()
    if problem := _flag_problem(flags) or _value_problem(dict(flags)):
        return problem
    if len(words) == 1 and words[0].casefold() in _HELP_WORDS:
        return Help()
    if not words:
        return _nothing_named(flags)
    given = dict(flags)
    return Ask(words=tuple(words), platform=given.get("on", ""), wish=_wish(given))


def _split(tokens: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Part the words from the flags; a flag that nothing stands behind has an empty value."""
    words, flags = [], []
    waiting = [*reversed(tokens)]
    while waiting:
        token = waiting.pop()
        flag = _FLAG.fullmatch(token)
        if flag is None:
            words.append(_unquoted(token))
            continue
        name, value = flag["name"].casefold(), flag["value"]
        if value is None and name in _FLAGS and waiting and not _FLAG.fullmatch(waiting[-1]):
            value = waiting.pop()
        flags.append((name, _unquoted(value or "")))
    return [word for word in words if word], flags


def _unquoted(token: str) -> str:
    return tidy(token.replace('"', ""))


def _flag_problem(flags: Sequence[tuple[str, str]]) -> Usage | None:
    """Say what is wrong with the flags, whatever their values are."""
    names = [name for name, _ in flags]
    for name, value in flags:
        if name not in _FLAGS:
            return Usage(
                problem=f"There is no option `--{shown(name, 40)}`. Known: {_KNOWN}. "
                "Put a name that begins with -- in double quotes."
            )
        if names.count(name) > 1:
            return Usage(problem=f"`--{name}` stands there twice. Say it once.")
        if not value:
            wanted, example = _FLAGS[name]
            problem = f"`--{name}` needs a value behind it: `--{name} {wanted}`."
            return Usage(problem=problem, example=example)
    return None


def _value_problem(given: Mapping[str, str]) -> Usage | None:
    """Say what is wrong with the values of flags that can all stand there."""
    _, example = _FLAGS["revision"]
    if "revision" in given and "tag" in given:
        return Usage(
            problem="`--revision` and `--tag` each choose a revision. Say only one of them.",
            example=example,
        )
    if "revision" in given and _number(given["revision"]) is None:
        return Usage(
            problem="`--revision` takes the number of a revision, a whole one from 1 on, "
            f"and not “{shown(given['revision'], 40)}”. For a version, use `--tag`.",
            example=example,
        )
    if len(given.get("tag", "")) > LONGEST_TAG:
        return Usage(
            problem=f"That tag is too long: `--tag` takes up to {LONGEST_TAG} characters.",
            example=_FLAGS["tag"][1],
        )
    return None


def _number(text: str) -> int | None:
    number = int(text) if _NUMBER.fullmatch(text) else 0
    return number if 1 <= number <= LARGEST_REVISION else None


def _nothing_named(flags: Sequence[tuple[str, str]]) -> Usage:
    if not flags:
        return Usage(problem="Say which application, and in which environment.")
    name = flags[0][0]
    return Usage(
        problem=f"Say which application too: `--{name}` alone names none.", example=_FLAGS[name][1]
    )


def _wish(given: Mapping[str, str]) -> RevisionWish | None:
    if "revision" in given:
        return RevisionWish(number=_number(given["revision"]))
    return RevisionWish(tag=given["tag"]) if "tag" in given else None
