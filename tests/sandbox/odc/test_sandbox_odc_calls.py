"""What the sandbox ODC remembers of the calls it got."""

from __future__ import annotations

import pytest

from bot.sandbox.odc.default_organization import (
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
)


async def test_each_call_is_entered_with_what_it_was_about_and_how_it_ended(sandbox, client):
    await client.fetched(await client.linked())
    await client.json("GET", "/api/portfolios/v2/environments", "wrong")
    told = [
        (call.name, call.domain, call.status, call.acted, call.authorization)
        for call in sandbox.calls
    ]
    assert told == [
        ("start", "builds", 201, True, "bearer"),
        ("status", "builds", 200, True, "bearer"),
        ("download", "storage", 200, True, "none"),
        ("environments", "portfolios", 401, False, "bare"),
    ]
    for call in sandbox.calls[:3]:
        assert (call.asset, call.build) == (EMPLOYEE_BACKOFFICE, EMPLOYEE_BACKOFFICE_BUILD)
        assert (call.application, call.environment) == (EMPLOYEE_BACKOFFICE, TESTING)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/identity/.well-known/openid-configuration", "discovery"),
        ("/api/portfolios/v2/environments", "environments"),
        ("/api/portfolios/v2/portfolios", "portfolios"),
        ("/api/portfolios/v2/deployed-assets", "deployed_assets"),
        ("/api/asset-repository/v1/assets", "assets"),
        ("/api/asset-repository/v1/assets/x", "asset"),
        ("/api/asset-repository/v1/assets/x/revisions", "revisions"),
        ("/api/asset-repository/v1/assets/x/revisions/1", "revision"),
        ("/api/asset-repository/v1/assets/x/revisions/1/source-code", "oml"),
        ("/api/asset-repository/v1/assets/x/latest-revision", "latest_revision"),
        ("/api/asset-repository/v1/assets/x/highest-tag-revision", "highest_tag"),
        ("/api/builds/v1/build-operations", "builds"),
        ("/api/builds/v1/build-operations/x", "build"),
        ("/api/builds/v1/build-operations/x/generated-code", "status"),
        ("/anything/else", "unknown"),
    ],
)
async def test_each_call_has_a_name(sandbox, client, path, name):
    await client.read(path)
    [call] = sandbox.calls
    assert (call.name, call.path, call.method) == (name, path, "GET")
    assert sandbox.calls.named(name) == [call]


async def test_peaks_tell_how_many_downloads_were_open_at_once(sandbox, client):
    url = await client.linked()
    sandbox.knobs.package_bytes = 30_000_000
    big = [await client.fetch(url) for _ in range(3)]
    assert sandbox.calls.downloads_now == 3
    for response in big:
        await response.read()
    assert (sandbox.calls.downloads_now, sandbox.calls.downloads_peak) == (0, 3)


async def test_a_client_that_leaves_in_the_middle_of_a_download_is_noticed(sandbox, client):
    url = await client.linked()
    sandbox.knobs.package_bytes = 200_000_000
    response = await client.fetch(url)
    await response.content.read(1000)
    response.close()
    # Another call is answered only after the loop has seen the connection go.
    for _ in range(1000):
        if not sandbox.calls.downloads_now:
            break
        await client.discovery()
    assert sandbox.calls.named("download")[0].client_left
