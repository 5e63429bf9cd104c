"""One token for all, renewed once and before its end."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web

from bot.errors import PlatformError, PlatformRefused
from bot.sandbox.odc import Fault
from tests.platforms.bench import Observed
from tests.platforms.odc_bench import OdcBench


async def at_once(cloud, number=50):
    return await asyncio.gather(
        *(cloud.clock_ahead() for _ in range(number)), return_exceptions=True
    )


@pytest.fixture
def heard(odc_bench):
    """Tell when a token was asked for, whatever came of it. For gateways made hereafter."""
    event = asyncio.Event()

    class Heard(Observed):
        def __call__(self, call, outcome, seconds):
            super().__call__(call, outcome, seconds)
            if call == "token":
                event.set()

    odc_bench.observed = Heard()
    return event


async def test_fifty_calls_share_one_token(cloud, odc):
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    assert (odc.calls.tokens_given, len(odc.calls.named("discovery"))) == (1, 1)


async def test_fifty_calls_that_are_refused_share_one_renewal(cloud, odc):
    await cloud.clock_ahead()
    odc.expire_tokens()
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    assert odc.calls.tokens_given == 2


@pytest.mark.parametrize(("lives", "used"), [(43200, 42900), (1000, 900)])
async def test_a_token_is_renewed_shortly_before_its_end(odc_bench, odc, heard, lives, used):
    odc.knobs.token_seconds = lives
    cloud = odc_bench.gateway(odc.url)
    await cloud.clock_ahead()
    await odc_bench.clock.sleep(used - 1)
    await cloud.clock_ahead()
    assert odc.calls.token_requests == 1
    await odc_bench.clock.sleep(1)
    heard.clear()
    await cloud.clock_ahead()
    await heard.wait()
    assert odc.calls.tokens_given == 2
    await cloud.clock_ahead()
    assert all(call.status == 200 for call in odc.calls)
    assert len(odc.calls.named("discovery")) == 1


async def test_a_renewal_that_takes_long_holds_up_nobody_while_the_token_lives(
    odc_bench, identity, heard
):
    identity.may_answer.set()
    cloud = odc_bench.gateway(identity.url)
    await cloud.clock_ahead()
    for event in (identity.may_answer, identity.asked, heard):
        event.clear()
    identity.token = web.json_response({"access_token": "the-token-2", "expires_in": 600})
    await odc_bench.clock.sleep(550)
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    await identity.asked.wait()
    assert set(identity.authorizations) == {"Bearer the-token-1"}
    identity.may_answer.set()
    await heard.wait()
    await at_once(cloud, 2)
    await cloud.clock_ahead()
    assert identity.authorizations[-1] == "Bearer the-token-2"
    assert identity.tokens == 2


async def test_a_token_that_has_ended_is_waited_for(odc_bench, odc):
    cloud = odc_bench.gateway(odc.url)
    await cloud.clock_ahead()
    await odc_bench.clock.sleep(43200)
    assert not any(isinstance(each, Exception) for each in await at_once(cloud))
    assert odc.calls.tokens_given == 2
    assert {call.status for call in odc.calls} == {200}


@pytest.mark.parametrize(
    "fault", [{"kind": "drop_before"}, {"kind": "answer", "status": 401}, {"kind": "html"}]
)
async def test_where_it_cannot_be_renewed_in_time_it_is_used_to_its_end(
    odc_bench, odc, heard, fault
):
    cloud = odc_bench.gateway(odc.url, attempts=1)
    await cloud.clock_ahead()
    odc.knobs.add(Fault(call="token", times=None, **fault))
    for at, asked in ((43000, 2), (43010, 2), (43031, 3), (43040, 3)):
        odc_bench.clock.time += timedelta(seconds=at) - (odc_bench.clock.time - odc.calls[0].at)
        heard.clear()
        await at_once(cloud, 5)
        if odc.calls.token_requests < asked:
            await heard.wait()
        assert odc.calls.token_requests == asked
    odc_bench.clock.time += timedelta(seconds=200)
    with pytest.raises(PlatformError, match="give an access token"):
        await cloud.clock_ahead()


async def test_a_token_that_is_refused_although_it_is_new_is_told_in_words(cloud, odc, mishaps):
    mishaps("answer", call="environments", status=401, text="Go away", times=None)
    with pytest.raises(PlatformRefused, match=r"Go away.*suspended or revoked"):
        await cloud.clock_ahead()
    assert odc.calls.tokens_given == 2


async def test_what_is_forbidden_renews_nothing(cloud, odc, mishaps):
    mishaps("answer", call="environments", status=403, times=None)
    with pytest.raises(PlatformRefused, match="Asset management > Open"):
        await cloud.clock_ahead()
    assert odc.calls.tokens_given == 1


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(
    odc_bench: OdcBench, identity
):
    cloud = odc_bench.gateway(identity.url)
    callers = [asyncio.create_task(cloud.clock_ahead()) for _ in range(5)]
    await identity.asked.wait()
    callers[0].cancel()
    await asyncio.wait(callers[:1])
    identity.may_answer.set()
    await asyncio.gather(*callers[1:])
    assert identity.tokens == 1
    assert identity.authorizations == ["Bearer the-token-1"] * 4


@pytest.mark.parametrize("lives", [None, "soon", -1, 0, 1e300, "nan", "3600", [], True])
async def test_a_token_is_used_whatever_is_said_of_its_life(odc_bench, identity, lives):
    identity.may_answer.set()
    body = {"access_token": "the-token-1", "expires_in": lives, "token_type": "bearer"}
    identity.token = web.Response(text=json.dumps(body))
    cloud = odc_bench.gateway(identity.url)
    await cloud.clock_ahead()
    await cloud.clock_ahead()
    assert identity.tokens == 1
