"""What a person sees when something breaks while their request is read."""

from __future__ import annotations

import pytest

from bot.sandbox.slack import Fault
from bot.slack.actions import Action


async def test_a_command_that_breaks_is_answered_with_a_reference(slack, serve, broken):
    await serve(broken)

    outcome = await slack.slash_command("ada", "releases", "/sast-source", "Portal Testing")

    assert outcome.error is None
    assert "could not be finished" in outcome.text
    assert "reference" in outcome.text
    assert [m.text for m in slack.ephemerals("ada")] == [outcome.text]


async def test_a_click_that_breaks_is_answered_privately_and_the_card_stays(
    slack, serve, broken, card
):
    await serve(broken)
    before = card.text

    outcome = await slack.click("ada", card, Action.CANCEL)
    [answer] = await slack.wait_until(lambda: slack.ephemerals("ada"))

    assert outcome.error is None
    assert "could not be finished" in answer.text
    assert [m.text for m in slack.messages("releases") if m.ephemeral_to is None] == [before]


@pytest.mark.parametrize("kind", ["drop_after", "http_500"])
async def test_a_click_that_breaks_is_acknowledged_even_where_its_answer_gets_lost(
    slack, serve, broken, card, kind
):
    await serve(broken)
    slack.inject(Fault("response_url", kind, times=None))

    outcome = await slack.click("ada", card, Action.CANCEL)
    await slack.wait_until(lambda: [c for c in slack.calls if c.method == "response_url"])

    assert outcome.error is None
