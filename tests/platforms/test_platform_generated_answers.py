"""Two thousand answers that nobody expects: each call gives a value or a PlatformError."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Catalogue, Environment, Target
from bot.errors import PlatformError
from bot.platforms.session import make_session
from tests.platforms.bench import ASKED_AT, TOKEN, Bench
from tests.platforms.wire_server import WireServer
from tests.platforms.wire_server import answer as wire_answer

FIELDS = [
    "Key", "Name", "OSVersion", "Order", "EnvironmentType", "IsOffline", "Kind",
    "AppStatusInEnvs", "EnvironmentKey", "BaseApplicationVersionKey",
    "BaseApplicationVersionLabel", "IsModified", "Version", "PackageKey", "Status", "Messages",
    "Message", "Detail", "Type", "url", "expires", "Errors", "StatusCode", "fileContents",
]  # fmt: skip
WORDS = [
    "Done",
    "InProgress",
    "Failed",
    "Error",
    "2026-12-21T17:00:00Z",
    "1.4.0",
    TOKEN,
    "UEsDBA==",
]

STATUSES = [200] * 8 + [201, 202, 204, 301, 400, 401, 403, 404, 408, 410, 429, 500, 503]
HEADERS = [
    "Content-Type", "Content-Encoding", "Expires", "Date", "Retry-After", "Location", "X-Odd",
]  # fmt: skip
HEADER_VALUES = [
    "text/html", "gzip", "deflate", "0", "-1", "99999999999", f"https://x/{TOKEN}", "//[", "?",
    "Fri, 01 Jan 2027 00:00:30 GMT", "Fri, 99 Jan 99999999999 00:00:30 GMT", "2027-01-01",
]  # fmt: skip
ODD_BODIES = [b"", b"null", b"[" * 50_000, b'{"fileContents":"UEsDBA==', b"\xff\xfe{}", b"\x1f\x8b"]


class Chance(random.Random):
    """Answers that nobody expects, the same ones for the same seed.

    Hypothesis chooses the seed only: building the answers from its own strategies takes far
    longer than asking for them.
    """

    def text(self) -> str:
        characters = [
            chr(self.choice([self.randrange(128), self.randrange(0xD800)])) for _ in "1234"
        ]
        return self.choice([*WORDS, "", "".join(characters), "long " * 100])

    def scalar(self) -> object:
        number = self.choice([0, -1, 7, 10**30, 0.5, float("inf"), float("nan")])
        return self.choice([None, True, False, number, self.text(), self.text()])

    def value(self, depth: int = 3) -> object:
        if depth == 0 or self.random() < 0.4:
            return self.scalar()
        inner = [self.value(depth - 1) for _ in range(self.randrange(4))]
        return inner if self.random() < 0.5 else {self.choice(FIELDS): each for each in inner}

    def plausible(self) -> dict[str, object]:
        """Give what a call may look for, each field now and then."""
        fields: dict[str, object] = {
            "Key": self.choice(["k", "", None]),
            "PackageKey": self.choice(["k", "", 7]),
            "Name": self.choice([None, self.text()]),
            "Status": self.choice([None, self.text()]),
            "Messages": self.choice([None, [self.value(1) for _ in range(3)]]),
            "AppStatusInEnvs": self.choice([None, [{self.choice(FIELDS): self.scalar()}]]),
            "url": self.choice([self.text(), "https://other.example/downloads/k"]),
            "expires": self.scalar(),
            "fileContents": self.choice(["UEsDBA==", self.text()]),
            "Errors": self.value(1),
        }
        return {name: value for name, value in fields.items() if self.random() < 0.4}

    def json(self) -> bytes:
        plausible = self.plausible()
        value = self.choice([plausible, plausible, [plausible, self.plausible()], self.value()])
        return json.dumps(value).encode()

    def body(self) -> bytes:
        match self.randrange(10):
            case 0:
                return self.randbytes(self.randrange(60))
            case 1:
                return f"<html><title>{self.text()}</title>{TOKEN}</html>".encode()
            case 2:
                return b"PK\x03\x04" + self.randbytes(self.randrange(40))
            case 3:
                return self.choice(ODD_BODIES)
            case 4:
                whole = self.json()
                return whole[: self.randrange(len(whole) + 1)]
            case _:
                return self.json()

    def answer(self) -> bytes:
        """Write an answer; in some the length is not the body's, and some are no HTTP."""
        if self.random() < 0.05:
            return self.randbytes(self.randrange(100))
        body = self.body()
        length = len(body) + (self.randrange(-5, 6) if self.random() < 0.1 else 0)
        status = self.choice([*STATUSES, self.randrange(200, 1000)])
        lines = [f"HTTP/1.1 {status} Said", "Connection: close", f"Content-Length: {length}"]
        names = self.sample(HEADERS, self.randrange(3))
        lines += [f"{name}: {self.choice(HEADER_VALUES)}" for name in names]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


TARGET = Target(
    platform="Acme",
    environment=Environment(platform="Acme", key="environment", name="Testing"),
    application="application",
    application_name="Backoffice",
)


async def downloaded(platform) -> bytes:
    async with platform.open_package(TARGET, "key") as body:
        return b"".join([piece async for piece in body])


CALLS = {
    "catalogue": lambda platform: platform.catalogue(fresh=True),
    "describe": lambda platform: platform.describe(TARGET),
    "start": lambda platform: platform.start_packaging(TARGET),
    "status": lambda platform: platform.packaging_report(TARGET, "key", asked_at=ASKED_AT),
    "link": lambda platform: platform.platform_link(TARGET, "key"),
    "download": downloaded,
}


class Asked:
    """A gateway whose every question is met with the same answer."""

    def __init__(self, server: WireServer, bench: Bench, call: str) -> None:
        self._server = server
        self._call = call
        self._bench = bench
        link = json.dumps({"url": f"{server.url}/downloads/k"}).encode()
        self._before = [wire_answer(link)] if call == "download" else []

    async def met_with(self, answer: bytes) -> object:
        self._server.answers = [*self._before, answer]
        try:
            # A new one each time: a platform that asks for a pause is not asked again during it.
            return await CALLS[self._call](self._bench.gateway(self._server.url, attempts=1))
        except PlatformError as error:
            return error


def hold(outcome: object) -> None:
    """Hold an outcome to what everybody above relies on."""
    if not isinstance(outcome, PlatformError):
        assert isinstance(outcome, Catalogue | Target | PackagingReport | PlatformLink | bytes)
        return
    shown = [str(outcome), repr(outcome), *traceback.format_exception(outcome)]
    assert not any(TOKEN in text for text in shown)
    assert outcome.message.isprintable()
    assert len(outcome.message) < 10_000


@asynccontextmanager
async def asked(call: str) -> AsyncIterator[Asked]:
    server = WireServer()
    await server.start()
    async with make_session() as session:
        yield Asked(server, Bench(session), call)
    await server.stop()


# 6 x 168 = 1,008
@pytest.mark.parametrize("call", CALLS)
def test_a_thousand_answers_end_in_a_value_or_in_words(call, caplog):
    caplog.set_level(logging.WARNING)
    with asyncio.Runner() as runner:
        opened = asked(call)
        gateway = runner.run(opened.__aenter__())

        @settings(max_examples=168, deadline=None, phases=[Phase.explicit, Phase.generate])
        @given(st.integers(min_value=0, max_value=2**64))
        def each(seed: int) -> None:
            hold(runner.run(gateway.met_with(Chance(seed).answer())))

        try:
            each()
        finally:
            runner.run(opened.__aexit__(None, None, None))
    assert caplog.records == []
