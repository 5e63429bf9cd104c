"""OutSystems' own client, unchanged, gets its package from the sandbox."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.sandbox.lifetime import Knobs, SandboxLifeTime

VENDOR_PYTHON = os.environ.get("SAST_SOURCE_VENDOR_PYTHON", "")

pytestmark = pytest.mark.skipif(
    not Path(VENDOR_PYTHON).is_file(),
    reason="SAST_SOURCE_VENDOR_PYTHON names no interpreter that has outsystems-pipeline",
)


@pytest.fixture
async def lifetime():
    sandbox = SandboxLifeTime(token="vendor-token", knobs=Knobs(packaging_seconds=1.0))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


async def run_client(sandbox, folder, application, *flags):
    (folder / "cfg.env").write_text("SOURCECODE_SLEEP_PERIOD_IN_SECS=1\n")
    command = ["-m", "outsystems.pipeline.fetch_apps_source_code", "-lu", sandbox.url]
    command += ["-lt", sandbox.token, "-t", "Testing", "-l", application, "-a", "out"]
    process = await asyncio.create_subprocess_exec(
        VENDOR_PYTHON,
        *command,
        "-cf",
        "cfg.env",
        *flags,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_outsystems_own_client_reports_its_modules(lifetime, tmp_path):
    code, output = await run_client(lifetime, tmp_path, "EmployeeBackoffice")
    assert code == 0, output
    assert "3 application modules processed successfully." in output
    modules = tmp_path / "out" / "sourcecode_data" / "modules"
    assert (modules / "Gehälter und Zulagen" / "Actions" / "Actions.cs").is_file()
    assert [call.name for call in lifetime.calls][:4] == [
        "applications",
        "environments",
        "start",
        "status",
    ]
    assert [call.authorization for call in lifetime.calls.named("download")] == ["bare"]


async def test_outsystems_own_client_names_the_package_by_version_and_edits_projects(
    lifetime, tmp_path
):
    code, output = await run_client(lifetime, tmp_path, "Employee Portal", "-n", "-res")
    assert code == 0, output
    assert "2 application modules processed successfully." in output
    folder = tmp_path / "out" / "sourcecode_data"
    assert (folder / "Employee_Portal_v2_0_3+.source.zip").is_file()
    project = folder / "modules" / "EmployeePortal" / "EmployeePortal.csproj"
    assert "EmbeddedResource" not in project.read_text()


async def test_outsystems_own_client_unpacks_a_streamed_package_of_a_given_size(lifetime, tmp_path):
    lifetime.knobs.package_bytes = 5_000_000
    code, output = await run_client(lifetime, tmp_path, "EmployeeBackoffice")
    assert code == 0, output
    [package] = (tmp_path / "out" / "sourcecode_data").glob("*.source.zip")
    assert package.stat().st_size == 5_000_000
