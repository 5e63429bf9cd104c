"""What operators look at."""

from __future__ import annotations

from bot.settings import Listen
from tests.acceptance.reading import WITHIN


async def test_health_and_metrics_tell_how_it_is(world, ada, browser):
    world.metrics_listen = Listen(host="127.0.0.1", port=0)
    bot = await world.start_bot()

    async def get(path, address=bot.address):
        async with browser.get(f"http://{address}{path}") as answer:
            return answer.status, (await answer.read()).decode(errors="replace")

    status, text = await get("/healthz")
    assert status == 200
    assert bot.instance in text
    status, text = await get("/readyz")
    assert (status, '"slack": "ok"' in text, '"database": "ok"' in text) == (200, True, True)
    assert (await get("/metrics"))[0] == 404

    await ada.types("EmployeeBackoffice Testing")
    link = await world.thread().gives_link()
    await get(link.removeprefix(f"http://{bot.address}"))
    await get("/download/nothing")
    await world.thread().shows("Ready")
    shown = ""
    while 'sast_source_retrievals{state="ready"} 1.0' not in shown:
        status, shown = await get("/metrics", bot.metrics_address)
    assert status == 200
    assert "sast_source_time_to_link_seconds_count 1.0" in shown
    assert 'sast_source_downloads_total{outcome="finished"} 1.0' in shown
    assert 'sast_source_downloads_total{outcome="unknown"} 1.0' in shown
    assert "sast_source_loop_lag_seconds_count" in shown
    started = 'sast_source_platform_call_seconds_count{call="start",outcome="ok",platform='
    assert f'{started}"{world.platform.name}"}} 1.0' in shown
    assert 'sast_source_slack_call_seconds_count{method="chat.postMessage",outcome="ok"}' in shown

    world.slack.knobs.sockets_silent = True
    await world.slack.disconnect_sockets()
    status = 200
    while status == 200:
        status, text = await get("/readyz")
    assert status == 503
    assert "not connected" in text
    assert (await get("/healthz"))[0] == 200
    world.slack.knobs.sockets_silent = False
    await world.slack.wait_until(world.slack.sockets.open_connections, within=WITHIN)
