"""How clicks are answered: acknowledged empty, then told privately, once."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.answers import Answer
from bot.errors import RequestRefused
from bot.sandbox.slack import Fault
from bot.slack.actions import Action


class Stops:
    """A service that stops whatever it is asked to stop."""

    async def cancel(self, asker, retrieval):
        return Answer(text=f"Cancelling {retrieval} for {asker.user}.")


class Refuses:
    """A service that stops nothing."""

    async def cancel(self, *_):
        raise RequestRefused("It has ended already.")


def answers(slack):
    return [call for call in slack.calls if call.method == "response_url"]


@pytest.mark.parametrize(
    ("service", "said"), [(Stops(), "Cancelling r-1 for {}."), (Refuses(), "It has ended already.")]
)
async def test_a_click_is_answered_privately(slack, serve, card, service, said):
    await serve(service)

    outcome = await slack.click("ada", card, Action.CANCEL)
    [answer] = await slack.wait_until(lambda: slack.ephemerals("ada"))

    assert outcome.error is None
    assert answer.text == said.format(slack.user("ada").id)
    assert card in slack.messages("releases")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "http_500"])
async def test_the_answer_to_a_click_is_sent_once_and_counted(slack, serve, card, outcomes, kind):
    await serve(Stops())
    slack.inject(Fault("response_url", kind, times=1))

    await slack.click("ada", card, Action.CANCEL)
    async with asyncio.timeout(10):
        while (observed := await outcomes.get())[0] != "response_url":
            continue

    assert observed[1] != "ok"
    assert len(answers(slack)) == 1
    assert outcomes.empty()


async def test_a_click_is_acknowledged_before_it_is_answered(slack, serve, card):
    await serve(Stops())
    slack.knobs.delays["response_url"] = 10 * 40.0  # much longer than Slack waits

    outcome = await slack.click("ada", card, Action.CANCEL)

    assert outcome.error is None
    assert slack.ephemerals("ada") == []
