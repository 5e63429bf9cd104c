"""`sast-source fetch` as a process of its own: exit statuses, kills, two at a time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

import bot
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import Fault, SandboxLifeTime
from bot.sandbox.odc import SandboxOdc

ROOT = Path(bot.__file__).parents[1]
PACKAGE = "EmployeeBackoffice-Testing-1.4.0.zip"


class Process:
    """One running `sast-source fetch`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, part: str) -> None:
        """Read lines until one holds `part`."""
        while part not in (self.lines or [""])[-1]:
            line = await self.process.stdout.readline()
            assert line, f"It ended before it said {part!r}: {self.lines}"
            self.lines.append(line.decode())

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def end(self) -> tuple[int, str]:
        """Give the exit status and everything that was written."""
        rest, errors = await self.process.communicate()
        return self.process.returncode, "".join(self.lines) + (rest + errors).decode()


class CommandLine:
    """Starts `sast-source fetch` in a folder of its own, with its settings."""

    def __init__(self, folder: Path, lifetime: SandboxLifeTime) -> None:
        self.folder = folder
        self.lifetime = lifetime
        (folder / "config.toml").write_text("[polling]\nfirst = 0.05\nlater = 0.05\n")
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "LIFETIME_URL": lifetime.url,
            "LIFETIME_TOKEN": lifetime.token,
            "SAST_SOURCE_CONFIG": "config.toml",
        }
        self.started: list[Process] = []

    async def start(self, *arguments: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "fetch", *arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.started.append(Process(process))
        return self.started[-1]

    async def run(self, *arguments: str) -> tuple[int, str]:
        return await (await self.start(*arguments)).end()

    async def stop(self) -> None:
        for one in self.started:
            if one.process.returncode is None:
                await one.kill()
            one.process._transport.close()  # noqa: SLF001 - a killed process leaves its pipes open


@pytest.fixture
async def command(tmp_path):
    lifetime = SandboxLifeTime(clock=ScaledClock(1))
    lifetime.knobs.packaging_seconds = 0.2
    await lifetime.start()
    line = CommandLine(tmp_path, lifetime)
    yield line
    await line.stop()
    await lifetime.stop()


async def test_it_fetches_and_says_so_in_lines(command):
    status, said = await command.run("EmployeeBackoffice", "--env", "Testing", "--out", "out")

    assert status == 0
    assert "EmployeeBackoffice in Testing: packaging" in said
    assert f"EmployeeBackoffice in Testing: done: {PACKAGE}" in said
    assert "1 of 1 application in out, described in out/manifest.json." in said
    assert (command.folder / "out" / PACKAGE).exists()


async def test_one_that_fails_among_three_gives_status_1_and_two_packages(command):
    command.lifetime.knobs.add(Fault("fails", application="EmployeeMobile", text="It has errors."))

    status, said = await command.run(
        "EmployeeBackoffice", "EmployeeMobile", "Employee Portal", "--env", "Testing"
    )

    assert status == 1
    assert "EmployeeMobile in Testing: failed: " in said
    assert "It has errors." in said
    assert "2 of 3 applications" in said
    assert len([*(command.folder / "source-code").glob("*.zip")]) == 2


async def test_killed_again_and_again_it_goes_on_and_asks_for_one_packaging(command):
    command.lifetime.knobs.packaging_seconds = 1.5
    command.lifetime.knobs.package_bytes = 40_000_000
    command.lifetime.knobs.pace_bytes_per_second = 60_000_000
    line = ("EmployeeBackoffice", "--env", "Testing", "--out", "out")
    part = command.folder / "out" / f"{PACKAGE}.part"

    packaging = await command.start(*line)
    await packaging.until("calls the package")
    await packaging.kill()
    downloading = await command.start(*line)
    await downloading.until("downloading")
    while not (part.exists() and part.stat().st_size > 0):
        await asyncio.to_thread(os.sched_yield)
    await downloading.kill()
    verifying = await command.start(*line)
    await verifying.until("verifying")
    await verifying.kill()
    status, said = await command.run(*line)

    assert status == 0
    assert "going on with package" in said
    assert command.lifetime.calls.packaging_posts == 1
    assert (command.folder / "out" / PACKAGE).stat().st_size == 40_000_000
    assert not part.exists()
    (entry,) = json.loads((command.folder / "out" / "manifest.json").read_text())["applications"]
    assert entry["state"] == "done"


async def test_ctrl_c_is_a_sentence_and_status_130_and_the_next_run_goes_on(command):
    command.lifetime.knobs.packaging_seconds = 2
    running = await command.start("EmployeeBackoffice", "--env", "Testing")
    await running.until("calls the package")
    running.process.send_signal(signal.SIGINT)
    status, said = await running.end()

    assert status == 130
    assert said.splitlines()[-1] == "Interrupted. Run the same command again to go on."
    assert "Traceback" not in said
    assert (await command.run("EmployeeBackoffice", "--env", "Testing"))[0] == 0
    assert command.lifetime.calls.packaging_posts == 1


async def test_a_second_run_on_the_same_folder_is_refused(command):
    command.lifetime.knobs.add(Fault("never_done", times=None))
    first = await command.start("EmployeeBackoffice", "--env", "Testing")
    await first.until("calls the package")

    status, said = await command.run("EmployeeMobile", "--env", "Testing")

    assert status == 1
    assert "Another sast-source fetch is writing to source-code." in said
    assert "Traceback" not in said
    assert command.lifetime.calls.packaging_posts == 1


async def test_a_missing_setting_is_one_sentence_and_status_2(command):
    del command.environment["LIFETIME_URL"]

    status, said = await command.run("EmployeeBackoffice", "--env", "Testing")

    assert status == 2
    assert said.splitlines() == [
        "sast-source: LIFETIME_TOKEN is set, but LIFETIME_URL is not.",
    ]


@pytest.mark.parametrize("option", ["--env", "--tag", "--on"])
async def test_a_variable_that_a_pipeline_did_not_set_is_not_taken_for_no_wish(command, option):
    status, said = await command.run("EmployeeBackoffice", option, " ")

    assert status == 2
    assert said == f"sast-source: {option} is empty: give it a value, or leave it away.\n"


async def test_a_platform_that_is_not_configured_is_one_sentence_and_status_2(command):
    status, said = await command.run("A", "--env", "Testing", "--on", "Elsewhere")

    assert status == 2
    assert said.splitlines() == [
        "sast-source: --on names 'Elsewhere', but the configured platforms are: LifeTime."
    ]


@pytest.fixture
async def odc(command):
    server = SandboxOdc(clock=ScaledClock(1))
    server.knobs.packaging_seconds = 0.2
    await server.start()
    command.environment |= {
        "ODC_PORTAL_URL": f"{server.url}/apps",
        "ODC_CLIENT_ID": server.client_id,
        "ODC_CLIENT_SECRET": server.client_secret,
    }
    yield server
    await server.stop()


async def test_both_platforms_are_configured_by_variables_and_on_chooses_one(command, odc):
    both = await command.run("EmployeeBackoffice", "--env", "Testing")
    status, said = await command.run("EmployeeBackoffice", "--env", "Testing", "--on", "odc")

    assert both[0] == 1
    assert "Say which platform with --on." in both[1]
    assert status == 0
    assert "EmployeeBackoffice in Testing: note: Revision 12 (1.4.0) runs in Testing" in said
    assert "platform_error" not in said
    assert odc.calls.packaging_posts == 1


async def test_a_library_is_fetched_by_its_tag(command, odc):
    status, said = await command.run("Currency Formatting", "--tag", "1.1.0", "--out", "out")

    assert status == 0
    assert "Currency Formatting, tag 1.1.0: done: " in said
    assert odc.calls.packaging_posts == 1
    (entry,) = json.loads((command.folder / "out" / "manifest.json").read_text())["applications"]
    assert entry["target"]["wish"]["tag"] == "1.1.0"


async def test_killed_again_and_again_nothing_is_packaged_twice_on_odc(command, odc):
    odc.knobs.packaging_seconds = 1.5
    line = ("EmployeeBackoffice", "--env", "Testing", "--on", "ODC", "--out", "out")
    for part in ("calls the package", "downloading"):
        killed = await command.start(*line)
        await killed.until(part)
        await killed.kill()
    status, _ = await command.run(*line)

    assert status == 0
    assert odc.calls.packagings_doubled == 0
    assert odc.calls.packagings_started == 1


async def test_a_platform_that_is_not_there_is_a_sentence_for_each_application(command):
    await command.lifetime.stop()
    config = "[polling]\n[limits]\nattempts = 1\n"
    (command.folder / "config.toml").write_text(config)

    status, said = await command.run("EmployeeBackoffice", "EmployeeMobile", "--env", "Testing")

    assert status == 1
    assert said.count("failed: ") == 2
    assert "Traceback" not in said


async def test_names_of_any_script_are_written_where_only_ascii_is(command):
    command.environment["PYTHONIOENCODING"] = "ascii"

    status, said = await command.run("O'Brien Café", "--env", "Testing")

    assert status == 0
    assert "O'Brien Caf\\xe9 in Testing: done" in said
