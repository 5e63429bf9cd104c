"""What LifeTime is known to do wrong, and that the gateway copes with it or says what it is."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.packaging import PackagingState
from bot.errors import (
    PlatformBroken,
    PlatformBusy,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)
from tests.platforms.bench import ASKED_AT, TOKEN

KEY = "PACKAGE"


async def everything(platform, target):
    """Go through every call once."""
    await platform.catalogue(fresh=True)
    described = await platform.describe(target)
    package = (await platform.start_packaging(described)).package
    report = await platform.packaging_report(described, package, asked_at=ASKED_AT)
    async with platform.open_package(described, package) as body:
        size = sum([len(piece) async for piece in body])
    return report, size


@pytest.mark.parametrize("code", [200, 201, 202])
async def test_every_code_of_success_is_one(platform, lifetime, target, code):
    lifetime.knobs.start_code = lifetime.knobs.status_code = lifetime.knobs.link_code = code
    report, size = await everything(platform, target)
    assert report.state is PackagingState.READY
    assert size > 0


async def test_no_content_is_an_empty_list(platform, faults):
    faults("no_content", times=2)
    catalogue = await platform.catalogue()
    assert (catalogue.environments, catalogue.applications) == ((), ())


async def test_fields_and_values_that_nobody_published_are_no_obstacle(platform, target, faults):
    faults("unknown_fields", times=None)
    report, size = await everything(platform, target)
    assert report.state is PackagingState.READY
    assert size > 0


async def test_messages_may_be_null(platform, target, faults):
    faults("messages_null", times=None)
    assert (await platform.start_packaging(target)).messages == ()


@pytest.mark.parametrize("kind", ["html", "empty_body", "cut_json", "drop_before", "drop_after"])
@pytest.mark.parametrize("call", ["environments", "start", "status", "link"])
async def test_one_spoilt_answer_is_asked_for_again(platform, lifetime, target, faults, kind, call):
    faults(kind, call=call)
    report, _ = await everything(platform, target)
    assert report.state is PackagingState.READY
    assert len(lifetime.calls.named(call)) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_is_asked_again_with_growing_pauses_until_the_limit(
    bench, lifetime, faults, status
):
    faults("answer", status=status, call="environments", times=None)
    faults("no_content", call="applications", times=None)
    with pytest.raises(PlatformBroken, match=str(status)):
        await bench.gateway(lifetime.url, attempts=4).catalogue()
    assert len(lifetime.calls.named("environments")) == 4
    first, second, third = bench.clock.waits
    assert 0.25 <= first <= 0.5 <= second <= 1.0 <= third <= 2.0


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("html", 'a web page, "LifeTime - Login"'),
        ("empty_body", r"nothing \(an empty answer\)"),
        ("cut_json", "cannot be read"),
    ],
)
async def test_an_answer_that_stays_spoilt_is_described(
    bench, lifetime, target, faults, kind, said
):
    faults(kind, call="start", times=None)
    with pytest.raises(PlatformBroken, match=said):
        await bench.gateway(lifetime.url, attempts=2).start_packaging(target)


async def test_an_answer_that_never_begins_is_a_time_out(bench, lifetime, target, faults):
    faults("hang", call="status", times=None)
    impatient = bench.gateway(lifetime.url, attempts=2, timeout_seconds=0.05)
    with pytest.raises(PlatformUnreachable, match=r"did not answer within 0\.05 s"):
        await impatient.packaging_report(target, KEY, asked_at=ASKED_AT)
    assert len(lifetime.calls.named("status")) == 2


async def test_a_platform_that_is_down_is_said_to_be(bench, lifetime, target):
    await lifetime.stop()
    with pytest.raises(PlatformUnreachable, match=r"127\.0\.0\.1 does not accept connections"):
        await bench.gateway(lifetime.url, attempts=3).start_packaging(target)
    assert bench.observed.count("start", "unreachable") == 3
    assert bench.observed.count("start", "repeated") == 0  # nothing was ever sent


async def test_a_dropped_connection_is_said_to_be_one(bench, lifetime, target, faults):
    faults("drop_before", times=None)
    with pytest.raises(PlatformUnreachable, match="closed the connection without an answer"):
        await bench.gateway(lifetime.url, attempts=2).start_packaging(target)


@pytest.mark.parametrize("kind", ["drop_after", "html", "cut_json"])
async def test_a_start_whose_answer_was_lost_is_sent_again_and_counted(
    bench, platform, lifetime, target, faults, kind
):
    faults(kind, call="start")
    assert (await platform.start_packaging(target)).package
    assert lifetime.calls.packaging_posts == 2
    assert bench.observed.count("start", "repeated") == 1


class Listener:
    """Somebody who is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def waits(self, ahead: int) -> None:
        self.told.append(f"waits behind {ahead}")

    async def goes_on(self) -> None:
        self.told.append("goes on")

    async def sends(self, *, is_repeat: bool) -> None:
        self.told.append("sends again" if is_repeat else "sends")

    async def turned_away(self) -> None:
        self.told.append("turned away")


@pytest.mark.parametrize(
    ("before", "told"),
    [(None, ["sends", "sends again"]), (ASKED_AT, ["sends again", "sends again"])],
)
async def test_a_start_that_may_be_a_second_one_is_said_to_be(
    platform, target, faults, before, told
):
    faults("drop_after", call="start")
    listener = Listener()
    assert await platform.start_packaging(target, asked_before=before, watcher=listener)
    assert listener.told == told


async def test_a_wait_of_hours_is_taken_where_somebody_sees_it(bench, platform, target, faults):
    faults("answer", call="start", status=429, retry_after=7_200, times=7)
    listener = Listener()
    began = bench.clock.now()
    assert await platform.start_packaging(target, watcher=listener)
    assert (bench.clock.now() - began).total_seconds() >= 7 * 7_200
    assert listener.told == ["sends", "turned away", "waits behind 0", "goes on"] * 7 + ["sends"]


async def test_who_waits_for_a_link_hears_of_it(platform, target, faults):
    package = (await platform.start_packaging(target)).package
    faults("answer", call="link", status=429, retry_after=7_200, times=2)
    listener = Listener()
    assert await platform.platform_link(target, package, listener)
    assert listener.told == ["waits behind 0", "goes on"] * 2


@pytest.mark.parametrize(
    ("status", "kind"), [(400, PlatformRejected), (403, PlatformRefused), (404, PlatformNotFound)]
)
async def test_a_refusal_is_not_argued_with(platform, lifetime, target, faults, status, kind):
    faults("answer", call="start", status=status, text="The very words.", times=None)
    with pytest.raises(kind, match="The very words") as caught:
        await platform.start_packaging(target)
    assert lifetime.calls.packaging_posts == 1
    assert caught.value.platform == "Acme"


async def test_too_many_requests_is_waited_for_as_long_as_asked(bench, platform, target, faults):
    faults("answer", call="start", status=429, retry_after=7, times=2)
    began = bench.clock.now()
    assert (await platform.start_packaging(target)).package
    assert (bench.clock.now() - began).total_seconds() >= 14
    assert bench.observed.count("start", "busy") == 2
    assert bench.observed.count("start", "repeated") == 0


async def test_a_wait_of_hours_is_left_to_the_caller(bench, platform, target, faults):
    faults("answer", call="start", status=429, retry_after=7_200)
    with pytest.raises(PlatformBusy) as caught:
        await platform.start_packaging(target)
    assert caught.value.retry_after == 7_200
    assert bench.clock.waits == []


async def test_a_packaging_that_fails_says_why(platform, target, faults):
    faults("fails", value="Aborted", text="The module has errors.")
    started = await platform.start_packaging(target)
    report = await platform.packaging_report(target, started.package, asked_at=ASKED_AT)
    assert (report.state, report.is_known) == (PackagingState.FAILED, False)
    assert report.wire_status == "Aborted"
    assert report.messages[-1].text == "The module has errors."
    assert report.messages[-1].level.value == "error"


async def test_done_with_an_error_is_decided_by_the_link(platform, target, faults):
    faults("done_with_error", text="The package has 187 Mb.")
    report = await platform.start_packaging(target)
    assert report.state is PackagingState.READY
    with pytest.raises(PlatformRejected):
        await platform.platform_link(target, report.package)


async def test_a_redirect_is_not_followed_and_the_token_stays_at_home(
    bench, lifetime, target, wire, faults
):
    faults("redirect", call="start", text=wire.url, times=None)
    with pytest.raises(PlatformRejected, match=r"redirect \(302\) to the host 127\.0\.0\.1"):
        await bench.gateway(lifetime.url).start_packaging(target)
    assert wire.requests == []


async def test_a_refused_token_is_read_again_from_its_file(bench, lifetime, target, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    platform = bench.gateway(lifetime.url, token_file=file)
    await platform.catalogue()
    lifetime.rotate_token("the-new-token")
    file.write_text("the-new-token\n")
    assert (await platform.start_packaging(target)).package
    assert [call.status for call in lifetime.calls.named("start")] == [403, 201]


async def test_a_token_that_stays_refused_is_tried_once(bench, lifetime, target, tmp_path):
    file = tmp_path / "token"
    file.write_text("wrong")
    with pytest.raises(PlatformRefused, match="Authentication failed"):
        await bench.gateway(lifetime.url, token_file=file).start_packaging(target)
    assert lifetime.calls.packaging_posts == 1


async def test_a_token_file_that_is_gone_is_a_refusal_of_ours(bench, lifetime, target, tmp_path):
    platform = bench.gateway(lifetime.url, token_file=tmp_path / "missing")
    with pytest.raises(PlatformRefused, match="cannot be read"):
        await platform.start_packaging(target)
    assert len(lifetime.calls) == 0


@pytest.mark.parametrize("token", [b"two\nlines", b"gr\xc3\xbcn", b"\xff\xfe"])
async def test_a_token_that_cannot_be_sent_is_not_shown_either(
    bench, lifetime, target, tmp_path, token
):
    file = tmp_path / "token"
    file.write_bytes(token)
    with pytest.raises(PlatformRefused, match=r"characters|no text file") as caught:
        await bench.gateway(lifetime.url, token_file=file).start_packaging(target)
    assert "lines" not in str(caught.value)


async def test_a_token_that_the_server_echoes_is_taken_out(bench, lifetime, target, faults):
    faults("answer", call="start", status=403, text=f"Bearer {TOKEN} is unknown")
    with pytest.raises(PlatformRefused, match=r"Bearer \[token\] is unknown") as caught:
        await bench.gateway(lifetime.url).start_packaging(target)
    assert caught.value.__context__ is None


async def test_https_to_a_server_without_it_says_so(bench, lifetime, target):
    platform = bench.gateway(lifetime.url.replace("http:", "https:"), attempts=1)
    with pytest.raises(PlatformUnreachable, match="does not speak TLS"):
        await platform.start_packaging(target)


async def test_no_more_requests_at_once_and_per_second_than_set(bench, lifetime, target, faults):
    faults("slow", seconds=0.01, times=None)
    platform = bench.gateway(lifetime.url, requests_at_once=3, requests_per_second=50.0)
    package = (await platform.start_packaging(target)).package
    began = bench.clock.now()
    await _ask_at_once(platform, target, package, 200)
    assert lifetime.calls.open_peak == 3
    assert (bench.clock.now() - began).total_seconds() >= 3


async def _ask_at_once(platform, target, package, number):
    await asyncio.gather(
        *(platform.packaging_report(target, package, asked_at=ASKED_AT) for _ in range(number))
    )


async def test_each_request_is_observed_once(bench, platform, lifetime, target):
    await everything(platform, target)
    told = {(call, outcome) for call, outcome, _ in bench.observed}
    assert told == {
        (name, "ok")
        for name in ("environments", "applications", "application", "start", "status", "link",
                     "download")
    }  # fmt: skip
    assert len(bench.observed) == len(lifetime.calls)
    assert all(seconds >= 0 for _, _, seconds in bench.observed)
