"""LifeTime's answers become our values."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.packaging import MessageLevel, PackagingState
from bot.domain.target import Purpose, RevisionWish
from bot.domain.value import BuildKey, PackageKey
from bot.errors import PlatformBroken, PlatformNotFound, PlatformRejected
from bot.sandbox.lifetime import Application, Environment, Running
from tests.platforms.bench import ASKED_AT, TESTING, TOKEN
from tests.platforms.wire_server import answer

PACKAGE = PackageKey("bc354abb-6691-41ee-9ed3-9454747e2d4d")


async def test_the_catalogue_has_environments_and_what_runs_in_them(platform):
    catalogue = await platform.catalogue()
    testing = catalogue.environment(TESTING)
    backoffice = next(a for a in catalogue.applications if a.name == "EmployeeBackoffice")
    assert catalogue.platform == "Acme"
    assert testing.name == "Testing"
    assert testing.version.startswith("11.")
    assert testing.minimum_version == "11.27.0"
    assert backoffice.revision_in(TESTING).label == "1.4.0"
    assert backoffice.revision_in("elsewhere") is None


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        ("Development", Purpose.DEVELOPMENT),
        ("DEVELOPMENT", Purpose.DEVELOPMENT),
        ("Test", Purpose.TEST),
        ("NonProduction", Purpose.TEST),
        ("nonproduction", Purpose.TEST),
        ("Production", Purpose.PRODUCTION),
        ("Staging", Purpose.PRODUCTION),
        ("", Purpose.PRODUCTION),
    ],
)
async def test_an_environment_of_unknown_type_counts_as_production(
    platform, lifetime, kind, purpose
):
    lifetime.infrastructure.environments["e"] = Environment("e", "E", kind, 9)
    assert (await platform.catalogue()).environment("e").purpose is purpose


async def test_the_catalogue_takes_two_calls_and_is_kept_for_some_minutes(
    bench, platform, lifetime
):
    first = await platform.catalogue()
    assert await platform.catalogue() is first
    bench.clock.time += timedelta(minutes=4, seconds=59)
    assert await platform.catalogue() is first
    assert len(lifetime.calls) == 2
    bench.clock.time += timedelta(seconds=1)
    assert await platform.catalogue() is not first
    assert len(lifetime.calls) == 4


async def test_a_fresh_catalogue_is_read_anew_and_replaces_what_was_kept(bench, platform, lifetime):
    await platform.catalogue()
    bench.clock.time += timedelta(seconds=30)
    lifetime.infrastructure.add_application(Application("New", running={TESTING: Running("0.1")}))
    assert all(a.name != "New" for a in (await platform.catalogue()).applications)
    assert any(a.name == "New" for a in (await platform.catalogue(fresh=True)).applications)
    assert any(a.name == "New" for a in (await platform.catalogue()).applications)


async def test_all_who_ask_at_once_share_one_read(platform, lifetime):
    several = await asyncio.gather(*(platform.catalogue(fresh=n % 2 == 0) for n in range(20)))
    assert all(each is several[0] for each in several)
    assert len(lifetime.calls) == 2


async def test_one_who_gives_up_does_not_take_the_catalogue_from_the_others(platform):
    impatient = asyncio.create_task(platform.catalogue())
    patient = asyncio.create_task(platform.catalogue())
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).applications
    assert impatient.cancelled()


async def test_a_failed_read_fails_for_all_who_waited_and_for_nobody_later(
    platform, lifetime, faults
):
    faults("answer", call="environments", status=404, times=1)
    results = await asyncio.gather(
        *(platform.catalogue() for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in results] == [PlatformNotFound] * 3
    assert (await platform.catalogue()).environments
    assert len(lifetime.calls.named("environments")) == 2


async def test_a_target_is_described_with_what_runs_there_now(platform, lifetime, target):
    application = lifetime.infrastructure.application_named("EmployeeBackoffice")
    application.running[TESTING] = Running("1.4.1", modified=True)
    described = await platform.describe(target)
    assert str(described.revision) == "1.4.1+"
    assert described.key == target.key


async def test_an_older_lifetime_is_asked_for_the_version_itself(platform, lifetime, target):
    lifetime.knobs.version_labels = False
    assert (await platform.describe(target)).revision.label == "1.4.0"
    assert len(lifetime.calls.named("version")) == 1


async def test_a_version_that_cannot_be_named_is_left_unnamed(platform, lifetime, target, faults):
    lifetime.knobs.version_labels = False
    faults("answer", call="version", status=404)
    assert (await platform.describe(target)).revision.label == ""


async def test_an_application_that_does_not_run_there_is_not_found(platform, target):
    with pytest.raises(PlatformNotFound, match="Failed to retrieve"):
        await platform.describe(target.model_copy(update={"application": "unknown"}))


async def test_other_revisions_than_the_one_that_runs_cannot_be_had(platform, lifetime, target):
    assert not (await platform.catalogue()).has_revisions
    assert await platform.find_build(BuildKey("be77b25f-c738-462f-8f19-7114fc4f9923")) is None
    calls = len(lifetime.calls)
    for update in ({"wish": RevisionWish(number=12)}, {"environment": None}):
        with pytest.raises(PlatformRejected, match="Acme has no revisions to choose"):
            await platform.describe(target.model_copy(update=update))
    assert len(lifetime.calls) == calls


async def test_a_renamed_application_is_described_by_its_new_name(platform, lifetime, target):
    lifetime.infrastructure.application_named("EmployeeBackoffice").name = "Backoffice"
    assert (await platform.describe(target)).application_name == "Backoffice"


async def test_a_packaging_runs_and_then_is_ready(platform, lifetime, target):
    lifetime.knobs.packaging_seconds = 3_600.0
    started = await platform.start_packaging(target)
    assert started.state is PackagingState.RUNNING
    assert started.package
    again = await platform.packaging_report(target, started.package, asked_at=ASKED_AT)
    assert (again.state, again.package) == (PackagingState.RUNNING, started.package)
    lifetime.knobs.packaging_seconds = 0.0
    done = await platform.start_packaging(target)
    assert done.state is PackagingState.READY
    assert {message.level for message in done.messages} == {MessageLevel.INFO}


@pytest.mark.parametrize(
    ("status", "state", "is_known"),
    [
        ("InProgress", PackagingState.RUNNING, True),
        ("INPROGRESS", PackagingState.RUNNING, True),
        (" inprogress ", PackagingState.RUNNING, True),
        ("", PackagingState.RUNNING, True),
        (None, PackagingState.RUNNING, True),
        ("Done", PackagingState.READY, True),
        ("DONE", PackagingState.READY, True),
        ("Failed", PackagingState.FAILED, False),
        ("Suspended", PackagingState.FAILED, False),
        (7, PackagingState.FAILED, False),
    ],
)
async def test_every_status_is_understood(bench, wire, target, status, state, is_known):
    wire.answers = [answer(json.dumps({"PackageKey": "k", "Status": status}).encode())]
    report = await bench.gateway(wire.url).packaging_report(target, PACKAGE, asked_at=ASKED_AT)
    assert (report.state, report.is_known) == (state, is_known)
    assert report.package == PACKAGE
    assert report.wire_status == str(status or "").strip()


async def test_messages_have_a_text_and_a_level_whatever_is_missing_in_them(bench, wire, target):
    body = {
        "Status": "Done",
        "Messages": [
            {"Message": "Preparing", "Detail": "Preparing module 'A'.", "Type": "Info"},
            {"Message": "Only this", "Detail": "", "Type": "warning"},
            {"Message": None, "Detail": "Broken.", "Type": "Error"},
            {"Message": "Odd", "Type": "Chatter"},
            {"Message": "", "Detail": None},
            None,
        ],
    }
    wire.answers = [answer(json.dumps(body).encode())]
    report = await bench.gateway(wire.url).packaging_report(target, PACKAGE, asked_at=ASKED_AT)
    assert [(message.level.value, message.text) for message in report.messages] == [
        ("info", "Preparing module 'A'."),
        ("warning", "Only this"),
        ("error", "Broken."),
        ("info", "Odd"),
    ]


async def test_a_start_without_a_key_is_no_start(bench, wire, target):
    wire.answers = [answer(b'{"Status": "InProgress"}')]
    with pytest.raises(PlatformBroken, match="cannot be read"):
        await bench.gateway(wire.url, attempts=2).start_packaging(target)


async def test_a_byte_order_mark_is_no_obstacle(bench, wire):
    wire.answers = [answer(b"\xef\xbb\xbf[]")]
    assert (await bench.gateway(wire.url).catalogue()).environments == ()


@pytest.mark.parametrize(
    ("link", "header", "expires"),
    [
        ("2026-12-21T17:00:00Z", "", datetime(2026, 12, 21, 17, tzinfo=UTC)),
        ("2026-12-21T17:00:00", "", datetime(2026, 12, 21, 17, tzinfo=UTC)),
        ("2026-12-21T17:00:00.123+02:00", "", datetime(2026, 12, 21, 15, 0, 0, 123000, UTC)),
        ("Mon, 21 Dec 2026 17:00:00 GMT", "", datetime(2026, 12, 21, 17, tzinfo=UTC)),
        (None, "2099-12-21T17:00:00Z", datetime(2099, 12, 21, 17, tzinfo=UTC)),
        ("soon", "Mon, 21 Dec 2099 17:00:00 GMT", datetime(2099, 12, 21, 17, tzinfo=UTC)),
        (None, "Mon, 26 Jul 1997 05:00:00 GMT", None),
        (None, "-1", None),
        ("1900-01-01T00:00:00", "", None),
        ("0001-01-01T00:00:00+14:00", "", None),
        (1_798_000_000, "", None),
        ({"at": "noon"}, "", None),
        (None, "", None),
    ],
)
async def test_a_links_end_is_read_from_whatever_says_it(
    bench, wire, target, link, header, expires
):
    body = json.dumps({"url": f"{wire.url}/lifetimeapi/rest/v2/downloads/k", "expires": link})
    headers = {"Expires": header} if header else {}
    wire.answers = [answer(body.encode(), **headers)]
    found = await bench.gateway(wire.url).platform_link(target, PACKAGE)
    assert found.expires_at == expires


async def test_a_platform_clock_that_is_wrong_does_not_shorten_the_link(
    bench, platform, lifetime, target
):
    lifetime.knobs.clock_ahead = -7_200.0
    package = (await platform.start_packaging(target)).package
    link = await platform.platform_link(target, package)
    left = link.expires_at - bench.clock.now()
    assert timedelta(minutes=59) < left < timedelta(minutes=61)
    ahead = await platform.clock_ahead()
    assert timedelta(hours=-2, minutes=-1) < ahead < timedelta(hours=-2, minutes=1)


async def test_a_platform_link_is_in_no_repr(platform, target):
    package = (await platform.start_packaging(target)).package
    link = await platform.platform_link(target, package)
    assert "downloads" not in repr(link)
    assert TOKEN not in repr(platform)
