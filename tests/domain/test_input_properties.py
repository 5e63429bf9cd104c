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

from bot.domain.command_line import Ask, Help, Usage, answer_to, flag_for, parse, typed
from bot.domain.name_answers import answer_for, unknown_platform
from bot.domain.names import Found, Several, platform_called, platform_key, resolve, resolve_exact
from bot.domain.spelling import fold, shown, tidy
from bot.domain.target import RevisionWish

QUICK = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
FRAGMENTS = [
    *'"“”„«»—-`<>&|@#!*_~\u2018\u2019\u2013',
    *("Employee", "Portal", "Testing", "EmployeeBackoffice", "User Acceptance", "O'Brien Café"),
    *("<@U1|ann>", "<#C1|>", "<https://x.y|x.y>", "<!here>", "<@", "&lt;", "&amp;amp;", "help"),
    *("--on main", "—tag", "—tag 1.4.0", "--revision 12", "--revision=", "--revision ٣", "--TAG=a"),
    *("--on", '--on="', "--=", "--a=b", "Currency Formatting", "9" * 400),
    *("\x00", "\x1b[31m", "\u200b", "\u202e", "\u00a0", "\ud800"),
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
        return answer_to_ask(read, catalogues)
    return answer_to(read) if isinstance(read, Usage) else None


def answer_to_ask(ask, catalogues):
    """Give the answer as whoever looks the names up does it."""
    platforms = [catalogue.platform for catalogue in catalogues]
    platform = platform_called(ask.platform, platforms)
    if ask.platform and platform is None:
        return unknown_platform(ask.platform, platforms)
    assert platform_key(ask.words) is None
    places = [one for one in catalogues if platform in {None, one.platform}]
    answer = answer_for(resolve(ask.words, places, ask.wish))
    for guess in answer.guesses:
        assert_keeps(guess.target, ask.wish, catalogues)
    return answer


def assert_keeps(exact, wish, catalogues):
    """Assert that a button gives just what it carries, the wish with it where that can be had."""
    assert resolve_exact(exact, catalogues).target.exact == exact
    has_revisions = {one.platform: one.has_revisions for one in catalogues}
    assert exact.wish == (wish if has_revisions[exact.platform] else None)


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
def test_every_line_gets_an_answer_that_slack_can_show(company, cloud, line):
    assert_usable(answer_to_line(line, [company, cloud]))


@pytest.mark.parametrize("seed", range(12))
def test_eight_hundred_lines_of_chance_get_answers_that_slack_can_show(company, cloud, seed):
    chance = random.Random(seed)
    for _ in range(800):
        pieces = [
            chance.choice((" ", chance.choice(FRAGMENTS), chr(chance.randrange(0x30000))))
            for _ in range(chance.randrange(20))
        ]
        assert_usable(answer_to_line("".join(pieces), [company, cloud]))


NAMES = st.text(max_size=60).filter(fold)


@settings(QUICK, max_examples=100)
@given(application=NAMES, environment=NAMES, words=st.lists(st.text(max_size=20), max_size=4))
def test_every_catalogue_can_be_spoken_about(catalogue_of, application, environment, words):
    places = (environment, "Testing")
    placed = [(application * 4, (environment,))] * 2
    plain = catalogue_of(placed, places)
    able = catalogue_of(
        *(placed, places, application),
        libraries=(environment, environment),
        portfolios=(application, ""),
        has_revisions=True,
    )
    for spoken in (words, [application * 4], [environment], [application * 4, environment]):
        for wish in (None, RevisionWish(number=2**31 - 1), RevisionWish(tag=application)):
            for catalogues in ([plain], [able], [plain, able]):
                assert_usable(answer_for(resolve(spoken, catalogues, wish)))


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


WISHES = st.one_of(
    st.none(),
    st.integers(1, 2**31 - 1).map(lambda number: RevisionWish(number=number)),
    st.text(alphabet=PLAIN_LETTERS, max_size=40)
    .map(tidy)
    .filter(bool)
    .map(lambda tag: RevisionWish(tag=tag)),
)
ON = st.sampled_from(["--on {}", "--on={}", "—on {}", "\u2013ON={}", " --On  {} "])


@settings(QUICK, max_examples=300)
@given(
    words=st.lists(PLAIN_NAMES, min_size=1, max_size=3),
    platform=st.none() | PLAIN_NAMES,
    wish=WISHES,
    on=ON,
    places=st.lists(st.integers(0, 3), min_size=2, max_size=2),
)
@example(words=["A"], platform="- x", wish=RevisionWish(tag="--on"), on="--on={}", places=[0, 0])
def test_what_is_written_with_flags_is_read_as_it_was_meant(words, platform, wish, on, places):
    spoken = [f'"{word}"' for word in words]
    if platform is not None:
        spoken.insert(places[0], on.format(typed(platform)))
    spoken.insert(places[1], flag_for(wish))
    read = parse(escaped(" ".join(spoken)))
    if len(words) == 1 and words[0].casefold() in {"-h", "?", "help"}:
        assert isinstance(read, Help)
    else:
        assert read.words == tuple(map(tidy, words))
        assert (read.platform, read.wish) == (tidy(platform or ""), wish)
