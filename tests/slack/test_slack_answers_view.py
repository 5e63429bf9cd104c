"""What only the person who asked reads."""

from __future__ import annotations

from bot.domain.answers import Answer, AnswerKind, Guess
from bot.domain.target import ExactTarget
from bot.errors import RequestRefused
from bot.slack.actions import decode_retrieval
from bot.slack.answers_view import answer_message, refusal_message
from bot.slack.help_view import help_message
from tests.slack.reading import buttons


def test_an_answer_offers_its_guesses_as_buttons(snapshot):
    exact = ExactTarget(platform="lifetime", environment="env-1", application="app-1")
    guesses = (
        Guess(label="EmployeeBackoffice in Testing", target=exact),
        Guess(label="EmployeePortal in Testing", target=exact),
    )
    answer = Answer(
        kind=AnswerKind.USAGE, text="Did you mean one of these?", guesses=guesses, reference="ab12"
    )

    assert answer_message(answer).body() == snapshot


def test_guesses_too_long_for_a_button_keep_what_tells_them_apart():
    exact = ExactTarget(platform="odc", environment=None, application="app-1")
    guesses = [
        Guess(label=f"{'Currency Formatting ' * 5} in Testing ({portfolio})", target=exact)
        for portfolio in ("Retail", "Wholesale")
    ]
    blocks = answer_message(Answer(text="Which one?", guesses=guesses)).body()["blocks"]
    labels = [block["elements"][0]["text"]["text"] for block in blocks[1:]]

    assert [label[-11:] for label in labels] == ["ng (Retail)", "(Wholesale)"]
    assert all(len(label) <= 75 for label in labels)


def test_an_answer_may_name_a_person_and_hold_lines():
    message = refusal_message(RequestRefused("Only <@U0ADA> can do that.\nAsk <!here> & then."))

    assert message.text == "Only <@U0ADA> can do that.\nAsk &lt;!here&gt; &amp; then."


def test_an_answer_about_a_retrieval_offers_to_try_again():
    message = answer_message(
        Answer(kind=AnswerKind.ERROR, text="Something broke.", reference="ab12", retrieval="r-1")
    )

    assert buttons(message) == {"retrieval.retry": "Retry"}
    [row] = [block for block in message.body()["blocks"] if block["type"] == "actions"]
    assert decode_retrieval(row["elements"][0]["value"]) == "r-1"


def test_the_help_explains_itself(snapshot):
    assert help_message().body() == snapshot
