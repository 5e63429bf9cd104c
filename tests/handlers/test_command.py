"""What a typed line asks the service for."""

from __future__ import annotations

import pytest

from bot.domain.answers import Answer
from bot.domain.target import RevisionWish


class Notes:
    """A service that notes what it is asked for."""

    def __init__(self):
        self.asked = []

    async def request(self, asker, **what):
        self.asked.append((asker.user, what))
        return Answer(text="Noted.")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (
            "EmployeeBackoffice Testing",
            {"words": ("EmployeeBackoffice", "Testing"), "platform": "", "wish": None},
        ),
        (
            '"Currency Formatting" --tag 1.2.0 --on odc',
            {
                "words": ("Currency Formatting",),
                "platform": "odc",
                "wish": RevisionWish(tag="1.2.0"),
            },
        ),
        (
            "--revision=12 EmployeeBackoffice",
            {"words": ("EmployeeBackoffice",), "platform": "", "wish": RevisionWish(number=12)},
        ),
    ],
)
async def test_a_line_passes_its_words_and_its_options_on(slack, serve, line, asked):
    notes = Notes()
    await serve(notes)

    outcome = await slack.slash_command("ada", "releases", "/sast-source", line)

    assert outcome.text == "Noted."
    assert notes.asked == [(slack.user("ada").id, asked)]


@pytest.mark.parametrize(
    ("line", "said"), [("help", "--revision 9"), ("Portal --tag", "/sast-source help")]
)
async def test_help_and_lines_that_cannot_be_read_ask_for_nothing(slack, serve, line, said):
    notes = Notes()
    await serve(notes)

    await slack.slash_command("ada", "releases", "/sast-source", line)

    [answer] = slack.ephemerals("ada")
    assert said in str(answer.blocks)
    assert notes.asked == []
