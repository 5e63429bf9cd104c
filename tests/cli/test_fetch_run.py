"""Applications fetched from the sandbox LifeTime, by the run that the command line starts."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta

import pytest

from bot.cli.fetch.manifest import Reason, State
from bot.domain.policy import Policy
from bot.domain.polling import PollPolicy
from bot.sandbox.lifetime import Fault
from bot.settings import PlatformLimits


def manifest(fetch) -> list[dict]:
    return json.loads((fetch.out / "manifest.json").read_text())["applications"]


def files(fetch) -> set[str]:
    return {path.name for path in fetch.out.iterdir() if not path.name.startswith(".")}


async def test_an_application_is_fetched_verified_and_described(fetch):
    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert files(fetch) == {"EmployeeBackoffice-Testing-1.4.0.zip", "manifest.json"}
    content = (fetch.out / "EmployeeBackoffice-Testing-1.4.0.zip").read_bytes()
    (described,) = manifest(fetch)
    assert described["sha256"] == hashlib.sha256(content).hexdigest()
    assert described["size_bytes"] == len(content)
    assert described["modules"] == [
        "EmployeeBackoffice",
        "EmployeeBackoffice_CS",
        "Gehälter und Zulagen",
    ]
    assert described["revision"] == {
        "label": "1.4.0",
        "is_modified": False,
        "number": None,
    }
    assert described["build"] is None
    assert described["files"] > len(described["modules"])
    assert described["target"]["environment"]["name"] == "Testing"
    assert described["requested_at"] < described["packaged_at"] < described["downloaded_at"]
    assert described["failure"] is None


async def test_several_are_fetched_at_once_within_the_platforms_limit(fetch):
    names = [app.name for app in fetch.lifetime.infrastructure.add_applications(9)]
    fetch.lifetime.knobs.packaging_seconds = 60
    fetch.limits = PlatformLimits(
        packagings_at_once=3, requests_per_second=1000, requests_at_once=50
    )

    entries = await fetch.run(*names)

    assert [entry.state for entry in entries] == [State.DONE] * 9
    assert fetch.lifetime.calls.packagings_peak == 3
    assert any("waiting for its turn" in line for line in fetch.steps.lines)


async def test_turns_are_given_in_the_order_of_asking(fetch):
    names = [app.name for app in fetch.lifetime.infrastructure.add_applications(5)]
    fetch.limits = PlatformLimits(packagings_at_once=1, requests_per_second=1000)

    await fetch.run(*names)

    keys = [call.application for call in fetch.lifetime.calls.named("start")]
    applications = fetch.lifetime.infrastructure.applications
    assert [applications[key].name for key in keys] == names


async def test_names_are_found_as_in_slack_and_two_names_of_one_thing_are_fetched_once(fetch):
    entries = await fetch.run(
        "employeebackoffice",
        "EmployeeBackoffice",
        "O\N{RIGHT SINGLE QUOTATION MARK}Brien Cafe",
        environment="testing",
    )

    assert [entry.target.application.name for entry in entries] == [
        "EmployeeBackoffice",
        "O'Brien Café",
    ]
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_one_that_fails_leaves_the_others_and_says_what_the_platform_said(fetch):
    fetch.lifetime.knobs.add(
        Fault("fails", application="EmployeeMobile", text="Module EmployeeMobile has errors.")
    )

    entries = await fetch.run("EmployeeBackoffice", "EmployeeMobile", "Employee Portal")

    assert [entry.state for entry in entries] == [State.DONE, State.FAILED, State.DONE]
    assert entries[1].failure.reason is Reason.PACKAGING
    assert "Failed" in entries[1].failure.text
    assert "Module EmployeeMobile has errors." in entries[1].failure.text
    assert "Module EmployeeMobile has errors." in manifest(fetch)[2]["messages"]
    assert len([name for name in files(fetch) if name.endswith(".zip")]) == 2


async def test_an_unpublished_status_counts_when_it_is_read_twice_in_a_row(fetch):
    fetch.lifetime.knobs.add(Fault("status_value", value="Suspended", times=None))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.failure.reason is Reason.PACKAGING
    assert "'Suspended'" in entry.failure.text
    assert len(fetch.lifetime.calls.named("status")) == 2


async def test_an_unpublished_status_that_is_read_once_is_only_passed_over(fetch):
    fetch.lifetime.knobs.add(Fault("status_value", value="Suspended", times=1))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE


async def test_a_deadline_is_a_failure_that_says_so(fetch):
    fetch.lifetime.knobs.add(Fault("never_done", times=None))
    fetch.polling = PollPolicy(deadline=timedelta(minutes=2))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.FAILED
    assert entry.failure.reason is Reason.DEADLINE
    assert "did not finish packaging within 2 min" in entry.failure.text


async def test_waiting_for_our_own_limits_does_not_count_against_the_deadline(fetch):
    names = [app.name for app in fetch.lifetime.infrastructure.add_applications(5)]
    fetch.lifetime.knobs.packaging_seconds = 60
    fetch.limits = PlatformLimits(packagings_at_once=1, requests_per_second=1000)
    fetch.polling = PollPolicy(deadline=timedelta(seconds=290))

    entries = await fetch.run(*names)

    assert [entry.state for entry in entries] == [State.DONE] * 5


async def test_a_pause_before_the_request_is_taken_does_not_count_against_the_deadline(fetch):
    fetch.lifetime.knobs.add(
        Fault("answer", call="start", status=429, retry_after=25, text="Later.", times=2)
    )
    fetch.lifetime.knobs.packaging_seconds = 60
    fetch.polling = PollPolicy(deadline=timedelta(seconds=90))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert entry.packaged_at - entry.requested_at < timedelta(seconds=90)


async def test_done_with_an_error_is_believed_until_there_is_no_link(fetch):
    fetch.lifetime.knobs.add(Fault("done_with_error", text="The package has 187 Mb."))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.failure.reason is Reason.PACKAGING
    assert "The package has 187 Mb." in entry.failure.text
    assert fetch.lifetime.calls.packaging_posts == 1


@pytest.mark.parametrize("kind", ["cut", "ends_early", "base64_json", "chunked", "foreign_host"])
async def test_a_download_that_goes_wrong_once_ends_well(fetch, kind):
    text = "https://elsewhere.example.com" if kind == "foreign_host" else ""
    fetch.lifetime.knobs.add(Fault(kind, text=text))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 1
    assert files(fetch) == {"EmployeeBackoffice-Testing-1.4.0.zip", "manifest.json"}


async def test_a_package_that_never_arrives_whole_is_said_to_be_damaged_and_leaves_nothing(fetch):
    fetch.lifetime.knobs.add(Fault("ends_early", times=None))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.failure.reason is Reason.DAMAGED
    assert files(fetch) == {"manifest.json"}


async def test_an_expired_link_is_asked_for_again(fetch):
    fetch.lifetime.knobs.add(Fault("dead_link"))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 1


async def test_a_package_that_is_gone_is_packaged_again_once(fetch):
    fetch.lifetime.knobs.add(Fault("kept", seconds=0))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_a_package_that_is_gone_again_and_again_is_a_failure(fetch):
    fetch.lifetime.knobs.add(Fault("kept", seconds=0, times=None))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.failure.reason is Reason.GONE
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_a_platform_that_is_down_for_a_while_is_waited_for(fetch):
    fetch.lifetime.knobs.add(Fault("drop_before", call="status", times=None, lasts=120))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert any("Asking again." in line for line in fetch.steps.lines)


async def test_a_refused_token_is_a_failure_with_the_platforms_words(fetch):
    fetch.lifetime.knobs.add(Fault("answer", status=403, text="Authentication failed", times=None))

    entries = await fetch.run("EmployeeBackoffice", "EmployeeMobile")

    assert [entry.failure.reason for entry in entries] == [Reason.PLATFORM] * 2
    assert "Authentication failed" in entries[0].failure.text


async def test_production_is_refused_before_anything_is_asked_of_it(fetch):
    (entry,) = await fetch.run("EmployeeBackoffice", environment="Production")

    assert entry.failure.reason is Reason.REFUSED
    assert "ALLOW_PRODUCTION" in entry.failure.text
    assert fetch.lifetime.calls.packaging_posts == 0


async def test_production_is_fetched_from_where_policy_allows_it(fetch):
    fetch.policy = Policy(allow_production=True)

    (entry,) = await fetch.run("EmployeeBackoffice", environment="Production")

    assert entry.state is State.DONE


async def test_an_old_platform_server_is_a_warning(fetch):
    (entry,) = await fetch.run("EmployeeBackoffice", environment="User Acceptance")

    assert entry.state is State.DONE
    assert "11.26.1" in entry.warnings[0]
    assert any("warning: " in line and "11.26.1" in line for line in fetch.steps.lines)


@pytest.mark.parametrize(
    ("application", "environment", "said"),
    [
        ("EmployeBackoffice", "Testing", "Did you mean EmployeeBackoffice in Testing"),
        ("Prototype Lab", "Testing", "Prototype Lab is not in Testing; it runs in Development."),
        (
            "EmployeeBackoffice",
            "Staging",
            "There is no environment 'Staging' that",
        ),
        ("zzz", "qqq", "There is no application 'zzz' in an environment 'qqq'"),
    ],
)
async def test_a_name_that_means_nothing_there_is_a_sentence(fetch, application, environment, said):
    (entry,) = await fetch.run(application, environment=environment)

    assert entry.failure.reason is Reason.NAMES
    assert said in entry.failure.text
    assert manifest(fetch)[0]["target"] is None


async def test_what_is_there_is_not_fetched_again(fetch):
    await fetch.run("EmployeeBackoffice")
    before = len(fetch.lifetime.calls.named("download"))

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert len(fetch.lifetime.calls.named("download")) == before
    assert fetch.lifetime.calls.packaging_posts == 1
    assert "already there" in fetch.steps.lines[-1]


async def test_fresh_fetches_it_again(fetch):
    await fetch.run("EmployeeBackoffice")

    (entry,) = await fetch.run("EmployeeBackoffice", fresh=True)

    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_another_revision_is_fetched_again(fetch):
    await fetch.run("EmployeeBackoffice")
    application = fetch.lifetime.infrastructure.application_named("EmployeeBackoffice")
    testing = fetch.lifetime.infrastructure.environment_named("Testing").key
    application.running[testing] = type(application.running[testing])("1.6.0")

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.file == "EmployeeBackoffice-Testing-1.6.0.zip"
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_a_file_that_was_changed_is_downloaded_again_without_a_new_packaging(fetch):
    await fetch.run("EmployeeBackoffice")
    path = fetch.out / "EmployeeBackoffice-Testing-1.4.0.zip"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])

    await fetch.run("EmployeeBackoffice")

    assert path.read_bytes() == whole
    assert fetch.lifetime.calls.packaging_posts == 1


async def test_after_a_failed_packaging_the_next_run_asks_for_another(fetch):
    fetch.lifetime.knobs.add(Fault("fails"))
    await fetch.run("EmployeeBackoffice")

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_after_a_platform_failure_the_next_run_goes_on_with_the_package(fetch):
    down = Fault("answer", call="download", status=403, times=None)
    fetch.lifetime.knobs.add(down)
    (failed,) = await fetch.run("EmployeeBackoffice")
    fetch.lifetime.knobs.faults.clear()

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert failed.failure.reason is Reason.PLATFORM
    assert entry.state is State.DONE
    assert entry.package_key == failed.package_key
    assert fetch.lifetime.calls.packaging_posts == 1


async def test_a_run_with_the_platform_down_forgets_nothing_of_the_run_before(fetch):
    await fetch.run("EmployeeBackoffice")
    fetch.lifetime.knobs.add(Fault("answer", status=403, times=None))
    (failed,) = await fetch.run("EmployeeBackoffice")
    fetch.lifetime.knobs.faults.clear()

    (entry,) = await fetch.run("EmployeeBackoffice")

    assert failed.state is State.FAILED
    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 1


async def test_an_interrupted_run_is_gone_on_with(fetch):
    fetch.lifetime.knobs.packaging_seconds = 60
    running = asyncio.create_task(fetch.run("EmployeeBackoffice", "EmployeeMobile"))
    await fetch.steps.until("calls the package", times=2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    entries = await fetch.run("EmployeeBackoffice", "EmployeeMobile")

    assert [entry.state for entry in entries] == [State.DONE] * 2
    assert fetch.lifetime.calls.packaging_posts == 2


async def test_a_disk_that_fails_is_a_sentence_and_the_next_run_goes_on(fetch):
    fetch.out.mkdir()
    blocked = fetch.out / "EmployeeBackoffice-Testing-1.4.0.zip.part"
    blocked.mkdir()

    (failed,) = await fetch.run("EmployeeBackoffice")
    blocked.rmdir()
    (entry,) = await fetch.run("EmployeeBackoffice")

    assert failed.failure.reason is Reason.DISK
    assert "cannot be written to" in failed.failure.text
    assert entry.state is State.DONE
    assert fetch.lifetime.calls.packaging_posts == 1


async def test_no_line_and_no_manifest_shows_the_token_or_a_platform_link(fetch):
    fetch.lifetime.knobs.add(Fault("fails", application="EmployeeMobile"))
    await fetch.run("EmployeeBackoffice", "EmployeeMobile")
    written = "\n".join(fetch.steps.lines) + (fetch.out / "manifest.json").read_text()

    assert fetch.lifetime.token not in written
    assert not any(key in written for key in fetch.lifetime.packagings.links)
