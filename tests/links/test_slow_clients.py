"""What a client may cost that hardly reads."""

from __future__ import annotations

import asyncio

import pytest


async def stuck(source):
    """Wait until the source is not asked for more."""
    given, rounds = -1, 0
    while rounds < 200:
        rounds = rounds + 1 if given == source.given_bytes else 0
        given = source.given_bytes
        await asyncio.sleep(0)
    return given


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_client_that_reads_nothing_makes_at_most_one_mib_wait(
    serve, endless_source, says_length, clock
):
    endless_source.length = 2**40 if says_length else None
    served = await serve(endless_source)
    client = await served.raw(receive_buffer=4096)
    async with endless_source.more:
        await endless_source.more.wait_for(lambda: endless_source.given_bytes > 0)
    assert await stuck(endless_source) <= 2**20
    received = 0
    while received < 3 * 2**20:
        received += len(await client.read(65536))
        assert endless_source.given_bytes - received <= 2**20
    await stuck(endless_source)
    for _ in range(6):
        await clock.advance(15)
    line = await served.audit.until("download.aborted")
    assert line[3].endswith(", stalled")
    assert served.downloads.running == 0
    client.close()


async def test_a_client_that_reads_slowly_but_reads_is_not_cut_off(serve, endless_source, clock):
    served = await serve(endless_source, stall_seconds=60)
    client = await served.raw(receive_buffer=4096)
    for _ in range(20):
        received = 0
        while received < 16 * 1024:
            received += len(await client.read(4096))
        await clock.advance(30)
    assert served.downloads.running == 1
    client.close()
    await served.audit.until("download.aborted")
