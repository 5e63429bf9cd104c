"""Whatever people type, the answer is one that they can use.

Hypothesis searches 400 lines with what it knows of nasty text; 9,600 more come from plain chance
over the same fragments, since it needs several milliseconds for each line that it makes.
"""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.command_line import Ask, Usage, answer_to, parse
from bot.domain.name_answers import answer_for
from bot.domain.names import Found, Several, resolve
from bot.domain.spelling import fold, shown, tidy

QUICK = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
FRAGMENTS = [
    *'"“”„«»—-`<>&|@#!*_~\u2018\u2019\u2013',
    *("Employee", "Portal", "Testing", "EmployeeBackoffice", "User Acceptance", "O'Brien Café"),
    *("<@U1|ann>", "<#C1|>", "<https://x.y|x.y>", "<!here>", "<@", "&lt;", "&amp;amp;", "help"),
    *("--on", "—tag", "--=", "--a=b", "\x00", "\x1b[31m", "\u200b", "\u202e", "\u00a0", "\ud800"),
    *("👩‍👩‍👧‍👦", "🇵🇹", "❤️", "\u0301" * 40, "ﷺ", "İ", "ß", "main-a1", "\u2028", "`", "\\", "%s{}"),
    *("x" * 300, "a b " * 300, "\uff30ortal"),
]
LINES = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from([" ", "  "]), st.text(max_size=6)),
    max_size=10,
).map("".join)


def invisible(text):
    return [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl"}]


def answer_to_line(line, catalogues):
    """Give the answer; none to a line that asks for help, which is no answer to it."""
    read = parse(line)
    if isinstance(read, Ask):
        return answer_for(resolve(read.words, catalogues))
    return answer_to(read) if isinstance(read, Usage) else None


def assert_usable(answer):
    if answer is None:
        return
    assert answer.text.strip()
    assert len(answer.text) <= 2_900
    assert not invisible(answer.text)
    assert len(answer.guesses) <= 10
    for guess in answer.guesses:
        assert 0 < len(guess.label) <= 75
        assert not invisible(guess.label)


@settings(QUICK, max_examples=400)
@given(line=LINES)
@example(line="a " * 1_999)
@example(line="ﷺ" * 3_999)
@example(line="é" * 4_000)
@example(line="“" * 3_998)
def test_every_line_gets_an_answer_that_slack_can_show(company, line):
    assert_usable(answer_to_line(line, [company]))


@pytest.mark.parametrize("seed", range(12))
def test_eight_hundred_lines_of_chance_get_answers_that_slack_can_show(company, seed):
    chance = random.Random(seed)
    for _ in range(800):
        pieces = [
            chance.choice((" ", chance.choice(FRAGMENTS), chr(chance.randrange(0x30000))))
            for _ in range(chance.randrange(20))
        ]
        assert_usable(answer_to_line("".join(pieces), [company]))


NAMES = st.text(max_size=60).filter(fold)


@settings(QUICK, max_examples=100)
@given(application=NAMES, environment=NAMES, words=st.lists(st.text(max_size=20), max_size=4))
def test_every_catalogue_can_be_spoken_about(catalogue_of, application, environment, words):
    hostile = catalogue_of([(application * 4, (environment,))] * 2, (environment, "Testing"))
    for spoken in (words, [application * 4], [environment], [application * 4, environment]):
        answer = answer_for(resolve(spoken, [hostile]))
        assert_usable(answer)


def without_accents(text):
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


VARIATIONS = st.sampled_from(
    [
        *(str, str.upper, str.lower, str.title, without_accents),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("'", "\u2019"),
        lambda text: text.replace(" ", "\u00a0 \u200b "),
    ]
)
QUOTATIONS = st.sampled_from(['"{}"', "“{}”", "„{}“", "« {} »"])
PLAIN_LETTERS = "abcXYZ019éçñÅüĳ日本語' .-_"
PLAIN_NAMES = st.text(alphabet=PLAIN_LETTERS, min_size=1, max_size=30).filter(fold)


@settings(QUICK, max_examples=120)
@given(
    names=st.lists(PLAIN_NAMES, min_size=1, max_size=5),
    environment=PLAIN_NAMES,
    vary=VARIATIONS,
    quotation=QUOTATIONS,
    apart=st.sampled_from([" ", "\t", "\u3000", "  \u200b"]),
)
def test_a_quoted_name_is_found_however_it_is_written(
    catalogue_of, names, environment, vary, quotation, apart
):
    known = catalogue_of([(name, (environment,)) for name in names], (environment,))
    line = apart.join(quotation.format(vary(name)) for name in (names[0], environment))
    found = targets(resolve(parse(line).words, [known]))
    assert fold(names[0]) in {fold(target.application_name) for target in found}


@settings(QUICK, max_examples=100)
@given(
    picked=st.integers(0, 8), vary=VARIATIONS, apart=st.sampled_from([" ", "   ", "\u00a0\u200b"])
)
def test_a_known_target_is_found_without_quotes_however_it_is_written(company, picked, vary, apart):
    pairs = [
        (application.name, company.environment(placement.environment).name)
        for application in company.applications
        for placement in application.placements
    ]
    application, environment = pairs[picked]
    line = apart.join((vary(application), vary(environment)))
    resolution = resolve(parse(escaped(line)).words, [company])
    assert isinstance(resolution, Found)
    assert str(resolution.target) == f"{application} in {environment}"


def escaped(line):
    """Write a line as Slack sends it."""
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def targets(resolution):
    match resolution:
        case Found(target=target):
            return [target]
        case Several(targets=several):
            return several
    return []


@settings(QUICK, max_examples=300)
@given(text=st.text(max_size=60))
def test_text_that_is_tidy_stays_as_it_is(text):
    assert tidy(tidy(text)) == tidy(text)
    assert fold(tidy(text)) == fold(text)
    assert len(shown(text, 20)) <= 20
