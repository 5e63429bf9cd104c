from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.polling import PollPolicy

POLICY = PollPolicy(
    first=timedelta(seconds=2),
    later=timedelta(seconds=10),
    fast_for=timedelta(seconds=30),
    deadline=timedelta(minutes=5),
)


@pytest.mark.parametrize(("elapsed", "wait"), [(0, 2), (29.9, 2), (30, 10), (4_000, 10)])
def test_the_platform_is_asked_often_at_first_and_then_seldom(elapsed, wait):
    assert POLICY.interval(timedelta(seconds=elapsed)) == timedelta(seconds=wait)


@pytest.mark.parametrize(("elapsed", "is_over"), [(0, False), (299.9, False), (300, True)])
def test_the_deadline_itself_is_too_late(elapsed, is_over):
    assert POLICY.has_run_out(timedelta(seconds=elapsed)) is is_over


def test_by_default_a_platform_has_an_hour():
    assert not PollPolicy().has_run_out(timedelta(minutes=59))
    assert PollPolicy().has_run_out(timedelta(hours=1))
