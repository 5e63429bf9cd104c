"""The one client: what it repeats, what it waits for, and to whom it shows its token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.errors import (
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformUnreachable,
)
from bot.platforms.answers import Words
from bot.platforms.call import Call
from bot.platforms.credentials import Anonymous
from bot.platforms.http import Authorization, PlatformClient, Reply
from bot.settings import OdcLimits, OdcSettings, Secret
from tests.platforms.bench import TOKEN
from tests.platforms.virtual_clock import VirtualClock, settle
from tests.platforms.wire_server import WireServer, answer

GET = Call("status", "say how far it is", api="builds")
FREE = Call("free", "answer")
POST = Call("start", "start the packaging", "POST", api="builds")
LOOKED_FOR = Call("start", "start the packaging", "POST", api="builds", is_looked_for=True)
HARMLESS = Call("token", "give a token", "POST", api="builds", is_harmless=True)
WORDS = Words(refusal="The client may be suspended.", nothing_there="That is no portal.")

OK = answer(b"{}")
BROKEN = answer(b"", "500 Oops")
BUSY = answer(b"", "429 Slow down")


class Token:
    """A token that changes when it is told to."""

    def __init__(self) -> None:
        self.value = TOKEN
        self.next: str | None = None
        self.asked = 0
        self.refusals: list[tuple[str, int | None]] = []
        self.failure: PlatformError | None = None

    async def current(self) -> str:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.value

    async def renewed(self, refused: str, refusal: PlatformRefused) -> str | None:
        self.refusals.append((refused, refusal.status))
        self.value = self.next or self.value
        return self.next

    def redacted(self, body: bytes) -> bytes:
        return body.replace(self.value.encode(), b"[token]")


class Listener:
    """Somebody who is told."""

    def __init__(self, on_send: Callable[[], None] = lambda: None) -> None:
        self.told: list[object] = []
        self._on_send = on_send

    async def waits(self, ahead: int) -> None:
        self.told.append(ahead)

    async def goes_on(self) -> None:
        self.told.append("goes on")

    async def sends(self, *, is_repeat: bool) -> None:
        self._on_send()
        self.told.append("sends again" if is_repeat else "sends")

    async def turned_away(self) -> None:
        self.told.append("turned away")


class Counter:
    """A client at the counter of a server of bytes."""

    def __init__(self, bench, wire: WireServer) -> None:
        self.bench = bench
        self.wire = wire
        self.token = Token()
        self.client = self.make()

    def make(self, credentials=None, **limits: float) -> PlatformClient:
        settings = OdcSettings(
            name="Acme",
            url=self.wire.url,
            client_id="bot",
            client_secret=Secret(value="word"),
            limits=OdcLimits(**limits),
        )
        bench = self.bench
        return PlatformClient(
            settings, credentials or self.token, WORDS, bench.session, bench.clock, bench.observed
        )

    async def ask(self, call: Call = GET, *, client: PlatformClient | None = None, **how) -> Reply:
        url = URL(f"{self.wire.url}/there")
        return await (client or self.client).ask(call, url, lambda reply: reply, **how)

    @property
    def seconds(self) -> float:
        return sum(self.bench.clock.waits)

    @property
    def shown(self) -> list[str]:
        """What each request showed as its authorization."""
        return [
            next((line[15:] for line in lines if line.startswith("Authorization: ")), "")
            for lines in (request.decode().split("\r\n") for request in self.wire.requests)
        ]


@pytest.fixture
def counter(bench, wire) -> Counter:
    return Counter(bench, wire)


async def test_a_call_shows_the_token(counter):
    counter.wire.answers = [OK]
    assert (await counter.ask()).body == b"{}"
    assert counter.shown == [f"Bearer {TOKEN}"]


async def test_without_credentials_there_is_no_authorization_and_no_renewal(counter):
    counter.wire.answers = [answer(b"", "401 Who are you")]
    with pytest.raises(PlatformRefused, match="suspended"):
        await counter.ask(client=counter.make(Anonymous()))
    assert counter.shown == [""]


async def test_a_form_is_sent_as_one(counter):
    sent = []

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(await reader.readexactly(15))
        writer.write(OK)

    counter.wire.answers = [read]
    await counter.ask(HARMLESS, form={"a b": "c&d", "e": "f=g"})
    assert sent == [b"a+b=c%26d&e=f%3"]
    assert b"Content-Type: application/x-www-form-urlencoded" in counter.wire.requests[0]


async def test_a_refused_token_is_renewed_and_the_call_made_again(counter):
    counter.token.next = "newer"
    counter.wire.answers = [answer(b"", "401 Expired"), OK]
    await counter.ask()
    assert counter.shown == [f"Bearer {TOKEN}", "Bearer newer"]
    assert counter.token.refusals == [(TOKEN, 401)]


async def test_the_credentials_decide_whether_a_refusal_is_worth_a_renewal(counter):
    counter.wire.answers = [answer(b"", "403 No")]
    with pytest.raises(PlatformRefused, match=r"\(403\).* The client may be suspended\.$"):
        await counter.ask()
    assert len(counter.wire.requests) == 1
    assert counter.token.refusals == [(TOKEN, 403)]


async def test_a_token_is_taken_when_it_is_sent_and_not_before_a_long_wait(counter):
    clock = counter.bench.clock = VirtualClock()
    client = counter.make(requests_per_minute=1)
    counter.wire.answers = [OK]
    await counter.ask(client=client)
    waiting = asyncio.create_task(counter.ask(client=client))
    await settle()
    counter.token.value = "newer"
    await clock.advance(60)
    await waiting
    assert counter.shown == [f"Bearer {TOKEN}", "Bearer newer"]


@pytest.mark.parametrize("kind", [PlatformRefused, PlatformUnreachable])
async def test_no_token_is_no_call_and_is_not_tried_again_here(counter, kind):
    counter.token.failure = kind("There is no token.")
    with pytest.raises(kind, match="no token"):
        await counter.ask()
    assert (counter.wire.requests, counter.token.asked) == ([], 1)
    assert counter.token.refusals == []


async def test_a_token_that_is_not_to_be_had_for_now_is_waited_for_if_somebody_sees_it(counter):
    """First before the call, then when it has its turn, since the token has ended meanwhile."""
    busy = PlatformBusy("No token for now.", retry_after=90)

    class Scarce(Token):
        async def current(self) -> str:
            token = await super().current()
            if self.asked in {1, 3, 4}:
                raise busy
            return token

    counter.wire.answers = [OK]
    listener = Listener()
    client = counter.make(Scarce(), attempts=1)
    await counter.ask(POST, client=client, watcher=listener)
    assert listener.told == [0, "goes on", 0, "goes on", "sends"]
    assert counter.bench.clock.waits == [90, 90]
    with pytest.raises(PlatformBusy, match="No token for now"):
        await counter.ask(client=counter.make(Scarce()))


async def test_a_link_without_authorization_is_shown_no_token(counter):
    counter.wire.answers = [answer(b"PK")]
    there = URL(counter.wire.url.replace("127.0.0.1", "localhost")) / "package"
    stream = await counter.client.open(GET, there, authorization=Authorization.NONE)
    assert await stream.read() == b"PK"
    stream.close()
    assert TOKEN.encode() not in counter.wire.requests[0]
    assert counter.token.asked == 0


XML = (
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired &amp; gone'
    "</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId><HostId>0123456789abcdef</HostId></Error>"
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (XML, "AccessDenied: Request has expired & gone"),
        ("no signature 0123456789abcdef", '"no signature [secret]"'),
    ],
)
async def test_a_foreign_host_is_named_and_neither_link_nor_signature_shown(counter, said, shown):
    counter.wire.answers = [answer(said.encode(), "403 Forbidden")]
    there = URL(counter.wire.url.replace("127.0.0.1", "localhost")) / "package"
    there = there.with_query({"X-Amz-Signature": "0123456789abcdef", "X-Amz-Expires": "60"})
    with pytest.raises(PlatformRefused) as caught:
        await counter.client.open(GET, there, authorization=Authorization.NONE)
    assert caught.value.message == (
        f"localhost, to which Acme refers, refused to say how far it is (403): {shown}."
    )
    assert counter.token.refusals == []


async def test_a_foreign_host_that_is_down_is_the_one_that_is_named(counter):
    there = URL(counter.wire.url.replace("127.0.0.1", "localhost")) / "package"
    await counter.wire.stop()
    with pytest.raises(PlatformUnreachable, match=r"it is: localhost does not accept"):
        await counter.client.open(GET, there, authorization=Authorization.NONE)
    await counter.wire.start()


async def test_a_download_that_breaks_off_names_the_host_it_came_from(counter):
    counter.wire.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nPK"]
    there = URL(counter.wire.url.replace("127.0.0.1", "localhost")) / "package"
    stream = await counter.client.open(GET, there, authorization=Authorization.NONE)
    assert await stream.read() == b"PK"
    with pytest.raises(PlatformError, match="connection to localhost broke off after 2 bytes"):
        await stream.read()
    stream.close()


def problem(status: str, **fields: object) -> bytes:
    return answer(json.dumps(fields).encode(), status)


async def test_a_problem_is_shown_with_what_support_asks_for_and_logged(counter):
    counter.wire.answers = [
        problem(
            "404 Not Found",
            title="Not Found",
            detail="Couldn't find build",
            traceId="00-4bf9-00",
            errorCode="OS-BEW-40401",
        )
    ]
    with capture_logs() as logged, pytest.raises(PlatformNotFound) as caught:
        await counter.ask()
    assert caught.value.message == (
        "Acme could not say how far it is (404): Couldn't find build "
        "(OS-BEW-40401, trace id 00-4bf9-00)."
    )
    assert (caught.value.error_code, caught.value.trace_id) == ("OS-BEW-40401", "00-4bf9-00")
    assert logged == [
        {
            "event": "platform_error",
            "log_level": "info",
            "platform": "Acme",
            "call": "status",
            "status": 404,
            "error_code": "OS-BEW-40401",
            "trace_id": "00-4bf9-00",
        }
    ]


async def test_an_error_without_a_trace_is_not_logged(counter):
    counter.wire.answers = [answer(b"<html>Oops</html>", "404 Not Found")]
    with capture_logs() as logged, pytest.raises(PlatformNotFound, match="no portal"):
        await counter.ask()
    assert logged == []


async def test_a_watcher_hears_of_each_request_right_before_it_is_sent(counter):
    client = counter.make(starts_per_minute=1)
    so_far: list[int] = []
    counter.wire.answers = [OK]
    listener = Listener(on_send=lambda: so_far.append(len(counter.wire.requests)))
    for _ in range(2):
        await counter.ask(POST, client=client, watcher=listener)
    assert listener.told == ["sends", 0, "goes on", "sends"]
    assert so_far == [0, 1]


@pytest.mark.parametrize("call", [GET, HARMLESS])
async def test_what_has_no_effect_is_not_announced(counter, call):
    counter.wire.answers = [BROKEN, OK]
    listener = Listener()
    await counter.ask(call, watcher=listener, is_repeat=True)
    assert listener.told == []
    assert counter.bench.observed.count(call.name, "repeated") == 0


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([OK], ["sends"]),
        ([BROKEN, OK], ["sends", "sends again"]),
        ([b"", OK], ["sends", "sends again"]),
        ([answer(b"", "429 Slow", Retry_After="1"), OK], ["sends", "turned away", "sends"]),
        (
            [BROKEN, answer(b"", "429 Slow", Retry_After="1"), OK],
            ["sends", "sends again", "turned away", "sends again"],
        ),
        ([answer(b"", "401 Expired"), OK], ["sends", "turned away", "sends"]),
    ],
)
async def test_a_repetition_is_one_when_an_earlier_attempt_may_have_acted(counter, answers, told):
    counter.wire.answers = answers
    counter.token.next = "newer"
    listener = Listener()
    await counter.ask(POST, watcher=listener)
    assert listener.told == told
    assert counter.bench.observed.count("start", "repeated") == told.count("sends again")


async def test_a_repetition_of_the_callers_is_one_from_the_first(counter):
    counter.wire.answers = [OK]
    listener = Listener()
    await counter.ask(POST, watcher=listener, is_repeat=True)
    assert listener.told == ["sends again"]


@pytest.mark.parametrize(("lost", "kind"), [(BROKEN, PlatformBroken), (b"", PlatformUnreachable)])
async def test_what_can_be_looked_for_is_not_sent_again(counter, lost, kind):
    counter.wire.answers = [lost, OK]
    with pytest.raises(kind):
        await counter.ask(LOOKED_FOR)
    assert len(counter.wire.requests) == 1


async def test_what_can_be_looked_for_is_sent_again_where_it_did_nothing(counter):
    counter.wire.answers = [answer(b"", "429 Slow", Retry_After="1"), OK]
    await counter.ask(LOOKED_FOR)
    assert len(counter.wire.requests) == 2


async def test_what_can_be_looked_for_is_tried_again_where_nobody_was_there(counter):
    await counter.wire.stop()
    with pytest.raises(PlatformUnreachable):
        await counter.ask(LOOKED_FOR, client=counter.make(attempts=3))
    assert counter.bench.observed.count("start", "unreachable") == 3
    await counter.wire.start()


async def test_a_platform_that_is_too_busy_is_waited_for_a_minute_if_somebody_sees_it(counter):
    counter.wire.answers = [*[BUSY] * 8, OK]
    listener = Listener()
    await counter.ask(watcher=listener)
    assert len(counter.wire.requests) == 9
    assert 8 * 60 <= counter.seconds <= 8 * 61
    assert listener.told == [0, "goes on"] * 8


async def test_a_pause_is_as_long_as_the_platform_says_if_somebody_sees_it(counter):
    counter.wire.answers = [answer(b"", "429 Slow", Retry_After="7200"), OK]
    await counter.ask(watcher=Listener())
    assert 7200 <= counter.seconds <= 7201


async def test_a_pause_that_nobody_sees_is_an_error_at_once_also_for_the_next(counter):
    counter.wire.answers = [BUSY]
    used_up = r"^Acme cannot be asked to say how far it is for the next 6\d s: its rate limit is us"
    for said in ("too busy", used_up, used_up):
        with pytest.raises(PlatformBusy, match=said) as caught:
            await counter.ask()
        assert 60 <= caught.value.retry_after <= 61
    assert len(counter.wire.requests) == 1
    assert counter.seconds == 0
    counter.wire.answers = [OK]
    await counter.ask(FREE)  # another API has nothing to do with it
    await counter.bench.clock.sleep(caught.value.retry_after)
    assert (await counter.ask()).body == b"{}"


async def test_who_is_too_busy_for_starts_still_says_how_they_go(counter):
    counter.wire.answers = [BUSY, OK]
    with pytest.raises(PlatformBusy):
        await counter.ask(POST)
    await counter.ask(GET)
    assert counter.seconds == 0


async def test_without_a_limit_a_minute_too_busy_is_a_growing_pause(counter):
    counter.wire.answers = [*[BUSY] * 12, OK]
    await counter.ask(FREE, watcher=Listener())
    waits = counter.bench.clock.waits
    assert 0.25 <= waits[0] <= 0.5
    assert all(15 <= wait <= 30 for wait in waits[-4:])
    assert len(counter.wire.requests) == 13


async def test_a_failure_is_not_tried_for_ever_even_if_somebody_sees_it(counter):
    counter.wire.answers = [BROKEN]
    with pytest.raises(PlatformBroken):
        await counter.ask(watcher=Listener())
    assert len(counter.wire.requests) == 5


async def test_fifty_calls_at_once_keep_the_limits_of_their_api(counter):
    counter.wire.answers = [OK]
    client = counter.make(requests_per_minute=20, requests_per_second=10_000)
    await asyncio.gather(*(counter.ask(client=client) for _ in range(50)))
    assert len(counter.wire.requests) == 50
    assert counter.seconds >= 120


async def test_who_gives_up_leaves_nothing_behind(counter):
    client = counter.make(starts_per_minute=1, requests_at_once=1)
    counter.wire.answers = [OK]
    held = asyncio.Event()

    class Holding(Listener):
        async def sends(self, *, is_repeat: bool) -> None:
            await super().sends(is_repeat=is_repeat)
            held.set()
            await asyncio.Event().wait()

    given_up = asyncio.create_task(counter.ask(POST, client=client, watcher=Holding()))
    await held.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert counter.wire.requests == []
    await counter.ask(GET, client=client)
    assert len(counter.wire.requests) == 1


async def test_an_answer_that_cannot_be_read_shows_no_token(counter):
    counter.wire.answers = [answer(f"this is {TOKEN}".encode())]
    reply = await counter.ask()
    message = counter.client.unreadable(GET, reply).message
    assert 'It sent "this is [token]".' in message
