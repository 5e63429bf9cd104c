"""The same name in several places: on several platforms, or in several parts of one."""

from __future__ import annotations

import gc
import weakref

import pytest

from bot.domain.answers import AnswerKind
from bot.domain.catalogue_index import index_of
from bot.domain.name_answers import (
    BUILD_STANDS_ALONE,
    answer_for,
    guesses_for,
    unknown_platform,
)
from bot.domain.names import Several, platform_called, platform_key, resolve, resolve_exact
from bot.domain.target import RevisionWish

KEY = "be77b25f-c738-462f-8f19-7114fc4f9923"


@pytest.fixture
def parts(catalogue_of):
    """A platform of two portfolios, each with an environment called Testing."""
    return catalogue_of(
        [("Portal", ("Testing",)), ("Claims", ("main-e1",)), ("Portal", ("main-e2",))],
        ("Testing", "Testing", "Production"),
        portfolios=("Sales", "Insurance", "Sales"),
    )


def test_an_environment_of_one_name_in_two_portfolios_is_a_choice_that_names_them(parts):
    resolution = resolve(["Portal", "Testing"], [parts])
    answer = answer_for(resolution)
    assert isinstance(resolution, Several)
    assert [guess.label for guess in answer.guesses] == [
        "Portal in Testing (Sales)",
        "Portal in Testing (Insurance)",
    ]
    assert "--on" not in answer.text


def test_of_two_environments_with_one_name_the_one_where_the_application_runs_is_found(parts):
    assert resolve(["Claims", "Testing"], [parts]).target.environment.key == "main-e1"


def test_keys_stand_on_a_button_only_where_nothing_else_tells_it_apart(catalogue_of):
    twins = catalogue_of(
        [("Portal", ("Testing",)), ("Portal", ("main-e0",))],
        ("Testing", "Testing"),
        portfolios=("Sales", "Insurance"),
    )
    labels = [one.label for one in answer_for(resolve(["Portal", "Testing"], [twins])).guesses]
    assert labels == [
        "Portal in Testing (main-a0/main-e0)",
        "Portal in Testing (Insurance)",
        "Portal in Testing (main-a1/main-e0)",
    ]


def test_libraries_of_one_name_are_told_apart_by_their_keys(catalogue_of):
    twins = catalogue_of([], libraries=("Dates", "Dates"))
    labels = [one.label for one in answer_for(resolve(["Dates"], [twins])).guesses]
    assert labels == ["Dates (main-a0)", "Dates (main-a1)"]


def test_the_same_names_on_several_platforms_are_answered_with_how_to_say_which(catalogue_of):
    placed = [("Portal", ("Testing",))]
    names = ("OutSystems 11", "Cloud")
    two = [catalogue_of(placed, platform=name, has_revisions=True) for name in names]
    answer = answer_for(resolve(["Portal", "Testing"], two, RevisionWish(number=12)))
    assert "Portal in Testing (revision 12) is on OutSystems 11 and Cloud." in answer.text
    assert "`--on NAME`" in answer.text
    assert '`--on "OutSystems 11"`' in answer.text
    assert [guess.label for guess in answer.guesses] == [
        "Portal in Testing on OutSystems 11, revision 12",
        "Portal in Testing on Cloud, revision 12",
    ]


def test_more_choices_than_buttons_on_several_platforms_mention_the_flag(catalogue_of):
    many = [
        catalogue_of([("Portal", ("Testing",))] * 10, platform=name) for name in ("main", "cloud")
    ]
    answer = answer_for(resolve(["Portal", "Testing"], many))
    assert answer.text.startswith("20 things")
    assert "`--on NAME`" in answer.text


def test_a_label_keeps_something_of_every_part_that_is_long(catalogue_of):
    many = [
        catalogue_of(
            [("A" * 200 + "1", ("T" * 90,))],
            ("T" * 90, "T" * 90),
            platform=platform * 40,
            portfolios=("One" * 30, "Two" * 30),
            has_revisions=True,
        )
        for platform in "PQ"
    ]
    resolution = resolve(["A" * 200 + "1", "T" * 90], many, RevisionWish(tag="9" * 100))
    labels = [guess.label for guess in guesses_for(resolution.targets)]
    assert len(set(labels)) == 4
    for label in labels:
        assert len(label) <= 75
        assert all(part in label for part in ("AAA", " in TT", " on ", ", tag 9"))


@pytest.mark.parametrize(
    ("typed", "platform"),
    [
        ("Cloud", "Cloud"),
        ("CLOUD", "Cloud"),
        ("“Cloud”", "Cloud"),
        ("cafe\u00a0nord", "Café Nord"),
        ("main", "main"),
        ("Main", "Main"),
        ("MAIN", None),
        ("Clouds", None),
        ("", None),
        ('""', None),
    ],
)
def test_a_platform_is_called_by_its_name_but_for_case_and_accents(typed, platform):
    known = ["Cloud", "Café Nord", "main", "Main", "”"]
    assert platform_called(typed, known) == platform


def test_an_unknown_platform_is_answered_with_the_known_ones():
    answer = unknown_platform("Clod", ["Cloud", "OutSystems 11"])
    assert answer.kind is AnswerKind.USAGE
    assert "No platform is called “Clod”." in answer.text
    assert '`--on Cloud` or `--on "OutSystems 11"`' in answer.text


@pytest.mark.parametrize("known", [[], ["Cloud"]])
def test_where_there_is_no_choice_the_flag_is_to_be_left_out(known):
    assert "Leave `--on` out" in unknown_platform("x" * 3_000, known).text


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ([KEY], KEY),
        ([KEY.upper()], KEY),
        ([f"`{KEY}`", " "], KEY),
        ([KEY.replace("-", "\u2011")], KEY),
        ([f"{{{KEY.upper()}}}"], KEY),
        ([KEY.replace("-", "")], KEY),
        ([f"{{{KEY.replace('-', '')}}}"], KEY),
        ([f"{{{KEY}"], None),
        ([f"{KEY}}}"], None),
        ([KEY.replace("-", "", 1)], None),
        (["EmployeeBackoffice", KEY], None),
        ([KEY, KEY], None),
        ([KEY[:-1]], None),
        ([KEY + "0"], None),
        (["EmployeeBackoffice"], None),
        ([], None),
    ],
)
def test_a_platform_key_is_one_that_stands_in_place_of_all_names(words, key):
    assert platform_key(words) == key


@pytest.mark.parametrize("spelt", [KEY, KEY.upper(), f"{{{KEY}}}", KEY.replace("-", "")])
@pytest.mark.parametrize("given", [KEY, KEY.upper(), KEY.replace("-", "")])
def test_a_platform_key_names_an_application_however_it_is_written(catalogue_of, spelt, given):
    catalogue = catalogue_of([("Portal", ("Testing",))])
    (portal,) = catalogue.applications
    keyed = catalogue.model_copy(
        update={"applications": (portal.model_copy(update={"key": given}),)}
    )
    resolution = resolve([spelt, "Testing"], [keyed])
    assert resolution.target.application == given
    assert resolve_exact(resolution.target.exact, [keyed]) == resolution


@pytest.mark.parametrize(
    ("words", "wish", "is_told"),
    [
        ([KEY, "Testing"], None, True),
        (["Testing", f"{{{KEY}}}"], None, True),
        ([KEY], RevisionWish(number=12), True),
        ([KEY], RevisionWish(tag="1.4.0"), True),
        ([KEY], None, False),
        (["Nothing", "Testing"], RevisionWish(number=12), False),
    ],
)
def test_that_the_key_of_a_build_stands_alone_is_told(cloud, words, wish, is_told):
    answer = answer_for(resolve(words, [cloud], wish))
    assert answer.text.startswith("Nothing is called")
    assert (BUILD_STANDS_ALONE in answer.text) is is_told


def test_a_key_that_names_an_application_is_taken_for_no_build(catalogue_of):
    catalogue = catalogue_of([("Portal", ("Testing",))])
    (portal,) = catalogue.applications
    keyed = catalogue.model_copy(update={"applications": (portal.model_copy(update={"key": KEY}),)})
    assert BUILD_STANDS_ALONE not in answer_for(resolve([KEY, "Nowhere"], [keyed])).text


def test_a_catalogue_is_indexed_once_and_its_index_goes_with_it(catalogue_of):
    one, same = (catalogue_of([("Portal", ("Testing",))]) for _ in range(2))
    indexes = [weakref.ref(index_of(each)) for each in (one, same)]
    gc.collect()
    assert index_of(one) is indexes[0]()
    assert index_of(same) is not index_of(one)
    del one
    gc.collect()
    assert indexes[0]() is None
    assert index_of(same) is indexes[1]()
