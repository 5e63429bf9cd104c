"""ODC's rate limits at default settings: much is asked for at once, and nothing is refused."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.rate_limits import bot, fetch

# A retrieval of the bot is some 35 transactions: it comes to the limit of 9 starts a minute only
# where the clock leaves it the time. `fetch` keeps no database, so it may have a faster clock. A
# late loop makes either slower and never brings a 429 about, since a request counts until a minute
# after its answer.
BOT_SPEED, FETCH_SPEED = 8, 80
DEADLINE = 45  # seconds of the clock for a packaging; the last waits for its start longer than that


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Play both at once, since the bot waits most of the time."""
    folder = tmp_path_factory.mktemp("state")

    async def play():
        async with asyncio.TaskGroup() as group:
            return (
                group.create_task(fetch(200, FETCH_SPEED, folder / "out")),
                group.create_task(bot(20, BOT_SPEED, folder, deadline=DEADLINE)),
            )

    with asyncio.Runner() as runner:
        return [task.result() for task in runner.run(play())]


def test_two_hundred_that_are_asked_for_at_once_all_end_without_one_429(played):
    fetched, _ = played
    assert fetched.links == fetched.packagings == 200
    assert fetched.refused == 0
    assert fetched.packagings_doubled == 0
    assert fetched.most_a_minute <= 90
    assert fetched.most_starts_a_minute == 9
    assert fetched.told_their_place > 100


def test_the_cards_of_those_who_wait_for_the_limit_tell_their_place_and_all_get_links(played):
    _, served = played
    assert served.links == served.packagings == 20
    assert served.refused == 0
    assert served.packagings_doubled == 0
    assert served.most_a_minute <= 90
    assert served.most_starts_a_minute == 9
    assert served.told_their_place >= 1  # Slack lets 50 cards a minute be drawn anew


def test_waiting_for_the_limit_does_not_count_against_the_deadline(played):
    _, served = played
    assert served.longest_wait > DEADLINE
    assert served.links == 20
