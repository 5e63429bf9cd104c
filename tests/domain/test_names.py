from __future__ import annotations

import pytest

from bot.domain.name_answers import answer_for
from bot.domain.names import (
    ApplicationMissing,
    EnvironmentMissing,
    Found,
    Gone,
    NotThere,
    Several,
    Unknown,
    resolve,
    resolve_exact,
)
from bot.domain.target import ExactTarget


def said(resolution):
    """Everything that a resolution shows: the text, and the labels of its buttons."""
    answer = answer_for(resolution)
    return answer.text, [guess.label for guess in answer.guesses]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("EmployeeBackoffice|Testing", "EmployeeBackoffice in Testing"),
        ("employeebackoffice|TESTING", "EmployeeBackoffice in Testing"),
        ("Employee Portal|User Acceptance", "Employee Portal in User Acceptance"),
        ("Employee|Portal|User|Acceptance", "Employee Portal in User Acceptance"),
        ("employee|portal|user|development", "Employee Portal User in Development"),
        ("O'Brien|Café|Testing", "O'Brien Café in Testing"),
        ("obrien|cafe|testing", "O'Brien Café in Testing"),
        ("O\u2019BRIEN|CAFE\u0301|testing", "O'Brien Café in Testing"),
        ("STRASSE|-|nord|testing", "Straße \u2013 Nord in Testing"),
        ("Claims|&|<Refunds>|Testing", "Claims & <Refunds> in Testing"),
        ("'Employee|Portal'|Testing", "Employee Portal in Testing"),
        ("MAIN-A1|Testing", "Employee Portal in Testing"),
        ("main-a1|main-E2", "Employee Portal in User Acceptance"),
        ("Employee|Portal|MAIN-E2", "Employee Portal in User Acceptance"),
    ],
)
def test_words_find_the_target_they_name(company, words, meant):
    resolution = resolve(words.split("|"), [company])
    assert isinstance(resolution, Found)
    assert str(resolution.target) == meant
    assert resolution.target.revision.label == "1.4.0"
    assert meant in answer_for(resolution).text


def test_the_longest_application_name_wins(catalogue_of):
    both = catalogue_of(
        [("Portal", ("User Acceptance",)), ("Portal User", ("Acceptance",))],
        ("User Acceptance", "Acceptance"),
    )
    found = resolve(["Portal", "User", "Acceptance"], [both])
    assert str(found.target) == "Portal User in Acceptance"
    found = resolve(["Portal", "User Acceptance"], [both])
    assert str(found.target) == "Portal in User Acceptance"


def test_a_name_as_it_stands_wins_over_one_that_differs_by_case(catalogue_of):
    twins = catalogue_of([("portal", ("Testing",)), ("Portal", ("Testing",))])
    assert resolve(["Portal", "Testing"], [twins]).target.application == "main-a1"
    assert resolve(["portal", "testing"], [twins]).target.application == "main-a0"
    assert isinstance(resolve(["PORTAL", "Testing"], [twins]), Several)


def test_the_same_names_on_two_platforms_are_a_choice_that_names_the_platforms(catalogue_of):
    two = [catalogue_of([("Portal", ("Testing",))], platform=name) for name in ("Iberia", "EMEA")]
    resolution = resolve(["portal", "Testing"], two)
    text, labels = said(resolution)
    assert isinstance(resolution, Several)
    assert "Portal in Testing" in text
    assert labels == ["Portal in Testing on Iberia", "Portal in Testing on EMEA"]


def test_an_application_name_that_stands_twice_is_a_choice_that_shows_the_keys(catalogue_of):
    twice = catalogue_of([("Portal", ("Testing",)), ("Portal", ("Testing",))])
    _, labels = said(resolve(["Portal", "Testing"], [twice]))
    assert labels == ["Portal in Testing (main-a0/main-e1)", "Portal in Testing (main-a1/main-e1)"]


def test_an_environment_name_that_stands_twice_is_a_choice(catalogue_of):
    twice = catalogue_of([("Portal", ("Testing",))], ("Testing", "Testing"))
    resolution = resolve(["Portal", "Testing"], [twice])
    assert [target.environment.key for target in resolution.targets] == ["main-e0", "main-e1"]


def test_of_two_applications_with_one_name_the_one_that_runs_there_is_found(catalogue_of):
    twice = catalogue_of([("Portal", ("Development",)), ("Portal", ("Testing",))])
    assert resolve(["Portal", "Testing"], [twice]).target.application == "main-a1"


def test_more_choices_than_buttons_are_counted(catalogue_of):
    many = catalogue_of([("Portal", ("Testing",))] * 30)
    text, labels = said(resolve(["Portal", "Testing"], [many]))
    assert text.startswith("30 things")
    assert len(labels) == len(set(labels)) == 10


def test_an_application_that_is_not_there_says_where_it_is(company):
    resolution = resolve(["employeebackoffice", "production"], [company])
    text, labels = said(resolution)
    assert isinstance(resolution, NotThere)
    assert "EmployeeBackoffice does not run in Production" in text
    assert "It runs in Development and Testing." in text
    assert labels == ["EmployeeBackoffice in Development", "EmployeeBackoffice in Testing"]


def test_an_environment_of_another_platform_is_not_where_the_application_is(catalogue_of):
    here = catalogue_of([("Portal", ("Testing",))], ("Testing",), platform="here")
    there = catalogue_of([], ("Staging",), platform="there")
    text, labels = said(resolve(["Portal", "Staging"], [here, there]))
    assert "Portal does not run in Staging" in text
    assert labels == ["Portal in Testing"]


@pytest.mark.parametrize("words", [["Orphan", "Testing"], ["Orphan"]])
def test_an_application_that_runs_nowhere_is_said_to(company, words):
    text, labels = said(resolve(words, [company]))
    assert "It runs in no environment" in text
    assert labels == []


@pytest.mark.parametrize("words", [["Employee Portal"], ["employee", "portal"], ["main-a1"]])
def test_an_application_alone_is_answered_with_where_it_runs(company, words):
    resolution = resolve(words, [company])
    text, labels = said(resolution)
    assert isinstance(resolution, EnvironmentMissing)
    assert "Employee Portal from which environment?" in text
    assert len(labels) == 4


def test_an_environment_alone_asks_for_the_application(company):
    resolution = resolve(["user", "acceptance"], [company])
    assert isinstance(resolution, ApplicationMissing)
    assert "`/sast-source APPLICATION User Acceptance`" in answer_for(resolution).text


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("EmployeeBackofifce|Testing", "EmployeeBackoffice in Testing"),  # swapped letters
        ("EmployeBackoffice|Testing", "EmployeeBackoffice in Testing"),  # missing letter
        ("EmployeePortal|UserAcceptance", "Employee Portal in User Acceptance"),  # missing space
        ("Employee|Portall|User|Acceptence", "Employee Portal in User Acceptance"),
        ("EmployeeBack|Testing", "EmployeeBackoffice in Testing"),  # prefix
        ("EmployeeBackoffice|Tst", "EmployeeBackoffice in Testing"),
        ("EmployeeBackoffice|in|Testing", "EmployeeBackoffice in Testing"),
        ("Testing|EmployeeBackoffice", "EmployeeBackoffice in Testing"),  # turned round
        ("User|Acceptance|Employee|Portal", "Employee Portal in User Acceptance"),
        ("EmployeeBackoffice Testing", "EmployeeBackoffice in Testing"),  # one quotation
    ],
)
def test_what_is_nearly_a_name_is_suggested_first(company, words, first):
    resolution = resolve(words.split("|"), [company])
    text, labels = said(resolution)
    assert isinstance(resolution, Unknown)
    assert labels[0] == first
    assert 1 <= len(labels) <= 5
    assert "Did you mean" in text


def test_a_misspelt_application_alone_is_suggested_where_it_runs(company):
    _, labels = said(resolve(["EmployeeBackofice"], [company]))
    assert labels[:2] == ["EmployeeBackoffice in Development", "EmployeeBackoffice in Testing"]


def test_every_suggestion_exists(company):
    resolution = resolve(["EmployeeBackofice", "Production"], [company])
    for target in resolution.guesses:
        assert resolve_exact(target.exact, [company]) == Found(target=target)


def test_words_that_resemble_nothing_are_answered_with_the_environments(company):
    text, labels = said(resolve(["xyzzy", "plugh"], [company]))
    assert "“xyzzy plugh”" in text
    assert "Development, Testing, User Acceptance and Production" in text
    assert labels == []


def test_without_any_catalogue_the_answer_says_that_nothing_is_known():
    assert "sast-source doctor" in said(resolve(["Portal", "Testing"], []))[0]


def test_a_button_finds_its_target_by_keys(company):
    exact = ExactTarget(platform="main", environment="main-e1", application="main-a0")
    assert str(resolve_exact(exact, [company]).target) == "EmployeeBackoffice in Testing"


def test_a_button_finds_an_application_that_goes_by_another_name_elsewhere(catalogue_of):
    renamed = catalogue_of([("Portal", ("Testing",)), ("Old Portal", ("Production",))])
    new, old = renamed.applications
    alike = (new, old.model_copy(update={"key": new.key}))
    renamed = renamed.model_copy(update={"applications": alike})
    target = resolve(["Old Portal", "Production"], [renamed]).target
    assert target.application == new.key
    assert resolve_exact(target.exact, [renamed]) == Found(target=target)


def test_a_button_for_what_has_moved_says_where_it_is_now(company):
    exact = ExactTarget(platform="main", environment="main-e3", application="main-a0")
    resolution = resolve_exact(exact, [company])
    assert isinstance(resolution, NotThere)
    assert len(resolution.runs_in) == 2


@pytest.mark.parametrize(
    ("platform", "environment", "application"),
    [
        ("main", "main-e1", "deleted"),
        ("main", "deleted", "main-a0"),
        ("removed", "main-e1", "main-a0"),
    ],
)
def test_a_button_for_what_is_gone_says_so(company, platform, environment, application):
    exact = ExactTarget(platform=platform, environment=environment, application=application)
    resolution = resolve_exact(exact, [company])
    assert resolution == Gone(platform=platform)
    assert f"{platform} no longer has" in answer_for(resolution).text


def test_names_of_255_characters_leave_the_environment_readable_on_the_button(catalogue_of):
    long = catalogue_of([("A" * 254 + "1", ("Testing",)), ("A" * 254 + "2", ("Testing",))])
    text, labels = said(resolve(["a" * 254, "Testing"], [long]))
    assert len(text) < 300
    assert all(len(label) <= 75 and " in Testing" in label for label in labels)
    assert len(set(labels)) == 2
