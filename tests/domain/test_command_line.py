from __future__ import annotations

import pytest

from bot.domain.command_line import TOO_LONG, Ask, Help, Usage, answer_to, parse


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("EmployeeBackoffice Testing", ("EmployeeBackoffice", "Testing")),
        ("  Employee\u00a0Portal \t Testing\n", ("Employee", "Portal", "Testing")),
        ('"Employee Portal" Testing', ("Employee Portal", "Testing")),
        ("“Employee Portal” „User Acceptance“", ("Employee Portal", "User Acceptance")),
        ("« Employee Portal » Testing", ("Employee Portal", "Testing")),
        ("O'Brien Café Testing", ("O'Brien", "Café", "Testing")),
        ("O\u2019Brien Café Testing", ("O'Brien", "Café", "Testing")),
        ("O\u00b4Brien Testing", ("O'Brien", "Testing")),
        ("Employee\u200bPortal\ufeff Test\u00ading", ("EmployeePortal", "Testing")),
        ("Emp\x00loyee\x07 Test\x7fing", ("Employee", "Testing")),
        ("\ud800Portal Testing", ("Portal", "Testing")),
        ("Claims &amp; &lt;Refunds&gt; Testing", ("Claims", "&", "<Refunds>", "Testing")),
        ("Literal&amp;lt; Testing", ("Literal&lt;", "Testing")),
        ("<@U012AB3CD|employee> Testing", ("employee", "Testing")),
        ("<@U012AB3CD> Testing", ("U012AB3CD", "Testing")),
        ("<#C012AB3CD|portal> <#C0PRIVATE|>", ("portal", "C0PRIVATE")),
        ("<http://app.example.com|app.example.com> Testing", ("app.example.com", "Testing")),
        ('"" Portal "" Testing', ("Portal", "Testing")),
        ('Employee" "Portal Testing', ("Employee Portal", "Testing")),
        ('"--odd" Testing', ("--odd", "Testing")),
        ("Straße \u2013 Nord Testing", ("Straße", "\u2013", "Nord", "Testing")),
        ("North—South Testing", ("North—South", "Testing")),
        ("help Testing", ("help", "Testing")),
        ("\uff30ortal Testing", ("Portal", "Testing")),
        ("🚀 Testing", ("🚀", "Testing")),
    ],
)
def test_a_line_is_read_as_people_mean_it(typed, words):
    assert parse(typed) == Ask(words=words)


@pytest.mark.parametrize(
    "typed", ["help", " HELP ", "--help", "—help", "Portal --Help", "-h", "?", "“help”"]
)
def test_help_can_be_asked_for_in_every_usual_way(typed):
    assert parse(typed) == Help()


@pytest.mark.parametrize("typed", ["", "   ", '""', "\u200b", "\x00\x01", "“ ”"])
def test_an_empty_line_is_answered_with_what_to_say(typed):
    assert "which application" in parse(typed).problem


@pytest.mark.parametrize("typed", ['"Employee Portal Testing', "“Employee", 'a "b" "c', '"'])
def test_an_unbalanced_quotation_is_said_to_be_one(typed):
    assert "no partner" in parse(typed).problem


@pytest.mark.parametrize("typed", ["Portal Testing --rev 7", "Portal Testing —rev 7", "\u2013rev"])
def test_an_unknown_flag_is_named(typed):
    problem = parse(typed).problem
    assert "`--rev`" in problem
    assert "`--help`" in problem


def test_a_line_of_4000_characters_is_refused_and_a_shorter_one_is_read():
    assert "4,000" in parse("a" * TOO_LONG).problem
    assert "4,000" in parse("ﷺ" * (TOO_LONG - 1)).problem
    assert parse("a" * (TOO_LONG - 1)) == Ask(words=("a" * (TOO_LONG - 1),))


def test_usage_shows_the_problem_and_a_line_to_copy():
    text = answer_to(Usage(problem="It cannot be read.")).text
    assert text.startswith("It cannot be read.")
    assert "/sast-source EmployeeBackoffice Testing" in text
