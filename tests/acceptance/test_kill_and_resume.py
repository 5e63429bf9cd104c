"""The real process, `kill -9` at random moments: nothing lost, nothing doubled."""

from __future__ import annotations

import pytest

from benchmarks.kill_and_resume import run


@pytest.mark.parametrize("drop", [0.0, 0.15], ids=["answers arrive", "15 % of answers dropped"])
async def test_killing_the_process_loses_no_retrieval_and_doubles_no_post(tmp_path, drop):
    outcome = await run(10, 5, tmp_path, seed=20, drop=drop)

    log = (tmp_path / "bot.log").read_text(encoding="utf-8")
    assert outcome.kills == 5
    assert outcome.lost == 0, log[-3000:]
    assert outcome.doubled == 0, log[-3000:]
    assert outcome.holds, str(outcome)
    assert "Traceback" not in log
    assert outcome.status_after_sigterm == 0
    assert outcome.seconds_to_stop < 10
