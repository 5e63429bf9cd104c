"""How far a packaging is is told as it is."""

from __future__ import annotations

import json

import pytest

from bot.domain.packaging import MessageLevel, PackagingState
from bot.errors import PlatformNotFound
from tests.platforms.odc_bench import opening
from tests.platforms.wire_server import answer

READY, RUNNING, FAILED = PackagingState.READY, PackagingState.RUNNING, PackagingState.FAILED


@pytest.fixture
def status(odc_bench, described, wire):
    """Give a function that reads the report for an answer to the GET."""

    async def report(body: object):
        wire.answers = [*opening(wire.url), answer(json.dumps(body).encode())]
        cloud = odc_bench.gateway(wire.url, attempts=1)
        now = odc_bench.clock.now()
        return await cloud.packaging_report(described, described.build.key, asked_at=now)

    return report


@pytest.mark.parametrize("word", ["NotStarted", "Running", "running", " RUNNING ", None])
async def test_what_is_under_way_is_running(status, word):
    report = await status({"status": word, "uri": None, "errors": None})
    assert (report.state, report.is_known) == (RUNNING, True)


@pytest.mark.parametrize("word", ["Failed", "TimedOut", "timedout"])
@pytest.mark.parametrize("errors", [None, []])
async def test_what_fails_silently_has_failed(status, word, errors):
    report = await status({"status": word, "errors": errors})
    assert (report.state, report.is_known, report.messages) == (FAILED, True, ())
    assert report.wire_status == word


async def test_errors_are_messages_with_a_level(status):
    errors = [
        {"timestamp": "2026-08-20T10:05:00Z", "severity": "Error", "message": "It broke"},
        {"severity": "Info", "message": "By the way"},
        {"severity": "warning", "message": " Careful "},
        {"severity": None, "message": "Nobody says how bad"},
        {"severity": "Error", "message": None},
        None,
    ]
    report = await status({"status": "Failed", "errors": errors})
    assert [(each.level, each.text) for each in report.messages] == [
        (MessageLevel.ERROR, "It broke"),
        (MessageLevel.INFO, "By the way"),
        (MessageLevel.WARNING, "Careful"),
        (MessageLevel.ERROR, "Nobody says how bad"),
    ]


async def test_finished_is_ready_with_a_link_only(status):
    report = await status({"status": "Finished", "uri": "https://storage.example/x"})
    assert (report.state, report.is_known) == (READY, True)
    report = await status({"status": "Finished", "uri": None})
    assert (report.state, report.is_known) == (FAILED, False)
    assert report.wire_status == "Finished without a link to the package"


async def test_a_status_that_nobody_has_published_may_be_a_failure(status):
    report = await status({"status": "Paused\n" + "x" * 300})
    assert (report.state, report.is_known) == (FAILED, False)
    assert report.wire_status.startswith("Paused x")
    assert len(report.wire_status) == 100


async def test_a_packaging_is_not_missed_before_half_a_minute(odc_bench, cloud, described):
    asked = odc_bench.clock.now()
    key = described.build.key
    assert (await cloud.packaging_report(described, key, asked_at=asked)).state is RUNNING
    await odc_bench.clock.sleep(30)
    with pytest.raises(PlatformNotFound, match="no package of build be77b25f"):
        await cloud.packaging_report(described, key, asked_at=asked)
