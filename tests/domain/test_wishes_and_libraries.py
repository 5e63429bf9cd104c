"""Names where there are revisions to choose, and applications that run in no environment."""

from __future__ import annotations

import pytest

from bot.domain.name_answers import answer_for
from bot.domain.names import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    Gone,
    NoRevisions,
    NotThere,
    Several,
    Unknown,
    resolve,
    resolve_exact,
)
from bot.domain.target import ExactTarget, Revision, RevisionWish

TWELVE = RevisionWish(number=12)


def said(resolution):
    """Everything that a resolution shows: the text, and the labels of its buttons."""
    answer = answer_for(resolution)
    return answer.text, [guess.label for guess in answer.guesses]


def wishes(resolution):
    return {guess.target.wish for guess in answer_for(resolution).guesses}


@pytest.mark.parametrize("words", [["Currency Formatting"], ["currency", "FORMATTING"]])
def test_a_library_is_found_by_its_name_alone_in_its_latest_revision(company, cloud, words):
    target = resolve(words, [company, cloud]).target
    assert (target.platform, target.environment) == ("cloud", None)
    assert target.revision == Revision(number=7, label="1.2.0")
    assert "Currency Formatting on cloud." in said(Found(target=target))[0]


@pytest.mark.parametrize("wish", [TWELVE, RevisionWish(tag="1.1.0")])
@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["Currency Formatting"], None),
        (["EmployeeBackoffice"], None),
        (["Shelved"], None),
        (["cloud-a0"], None),
        (["EmployeeBackoffice", "Testing"], "cloud-e1"),
    ],
)
def test_a_wish_finds_any_application_with_or_without_an_environment(
    company, cloud, words, environment, wish
):
    target = resolve(words, [company, cloud], wish).target
    assert (target.environment.key if target.environment else None) == environment
    assert target.platform == "cloud"
    assert target.wish == wish
    assert target.revision == Revision()  # known when the platform has described it


def test_a_library_with_an_environment_behind_it_is_offered_without_one(cloud):
    resolution = resolve(["Currency", "Formatting", "Testing"], [cloud])
    text, labels = said(resolution)
    assert text == ("Currency Formatting is not deployed to environments: ask for it without one.")
    assert labels == ["Currency Formatting"]
    (guess,) = answer_for(resolution).guesses
    assert resolve_exact(guess.target, [cloud]) == resolve(["Currency Formatting"], [cloud])


def test_a_library_with_an_environment_keeps_the_wish(cloud):
    resolution = resolve(["Currency Formatting", "Testing"], [cloud], TWELVE)
    assert said(resolution)[1] == ["Currency Formatting, revision 12"]
    assert wishes(resolution) == {TWELVE}


def test_a_wish_where_the_application_does_not_run_is_offered_where_it_can_be_had(cloud):
    resolution = resolve(["EmployeeBackoffice", "Production"], [cloud], TWELVE)
    text, labels = said(resolution)
    assert isinstance(resolution, NotThere)
    assert "does not run in Production. It runs in Development and Testing." in text
    assert "It can also be had without an environment." in text
    assert labels == [
        "EmployeeBackoffice, revision 12",
        "EmployeeBackoffice in Development, revision 12",
        "EmployeeBackoffice in Testing, revision 12",
    ]
    assert wishes(resolution) == {TWELVE}


def test_a_wish_only_platforms_without_revisions_could_grant_is_answered_with_what_they_give(
    company, cloud
):
    for words in (["Employee Portal"], ["Employee Portal", "Testing"], ["employee portal", "QA"]):
        resolution = resolve(words, [company], TWELVE)
        assert isinstance(resolution, NoRevisions)
    resolution = resolve(["Employee Portal"], [company, cloud], TWELVE)
    text, labels = said(resolution)
    assert text == (
        "main has no revisions to choose: it gives what runs in an environment. "
        "Ask for Employee Portal in an environment."
    )
    assert labels[1] == "Employee Portal in Testing"
    assert wishes(resolution) == {None}
    assert resolution.platforms == ("main",)


def test_where_an_environment_was_named_too_it_is_offered_without_the_wish(company, cloud):
    resolution = resolve(["O'Brien Café", "Testing"], [company, cloud], TWELVE)
    assert said(resolution)[1] == ["O'Brien Café in Testing"]


def test_an_application_that_runs_nowhere_has_no_revision_either(company):
    text, labels = said(resolve(["Orphan"], [company], TWELVE))
    assert "main has no revisions to choose" in text
    assert "Orphan runs in none" in text
    assert labels == []


def test_two_platforms_without_revisions_are_both_named(catalogue_of):
    two = [catalogue_of([("Portal", ("Testing",))], platform=name) for name in ("Iberia", "EMEA")]
    resolution = resolve(["Portal"], two, TWELVE)
    assert resolution.platforms == ("Iberia", "EMEA")
    assert said(resolution)[0].startswith("Iberia and EMEA have no revisions to choose: they give")


def test_a_misspelt_name_with_a_wish_that_nobody_can_grant_is_told_both(company):
    text, labels = said(resolve(["EmployeeBackofice"], [company], TWELVE))
    assert "main has no revisions to choose" in text
    assert "Did you mean" in text
    assert labels[0] == "EmployeeBackoffice in Development"
    assert said(resolve(["xyzzy"], [company], TWELVE))[1] == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["EmployeeBackofice"], "EmployeeBackoffice, revision 12"),
        (["EmployeeBackofice", "Testing"], "EmployeeBackoffice in Testing, revision 12"),
        (["Testing", "EmployeeBackoffice"], "EmployeeBackoffice in Testing, revision 12"),
        (["EmployeeBackoffice Testing"], "EmployeeBackoffice in Testing, revision 12"),
        (["Curency", "Formating"], "Currency Formatting, revision 12"),
    ],
)
def test_did_you_mean_keeps_the_wish(company, cloud, words, first):
    resolution = resolve(words, [company, cloud], TWELVE)
    assert isinstance(resolution, Unknown)
    assert said(resolution)[1][0] == first
    assert wishes(resolution) == {TWELVE}
    for guess in answer_for(resolution).guesses:
        assert resolve_exact(guess.target, [company, cloud]).target.exact == guess.target


def test_a_misspelt_library_is_suggested(cloud):
    text, labels = said(resolve(["Curency", "Formating"], [cloud]))
    assert "Did you mean" in text
    assert labels[0] == "Currency Formatting"


def test_an_application_alone_is_told_of_revisions_only_where_there_are_some(company, cloud):
    resolution = resolve(["Claims Intake"], [company, cloud])
    assert isinstance(resolution, EnvironmentMissing)
    assert '`/sast-source "Claims Intake" --revision N`' in said(resolution)[0]
    assert "--revision" not in said(resolve(["Employee Portal"], [company, cloud]))[0]


def test_an_environment_alone_asks_for_the_application_and_keeps_the_wish(company, cloud):
    resolution = resolve(["Testing"], [company, cloud], RevisionWish(tag="release 4"))
    assert isinstance(resolution, ApplicationMissing)
    assert '`/sast-source APPLICATION Testing --tag "release 4"`' in said(resolution)[0]


def test_a_library_and_an_application_of_one_name_are_a_choice(catalogue_of):
    here = catalogue_of([("Portal", ("Testing",))], platform="here")
    there = catalogue_of([], platform="there", libraries=("Portal",), has_revisions=True)
    resolution = resolve(["Portal"], [here, there])
    text, labels = said(resolution)
    assert isinstance(resolution, Several)
    assert "--on NAME" in text
    assert labels == ["Portal on there", "Portal in Testing on here"]
    assert resolve(["Portal"], [here, there], TWELVE).target.platform == "there"
    assert resolve(["Portal", "Testing"], [here, there]).target.platform == "here"


def test_a_library_as_it_is_written_wins_over_one_that_differs_by_case(catalogue_of):
    two = [catalogue_of([], platform=name, libraries=(name,)) for name in ("Dates", "DATES")]
    assert resolve(["DATES"], two).target.platform == "DATES"
    assert isinstance(resolve(["dates"], two), Several)


def test_a_library_named_in_words_that_are_also_an_application_and_a_place_needs_quotes(
    catalogue_of,
):
    both = catalogue_of([("Date", ("Testing",))], libraries=("Date Testing",))
    assert str(resolve(["Date", "Testing"], [both]).target) == "Date in Testing"
    assert str(resolve(["Date Testing"], [both]).target) == "Date Testing"


@pytest.mark.parametrize(
    ("environment", "application", "wish", "found"),
    [
        (None, "cloud-a3", None, "Currency Formatting"),
        (None, "cloud-a3", TWELVE, "Currency Formatting, revision 12"),
        (None, "cloud-a0", TWELVE, "EmployeeBackoffice, revision 12"),
        ("cloud-e1", "cloud-a0", TWELVE, "EmployeeBackoffice in Testing, revision 12"),
        (None, "cloud-a0", RevisionWish(build="b1"), "EmployeeBackoffice, build b1"),
    ],
)
def test_a_button_finds_its_target_with_its_wish(cloud, environment, application, wish, found):
    exact = ExactTarget(
        platform="cloud", environment=environment, application=application, wish=wish
    )
    resolution = resolve_exact(exact, [cloud])
    assert str(resolution.target) == found
    assert resolution.target.exact == exact


def test_a_button_whose_wish_cannot_be_granted_says_so(company):
    exact = ExactTarget(platform="main", environment=None, application="main-a0", wish=TWELVE)
    resolution = resolve_exact(exact, [company])
    assert isinstance(resolution, NoRevisions)
    assert "EmployeeBackoffice in Testing" in said(resolution)[1]


def test_a_button_for_a_library_that_is_gone_says_so(cloud):
    exact = ExactTarget(platform="cloud", environment=None, application="cloud-a9")
    assert resolve_exact(exact, [cloud]) == Gone(platform="cloud")


def test_a_button_without_environment_for_what_needs_one_asks_for_it(company):
    exact = ExactTarget(platform="main", environment=None, application="main-a0")
    assert isinstance(resolve_exact(exact, [company]), EnvironmentMissing)


def test_a_button_for_the_latest_revision_holds_when_the_library_was_deployed_since(cloud):
    exact = ExactTarget(platform="cloud", environment=None, application="cloud-a3")
    application = cloud.applications[3].model_copy(
        update={"placements": cloud.applications[0].placements}
    )
    since = cloud.model_copy(update={"applications": (*cloud.applications[:3], application)})
    assert resolve_exact(exact, [since]).target.revision.number == 7
    assert isinstance(resolve(["Currency Formatting"], [since]), EnvironmentMissing)
