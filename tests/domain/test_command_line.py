from __future__ import annotations

import pytest

from bot.domain.command_line import TOO_LONG, Ask, Help, Usage, answer_to, flag_for, parse
from bot.domain.target import RevisionWish


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


WORDS = ("EmployeeBackoffice", "Testing")


@pytest.mark.parametrize(
    "typed",
    [
        "EmployeeBackoffice Testing --on Cloud",
        "EmployeeBackoffice --on Cloud Testing",
        "--on Cloud EmployeeBackoffice Testing",
        "--on=Cloud EmployeeBackoffice Testing",
        'EmployeeBackoffice Testing --on="Cloud"',
        "EmployeeBackoffice Testing —on „Cloud“",
        "EmployeeBackoffice Testing \u2013ON Cloud",
    ],
)
def test_a_platform_can_be_named_anywhere_in_the_line(typed):
    assert parse(typed) == Ask(words=WORDS, platform="Cloud")


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("--revision 12", RevisionWish(number=12)),
        ("--revision=12", RevisionWish(number=12)),
        ("—Revision “12”", RevisionWish(number=12)),
        ("--revision 0012", RevisionWish(number=12)),
        ("--revision \uff11\uff12", RevisionWish(number=12)),
        ("--revision 2147483647", RevisionWish(number=2_147_483_647)),
        ("--tag 1.4.0", RevisionWish(tag="1.4.0")),
        ("--tag=1.4.0", RevisionWish(tag="1.4.0")),
        ('--tag "release 4"', RevisionWish(tag="release 4")),
        ('--tag="release 4"', RevisionWish(tag="release 4")),
        ("--tag=a=b", RevisionWish(tag="a=b")),
        ('--tag "--odd"', RevisionWish(tag="--odd")),
        ("--tag -1", RevisionWish(tag="-1")),
        ("--tag help", RevisionWish(tag="help")),
    ],
)
def test_a_revision_can_be_wished_for(typed, wish):
    assert parse(f"EmployeeBackoffice {typed} Testing") == Ask(words=WORDS, wish=wish)
    assert parse(f"EmployeeBackoffice Testing {typed}") == Ask(words=WORDS, wish=wish)


def test_a_platform_and_a_wish_stand_together():
    read = parse('Currency Formatting --tag 1.2.0 --on "The Cloud"')
    wish = RevisionWish(tag="1.2.0")
    assert read == Ask(words=("Currency", "Formatting"), platform="The Cloud", wish=wish)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Portal --on", "`--on` needs a value"),
        ("Portal --on=", "`--on` needs a value"),
        ('Portal --on ""', "`--on` needs a value"),
        ("Portal --on --revision 3", "`--on` needs a value"),
        ("Portal --tag —revision 3", "`--tag` needs a value"),
        ("Portal --revision", "`--revision N`"),
        ("Portal --revision 0", "not “0”"),
        ("Portal --revision -3", "not “-3”"),
        ("Portal --revision 1.4", "For a version, use `--tag`"),
        ("Portal --revision twelve", "not “twelve”"),
        ("Portal --revision ٣", "not “٣”"),
        ("Portal --revision 2147483648", "not “2147483648”"),
        (f"Portal --revision {'9' * 3_900}", "the number of a revision"),
        (f"Portal --tag {'9' * 101}", "100 characters"),
        ("Portal --on A --on B", "`--on` stands there twice"),
        ("Portal --revision 1 —REVISION=1", "`--revision` stands there twice"),
        ("Portal --revision 1 --tag 1.4.0", "Say only one of them"),
        ("Portal --in Testing", "no option `--in`"),
        ("--on Cloud", "Say which application too"),
        ("--revision 12", "Say which application too"),
    ],
)
def test_flags_that_cannot_be_read_are_answered_with_what_to_write(typed, said):
    read = parse(typed)
    assert said in read.problem
    assert isinstance(parse(read.example.removeprefix("/sast-source ")), Ask)
    assert read.example in answer_to(read).text


def test_an_unknown_flag_is_answered_with_all_that_there_are():
    problem = parse("Portal --rev 7").problem
    assert "Known: `--on NAME`, `--revision N`, `--tag TAG`, `--help`." in problem


@pytest.mark.parametrize("typed", ["--on --help", "Portal --rev 7 —help", "help --on Cloud"])
def test_help_is_given_whatever_else_the_line_holds(typed):
    assert parse(typed) == Help()


@pytest.mark.parametrize("wish", [RevisionWish(number=12), RevisionWish(tag="release —4")])
def test_a_wish_that_is_written_is_read_as_it_was(wish):
    assert parse(f"Portal{flag_for(wish)}").wish == wish


@pytest.mark.parametrize("wish", [None, RevisionWish(build="b1")])
def test_no_flag_stands_for_no_wish_or_a_build(wish):
    assert flag_for(wish) == ""
