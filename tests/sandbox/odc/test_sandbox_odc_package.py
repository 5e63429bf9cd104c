"""The packages that the sandbox ODC delivers are real zips of a plausible project."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest


def opened(body):
    archive = ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    return archive


async def test_a_package_holds_a_dotnet_back_end_and_a_react_front_end(client):
    archive = opened((await client.fetched(await client.linked()))[1])
    endings = {name.rpartition(".")[2] for name in archive.namelist()}
    assert {"sln", "csproj", "cs", "jsx", "json"} <= endings
    [project] = [name for name in archive.namelist() if name.endswith(".Logic.csproj")]
    assert b"net8.0" in archive.read(project)
    [action] = [name for name in archive.namelist() if name.endswith("GetEmployee.cs")]
    assert b"revision 12 1.4.0" in archive.read(action)


async def test_a_package_is_the_same_bytes_every_time(client):
    await client.finished()
    first, second = [(await client.fetched(await client.uri()))[1] for _ in range(2)]
    assert first == second


@pytest.mark.parametrize("name", ["O'Brien Café", "Employee Onboarding", "Currency Formatting"])
async def test_any_assets_name_makes_a_good_package(sandbox, client, name):
    asset = sandbox.organization.asset_named(name)
    build = sandbox.organization.build_of(asset, asset.highest_tag.number)
    archive = opened((await client.fetched(await client.linked(build.key)))[1])
    assert all(len(part) < 100 for each in archive.namelist() for part in each.split("/"))


async def test_a_package_can_have_any_size_for_all_or_for_one(sandbox, client):
    sandbox.knobs.package_bytes = 1_000_001
    url = await client.linked()
    assert len((await client.fetched(url))[1]) == 1_000_001
    sandbox.knobs.package_bytes_of["EmployeeBackoffice"] = 5_000_000
    body = (await client.fetched(url))[1]
    assert len(body) == 5_000_000
    assert any("/Generated/" in name for name in opened(body).namelist())


async def test_any_bytes_can_stand_for_a_package(sandbox, client):
    sandbox.knobs.package_body_of["EmployeeBackoffice"] = b"PK, or so it seems"
    assert await client.fetched(await client.linked()) == (200, b"PK, or so it seems")
