"""Applications, libraries and builds fetched from the sandbox ODC, alone and beside a LifeTime."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from datetime import timedelta

import pytest

from bot.cli.fetch.manifest import Reason, State
from bot.domain.policy import Policy
from bot.domain.target import RevisionWish
from bot.sandbox.lifetime import Fault as LifeTimeFault
from bot.sandbox.odc import Fault
from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD
from bot.settings import OdcLimits, OdcPollPolicy

UNKNOWN_KEY = "00000000-0000-4000-8000-000000000000"


def manifest(fetch) -> list[dict]:
    return json.loads((fetch.out / "manifest.json").read_text())["applications"]


def files(fetch) -> set[str]:
    return {path.name for path in fetch.out.iterdir() if not path.name.startswith(".")}


async def test_an_application_is_fetched_with_its_build_and_why_it_is_that_one(fetch_odc):
    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert files(fetch_odc) == {"EmployeeBackoffice-Testing-1.4.0.zip", "manifest.json"}
    (described,) = manifest(fetch_odc)
    assert described["revision"] == {"label": "1.4.0", "is_modified": False, "number": 12}
    assert described["build"]["key"] == EMPLOYEE_BACKOFFICE_BUILD
    reason = described["build"]["reason"]
    assert f"EmployeeBackoffice in Testing: note: {reason}" in fetch_odc.steps.lines
    assert described["target"]["wish"] is None
    assert described["modules"] == []
    assert described["files"] > 0
    assert described["sent_at"] < described["requested_at"] < described["downloaded_at"]
    assert fetch_odc.steps.lines[-1].endswith(f" bytes, {described['files']} files")


async def test_where_a_debug_build_runs_the_note_says_that_the_release_build_is_taken(fetch_odc):
    (entry,) = await fetch_odc.run("EmployeeBackoffice", environment="Development")

    assert entry.state is State.DONE
    assert "Debug" in entry.build.reason
    assert "Release" in entry.build.reason


async def test_where_only_a_debug_build_exists_it_says_how_to_get_another(fetch_odc):
    (entry,) = await fetch_odc.run("Prototype Lab", environment="Development")

    assert entry.state is State.FAILED
    assert entry.failure.reason is Reason.PLATFORM
    assert "only a Debug build" in entry.failure.text
    assert fetch_odc.odc.calls.packaging_posts == 0


async def test_a_library_needs_no_environment(fetch_odc):
    (entry,) = await fetch_odc.run("Colour Palette", environment=None)

    assert entry.state is State.DONE
    assert entry.target.environment is None
    assert entry.revision.number == 1
    assert manifest(fetch_odc)[0]["asked"] == {
        "application": "Colour Palette",
        "environment": None,
        "wish": None,
    }


async def test_two_revisions_of_one_library_stand_side_by_side(fetch_odc):
    await fetch_odc.run("Currency Formatting", environment=None, wish=RevisionWish(number=2))
    await fetch_odc.run("Currency Formatting", environment=None, wish=RevisionWish(tag="1.1.0"))
    await fetch_odc.run("Currency Formatting", environment=None, wish=RevisionWish(number=2))

    entries = manifest(fetch_odc)
    assert [each["revision"]["number"] for each in entries] == [2, 3]
    assert [each["target"]["wish"]["tag"] for each in entries] == ["", "1.1.0"]
    assert {each["file"] for each in entries} | {"manifest.json"} == files(fetch_odc)
    assert fetch_odc.odc.calls.packaging_posts == 2
    assert "already there" in fetch_odc.steps.lines[-1]


async def test_a_revision_that_does_not_exist_is_a_sentence(fetch_odc):
    (entry,) = await fetch_odc.run(
        "Currency Formatting", environment=None, wish=RevisionWish(tag="9.9.9")
    )

    assert entry.failure.reason is Reason.NAMES
    assert "9.9.9" in entry.failure.text


async def test_a_build_key_stands_for_everything(fetch_odc):
    (entry,) = await fetch_odc.run(EMPLOYEE_BACKOFFICE_BUILD, environment=None)

    assert entry.state is State.DONE
    assert entry.build.key == EMPLOYEE_BACKOFFICE_BUILD
    assert entry.target.wish.build == EMPLOYEE_BACKOFFICE_BUILD
    assert entry.target.application.name == "EmployeeBackoffice"


async def test_a_build_key_beside_a_revision_is_a_contradiction(fetch_odc):
    (entry,) = await fetch_odc.run(
        EMPLOYEE_BACKOFFICE_BUILD, environment=None, wish=RevisionWish(number=12)
    )

    assert entry.failure.reason is Reason.NAMES
    assert "leave --revision and --tag away" in entry.failure.text


async def test_a_key_that_nobody_knows_is_a_sentence(fetch_odc):
    (entry,) = await fetch_odc.run(UNKNOWN_KEY, environment=None)

    assert entry.failure.reason is Reason.NAMES
    assert f"There is no application '{UNKNOWN_KEY}' that" in entry.failure.text


async def test_an_application_without_its_environment_is_asked_for_where_it_runs(fetch_odc):
    (entry,) = await fetch_odc.run("Employee Portal", environment=None)

    assert entry.failure.reason is Reason.NAMES
    assert "Say where with --env: Employee Portal runs in Development" in entry.failure.text
    assert "or name a revision with --revision or --tag." in entry.failure.text


async def test_an_application_with_a_revision_needs_no_environment(fetch_odc):
    (entry,) = await fetch_odc.run(
        "EmployeeBackoffice", environment=None, wish=RevisionWish(number=11)
    )

    assert entry.state is State.DONE
    assert (entry.target.environment, entry.revision.number) == (None, 11)


async def test_a_library_in_an_environment_is_told_to_do_without(fetch_odc):
    (entry,) = await fetch_odc.run("Currency Formatting")

    assert entry.failure.reason is Reason.NAMES
    assert "it runs nowhere. Leave --env away" in entry.failure.text


async def test_stages_of_one_name_are_told_apart_by_their_keys(fetch_odc):
    organization = fetch_odc.odc.organization
    sales = organization.add_portfolio("Sales")
    testing = organization.environment_named("Testing", sales.key)
    asset = organization.asset_named("EmployeeBackoffice")
    organization.deploy(asset, testing.key, organization.build_of(asset, 12))

    (several,) = await fetch_odc.run("EmployeeBackoffice")
    (entry,) = await fetch_odc.run("EmployeeBackoffice", environment=testing.key)

    assert several.failure.reason is Reason.NAMES
    assert f"--env {testing.key}" in several.failure.text
    assert entry.state is State.DONE


async def test_production_is_refused_before_anything_is_asked_of_it(fetch_odc):
    (entry,) = await fetch_odc.run("EmployeeBackoffice", environment="Production")

    assert entry.failure.reason is Reason.REFUSED
    assert fetch_odc.odc.calls.packaging_posts == 0

    fetch_odc.policy = Policy(allow_production=True)
    (entry,) = await fetch_odc.run("EmployeeBackoffice", environment="Production")

    assert entry.state is State.DONE


async def test_a_packaging_that_fails_is_said_in_the_platforms_words(fetch_odc):
    fetch_odc.odc.knobs.add(Fault("fails", text="The module has errors."))

    (failed,) = await fetch_odc.run("EmployeeBackoffice")
    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert failed.failure.reason is Reason.PACKAGING
    assert "The module has errors." in failed.failure.text
    assert entry.state is State.DONE
    assert fetch_odc.odc.calls.packaging_posts == 2


async def test_a_package_of_any_layout_is_fetched(fetch_odc):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("readme.txt", "hello")
    fetch_odc.odc.knobs.package_body_of["EmployeeBackoffice"] = body.getvalue()

    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert (entry.state, entry.files, entry.modules) == (State.DONE, 1, ())
    assert fetch_odc.steps.lines[-1].endswith(", 1 file")


async def test_fresh_downloads_again_what_the_platform_still_has(fetch_odc):
    await fetch_odc.run("EmployeeBackoffice")
    (entry,) = await fetch_odc.run("EmployeeBackoffice", fresh=True)

    assert (entry.state, entry.sent_at) == (State.DONE, None)
    assert len(fetch_odc.odc.calls.named("download")) == 2
    assert fetch_odc.odc.calls.packaging_posts == 1


async def test_a_request_whose_answer_was_lost_is_looked_for_by_the_next_run(fetch_odc):
    knobs = fetch_odc.odc.knobs
    knobs.add(Fault("drop_after", call="start", times=None))
    running = asyncio.create_task(fetch_odc.run("EmployeeBackoffice"))
    await fetch_odc.steps.until("asking for the package")
    knobs.add(Fault("drop_before", call="status", times=None))
    (failed,) = await running
    knobs.faults.clear()
    before = fetch_odc.odc.calls.packagings_started

    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert failed.failure.reason is Reason.PLATFORM
    assert (before, failed.package_key) == (1, None)
    assert failed.sent_at is not None
    assert entry.state is State.DONE
    assert fetch_odc.odc.calls.packagings_started == 1


async def test_a_run_killed_while_its_request_is_on_the_way_has_written_it_down(fetch_odc):
    fetch_odc.odc.knobs.add(Fault("hang", call="start"))
    running = asyncio.create_task(fetch_odc.run("EmployeeBackoffice"))
    await fetch_odc.steps.until("asking for the package")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (before,) = manifest(fetch_odc)

    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert (before["state"], before["package_key"]) == ("packaging", None)
    assert before["sent_at"] is not None
    assert entry.state is State.DONE
    assert fetch_odc.odc.calls.packagings_doubled == 0


async def test_a_run_killed_while_its_request_is_turned_away_has_asked_for_nothing(fetch_odc):
    fetch_odc.odc.knobs.add(Fault("answer", call="start", status=429, retry_after=5000))
    running = asyncio.create_task(fetch_odc.run("EmployeeBackoffice"))
    await fetch_odc.steps.until("rate limit")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (before,) = manifest(fetch_odc)

    assert (before["state"], before["sent_at"]) == ("packaging", None)


async def test_a_request_that_was_refused_is_not_taken_for_one_on_the_way(fetch_odc):
    fetch_odc.odc.knobs.add(Fault("invalid_build", text="Not valid for packaging."))

    (failed,) = await fetch_odc.run("EmployeeBackoffice")
    (entry,) = await fetch_odc.run("EmployeeBackoffice")

    assert "Not valid for packaging." in failed.failure.text
    assert failed.sent_at is None
    assert entry.state is State.DONE


async def test_the_platforms_rate_limit_is_waited_for_and_does_not_count_as_its_time(fetch_odc):
    names = [asset.name for asset in fetch_odc.odc.organization.add_assets(5)]
    fetch_odc.odc_limits = OdcLimits(requests_per_second=1000, requests_per_minute=6)
    fetch_odc.odc_polling = OdcPollPolicy(deadline=timedelta(seconds=50))

    entries = await fetch_odc.run(*names)

    assert [entry.state for entry in entries] == [State.DONE] * 5
    assert max(entry.packaged_at - entry.requested_at for entry in entries) > timedelta(seconds=50)
    waiting = [line for line in fetch_odc.steps.lines if "the platform's rate limit: " in line]
    assert waiting
    assert all(line.endswith((" ahead", "next in line")) for line in waiting)
    assert fetch_odc.odc.calls.refused_for_rate == 0


async def test_no_line_and_no_manifest_shows_a_secret_or_a_platform_link(fetch_odc):
    await fetch_odc.run("EmployeeBackoffice", "Employee Portal")
    written = "\n".join(fetch_odc.steps.lines) + (fetch_odc.out / "manifest.json").read_text()

    assert fetch_odc.odc.client_secret not in written
    assert fetch_odc.odc.storage_url not in written
    assert fetch_odc.odc.calls.tokens_sent_to_storage == 0


async def test_what_is_on_both_platforms_asks_for_one_of_them(fetch_both):
    (entry,) = await fetch_both.run("EmployeeBackoffice")

    assert entry.failure.reason is Reason.NAMES
    assert "on Sandbox or " in entry.failure.text
    assert entry.failure.text.endswith("Say which platform with --on.")


async def test_what_is_on_one_of_both_is_found_without_saying_where(fetch_both):
    fetch_both.lifetime.infrastructure.add_applications(1, prefix="OnlyEleven")
    fetch_both.odc.organization.add_assets(1, prefix="OnlyCloud")

    entries = await fetch_both.run("OnlyEleven0001", "OnlyCloud0001")

    assert [entry.state for entry in entries] == [State.DONE] * 2
    assert [entry.target.platform for entry in entries] == ["Sandbox", "ODC"]


@pytest.mark.parametrize("down", ["lifetime", "odc"])
async def test_a_platform_that_is_down_does_not_stop_the_other(fetch_both, down):
    await getattr(fetch_both, down).stop()
    left = {"lifetime": "ODC", "odc": "Sandbox"}[down]

    entry, missing = sorted(
        await fetch_both.run("EmployeeBackoffice", "Elsewhere"), key=lambda one: one.state
    )

    assert entry.state is State.DONE
    assert entry.target.platform == left
    assert missing.failure.reason is Reason.PLATFORM
    assert "could not be searched" in missing.failure.text
    assert any(": warning: " in line for line in fetch_both.steps.lines)


async def test_a_build_key_is_looked_for_on_every_platform(fetch_both):
    (entry,) = await fetch_both.run(EMPLOYEE_BACKOFFICE_BUILD, environment=None)

    assert entry.target.platform == "ODC"


async def test_a_revision_of_a_platform_that_has_none_to_choose_is_a_sentence(fetch):
    (entry,) = await fetch.run("EmployeeBackoffice", wish=RevisionWish(tag="1.3.0"))

    assert entry.failure.text == (
        "Sandbox has no revisions to choose: leave --revision and --tag away."
    )


async def test_without_an_environment_elsewhere_its_environments_are_named(fetch):
    (entry,) = await fetch.run("Prototype Lab", environment=None)

    assert entry.failure.text == "Say where with --env: Prototype Lab runs in Development."


async def test_on_lifetime_a_lost_request_is_sent_again_and_said(fetch):
    fetch.lifetime.knobs.add(LifeTimeFault("hang", call="start"))
    running = asyncio.create_task(fetch.run("EmployeeBackoffice"))
    await fetch.steps.until("asking for the package")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert any("the platform may package it twice" in line for line in fetch.steps.lines)
