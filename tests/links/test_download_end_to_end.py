"""The bot's link, its gateway and a pretend LifeTime together, over real sockets."""

from __future__ import annotations

import io
import zipfile

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.domain.target import Environment, Purpose, Target
from bot.links.download import Outcome
from bot.platforms.gateway import gateway
from bot.platforms.session import make_session
from bot.sandbox.lifetime import Fault, Knobs, SandboxLifeTime
from bot.settings import LifeTimeSettings, PlatformLimits, Secret

SIZE = 3_000_000


@pytest.fixture
async def lifetime():
    sandbox = SandboxLifeTime(knobs=Knobs(packaging_seconds=0.0, package_bytes=SIZE))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def served(serve, lifetime):
    """A server whose one link is for a package that LifeTime has ready."""
    where = lifetime.infrastructure.environment_named("Testing")
    what = lifetime.infrastructure.application_named("EmployeeBackoffice")
    target = Target(
        platform="lifetime",
        environment=Environment(
            platform="lifetime", key=where.key, name=where.name, purpose=Purpose.TEST
        ),
        application=what.key,
        application_name=what.name,
    )
    settings = LifeTimeSettings(
        name="lifetime",
        url=lifetime.url,
        token=Secret(value=lifetime.token),
        limits=PlatformLimits(attempts=1),
    )
    async with make_session() as session:
        platform = gateway(settings, session, SystemClock(), lambda *_: None)
        package = (await platform.start_packaging(target)).package
        served = await serve(platform)
        served.links.change(served.link, target=target, package=package)
        yield served


async def test_a_package_travels_whole(served, lifetime, http):
    async with http.get(served.url) as response:
        body = await response.read()
        assert response.headers["Content-Length"] == str(SIZE)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()
    assert served.token not in repr(lifetime.calls)


@pytest.mark.parametrize("kind", ["chunked", "base64_json", "refuse_bearer", "dead_link"])
async def test_every_form_of_a_package_travels_whole(served, lifetime, http, kind):
    lifetime.knobs.add(Fault(kind))
    async with http.get(served.url) as response:
        assert len(await response.read()) == SIZE


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("share", [0.3, 0.9999])
@pytest.mark.parametrize("kind", ["cut", "ends_early"])
async def test_a_package_that_ends_early_is_cut_off(served, lifetime, kind, share, version):
    lifetime.knobs.add(Fault(kind, share=share))
    client = await served.raw(version=version)
    received, was_reset = await client.read_all()
    client.close()
    assert was_reset
    assert b" 200 OK" in received
    assert not received.endswith(b"0\r\n\r\n")
    assert len(received) < SIZE
    await served.audit.until("download.aborted")
    assert [outcome for outcome, _ in served.outcomes] == [Outcome.CUT]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("answer", call="link", status=404), 404),
        (Fault("answer", call="download", status=500, times=None), 502),
        (Fault("html", call="download", times=None), 502),
        (Fault("answer", call="link", status=403), 502),
        (Fault("answer", call="link", status=429, retry_after=1), 503),
        (Fault("drop_before", call="link", times=None), 504),
    ],
    ids=lambda value: f"{value.kind}-{value.call}" if isinstance(value, Fault) else str(value),
)
async def test_a_platform_that_fails_first_is_a_page(served, lifetime, http, fault, status):
    lifetime.knobs.add(fault)
    async with http.get(served.url) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        assert lifetime.token not in await response.text()


async def test_a_client_that_leaves_ends_the_download_at_the_platform(served, lifetime):
    lifetime.knobs.pace_bytes_per_second = 2_000_000
    client = await served.raw()
    await client.read_past(b"\r\n\r\n")
    client.close()
    line = await served.audit.until("download.aborted")
    assert line[3].endswith(", left")
    assert served.downloads.running == 0
