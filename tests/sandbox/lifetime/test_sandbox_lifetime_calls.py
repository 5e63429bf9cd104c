"""What the sandbox LifeTime remembers of the calls it got."""

from __future__ import annotations

import asyncio

from bot.sandbox.lifetime.infrastructure import EMPLOYEE_BACKOFFICE, TESTING


async def test_each_call_is_entered_with_what_it_was_about_and_how_it_ended(sandbox, client):
    await client.read(await client.linked(), "good-token")
    await client.json("GET", f"{client.base}/environments", "Bearer wrong")
    told = [(call.name, call.status, call.acted, call.authorization) for call in sandbox.calls]
    assert told == [
        ("start", 201, True, "bearer"),
        ("link", 200, True, "bearer"),
        ("download", 200, True, "bare"),
        ("environments", 403, False, "bearer"),
    ]
    download = sandbox.calls.named("download")[0]
    assert (download.environment, download.application) == (TESTING, EMPLOYEE_BACKOFFICE)


async def test_lost_answers_of_packaging_posts_are_counted(sandbox, client):
    client.fault("drop_after", call="start", times=2)
    client.fault("answer", call="start", status=503, after=2)
    results = [client.json("POST", client.packages) for _ in range(4)]
    answers = await asyncio.gather(*results, return_exceptions=True)
    assert sum(isinstance(each, Exception) for each in answers) == 2
    calls = sandbox.calls
    assert calls.packaging_posts == 4
    assert (calls.packagings_started, calls.packaging_answers_lost) == (3, 2)
    assert len(sandbox.packagings.all) == 3


async def test_peaks_tell_how_many_calls_and_downloads_were_open_at_once(sandbox, client):
    url = await client.linked()
    sandbox.knobs.package_bytes = 50_000_000
    big = [await client.call("GET", url) for _ in range(4)]
    assert sandbox.calls.downloads_now == 4
    assert sandbox.calls.open_peak == 4
    for response in big:
        await response.read()
    assert (sandbox.calls.downloads_now, sandbox.calls.downloads_peak) == (0, 4)


async def test_the_peak_of_requests_per_second_goes_by_the_clock(sandbox, client):
    for _ in range(6):
        await client.get("/environments")
        sandbox.clock.step(0.5)
    assert sandbox.calls.per_second_peak == 2
    for _ in range(5):
        await client.get("/environments")
    assert sandbox.calls.per_second_peak == 6


async def test_a_client_that_leaves_in_the_middle_of_a_download_is_noticed(sandbox, client):
    url = await client.linked()
    sandbox.knobs.package_bytes = 200_000_000
    response = await client.call("GET", url)
    await response.content.read(1000)
    response.close()
    # Another call is answered only after the loop has seen the connection go.
    for _ in range(1000):
        if not sandbox.calls.downloads_now:
            break
        await client.get("/environments")
    assert sandbox.calls.named("download")[0].client_left
