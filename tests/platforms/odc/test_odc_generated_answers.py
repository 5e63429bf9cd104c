"""A thousand answers that nobody expects: each call gives a value or a PlatformError."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.packaging import PackagingReport, PlatformLink
from bot.domain.target import Build, Catalogue, RevisionWish, Target
from bot.errors import PlatformError
from bot.platforms.session import make_session
from tests.platforms.odc_bench import CLIENT_SECRET, OdcBench, opening, taken, target_in
from tests.platforms.wire_server import WireServer
from tests.platforms.wire_server import answer as wire_answer

TOKEN = "eyJhbGciOi-the-token-nobody-may-see"
SIGNATURE = "5f1d0c-the-signature-nobody-may-see"
LIST_FIELDS = ["results", "builds", "deployments", "errors"]
FIELDS = [
    "page", "nextPageOffset", "key", "name", "purpose", "order", "status", "portfolioKey",
    "environmentKey", "revision", "buildKey", "deploymentDateTime", "tag", "type", "assetKey",
    "assetType", "assetRevision", "buildType", "startedDateTime", "finishedDateTime",
    "isSuccessful", "uri", "severity", "message", "title", "detail", "traceId", "errorCode",
    "error", "error_description", "token_endpoint", "access_token", "expires_in",
]  # fmt: skip
WORDS = [
    "Finished", "Running", "NotStarted", "Failed", "Release", "Debug", "asset", "environment",
    "build", "2026-08-20T10:05:00Z", TOKEN, CLIENT_SECRET, f"https://127.0.0.1:1/x?sig={SIGNATURE}",
    "http://127.0.0.1:1/", "\r\nX: y",
]  # fmt: skip
PLAIN = [
    None, 7, "1.4.0", "Café\r\n1", "long " * 100,
    "Finished", "Running", "NotStarted", "Failed", "Pending", "Release", "Debug",
]  # fmt: skip
SHOWN_FIELDS = ["tag", "name", "status", "buildType"]
STATUSES = [200] * 9 + [201, 202, 204, 301, 400, 401, 403, 404, 408, 410, 422, 429, 500, 503]
HEADERS = ["Content-Type", "Content-Encoding", "Date", "Retry-After", "Location", "X-Odd"]
VALUES = [
    "text/html", "gzip", "0", "-1", "99999999999", f"https://x/{SIGNATURE}", "//[",
    "Fri, 01 Jan 2027 00:00:30 GMT", "Fri, 99 Jan 99999999999 00:00:30 GMT",
]  # fmt: skip
ODD_BODIES = [b"", b"null", b"[]", b"[" * 50_000, b"\xff\xfe{}", b"\x1f\x8b", b'"text"']


class Chance(random.Random):
    """Answers that nobody expects, the same ones for the same seed."""

    def text(self) -> str:
        characters = [
            chr(self.choice([self.randrange(128), self.randrange(0xD800)])) for _ in "1234"
        ]
        return self.choice([*WORDS, "", "".join(characters), "long " * 100])

    def scalar(self) -> object:
        number = self.choice([0, -1, 7, 10**30, 0.5, float("inf"), float("nan")])
        return self.choice([None, True, number, self.text(), self.text()])

    def fields(self, depth: int) -> dict[str, object]:
        """Give an object of ODC's, each field now and then, some of them what they should be."""
        found = {name: self.scalar() for name in FIELDS if self.random() < 0.15}
        usual = {"key": "asset", "assetKey": "asset", "environmentKey": "environment",
                 "revision": 7, "assetRevision": 7, "buildKey": "build", "buildType": "Release",
                 "status": "Finished", "uri": f"http://127.0.0.1:1/x?sig={SIGNATURE}"}  # fmt: skip
        found |= {name: value for name, value in usual.items() if self.random() < 0.5}
        # These are shown to people, so no secret is ever in them.
        found |= {name: self.choice(PLAIN) for name in SHOWN_FIELDS if name in found}
        if depth:
            lists = [name for name in LIST_FIELDS if self.random() < 0.6]
            found |= {name: [self.entry(depth - 1) for _ in "12"] for name in lists}
        if self.random() < 0.2:
            found["page"] = {"nextPageOffset": self.choice([0, 100, -5, None, "x", 10**30])}
        return found

    def entry(self, depth: int) -> object:
        return self.fields(depth) if self.random() < 0.9 else self.scalar()

    def body(self) -> bytes:
        match self.randrange(12):
            case 0:
                return self.randbytes(self.randrange(60))
            case 1:
                return f"<html><title>{self.text()}</title>{TOKEN}</html>".encode()
            case 2:
                return f"<Error><Code>{self.text()}</Code><Message>{TOKEN}</Message>".encode()
            case 3:
                zipped = b"PK\x03\x04" + self.randbytes(self.randrange(40))
                return self.choice([*ODD_BODIES, zipped])
            case 4:
                whole = json.dumps(self.fields(2)).encode()
                return whole[: self.randrange(len(whole) + 1)]
            case _:
                return json.dumps(self.entry(2)).encode()

    def answer(self) -> bytes:
        """Write an answer; in some the length is not the body's, and some are no HTTP."""
        if self.random() < 0.03:
            return self.randbytes(self.randrange(100))
        body = self.body()
        length = len(body) + (self.randrange(-5, 6) if self.random() < 0.05 else 0)
        status = self.choice([*STATUSES, self.randrange(200, 1000)])
        lines = [f"HTTP/1.1 {status} Said", "Connection: close", f"Content-Length: {length}"]
        names = self.sample(HEADERS, self.randrange(3) if self.random() < 0.3 else 0)
        lines += [f"{name}: {self.choice(VALUES)}" for name in names]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


WITHOUT = target_in("environment", "Testing").model_copy(update={"application": "asset"})
TARGET = WITHOUT.model_copy(update={"build": Build(key="build", reason="Since it runs.")})
LIBRARY = WITHOUT.model_copy(update={"environment": None})
NOW = datetime.now(UTC)


def wish(**kind: object) -> Target:
    return LIBRARY.model_copy(update={"wish": RevisionWish(**kind)})


CALLS = {
    "catalogue": lambda cloud: cloud.catalogue(fresh=True),
    "find": lambda cloud: cloud.find_build("build"),
    "running": lambda cloud: cloud.describe(WITHOUT),
    "latest": lambda cloud: cloud.describe(LIBRARY),
    "number": lambda cloud: cloud.describe(wish(number=7)),
    "tag": lambda cloud: cloud.describe(wish(tag="1.4.0")),
    "build": lambda cloud: cloud.describe(wish(build="build")),
    "start": lambda cloud: cloud.start_packaging(TARGET),
    "status": lambda cloud: cloud.packaging_report(TARGET, "build", asked_at=NOW),
    "link": lambda cloud: cloud.platform_link(TARGET, "build"),
    "download": lambda cloud: taken(cloud, TARGET, "build"),
    "access": lambda cloud: cloud.clock_ahead(),
}


# Whoever answers cannot give away what it was never shown: to it that is a text like any other.
SHOWN = {"access": (CLIENT_SECRET, SIGNATURE), "download": (SIGNATURE,)}


class Asked:
    """An ODC that lets the gateway in, and meets everything else with the same answer."""

    def __init__(self, server: WireServer, bench: OdcBench, call: str) -> None:
        self._server = server
        self._bench = bench
        self._call = call
        self._before = [] if call == "access" else opening(server.url, TOKEN)
        if call == "download":
            uri = f"{server.url}/package.zip?sig={SIGNATURE}"
            link = json.dumps({"status": "Finished", "uri": uri}).encode()
            self._before.append(wire_answer(link))

    async def met_with(self, answer: bytes) -> object:
        self._server.answers = [*self._before, answer]
        cloud = self._bench.gateway(
            self._server.url, attempts=1, requests_per_minute=10**6, starts_per_minute=10**6
        )
        try:
            return await CALLS[self._call](cloud)
        except PlatformError as error:
            return error


def hold(outcome: object, call: str) -> None:
    """Hold an outcome to what everybody above relies on."""
    if not isinstance(outcome, PlatformError):
        known = Catalogue | Target | PackagingReport | PlatformLink | bytes | timedelta | None
        assert isinstance(outcome, known)
        return
    shown = [str(outcome), repr(outcome), *traceback.format_exception(outcome)]
    for secret in SHOWN.get(call, (CLIENT_SECRET, SIGNATURE, TOKEN)):
        assert not any(secret in text for text in shown)
    assert outcome.message.isprintable()
    assert len(outcome.message) < 10_000


@asynccontextmanager
async def asked(call: str) -> AsyncIterator[Asked]:
    server = WireServer()
    await server.start()
    async with make_session() as session:
        yield Asked(server, OdcBench(session), call)
    await server.stop()


# 12 x 84 = 1,008
@pytest.mark.parametrize("call", CALLS)
def test_a_thousand_answers_end_in_a_value_or_in_words(call, caplog):
    caplog.set_level(logging.WARNING)
    with asyncio.Runner() as runner:
        opened = asked(call)
        cloud = runner.run(opened.__aenter__())

        @settings(max_examples=84, deadline=None, phases=[Phase.explicit, Phase.generate])
        @given(st.integers(min_value=0, max_value=2**64))
        def each(seed: int) -> None:
            hold(runner.run(cloud.met_with(Chance(seed).answer())), call)

        try:
            each()
        finally:
            runner.run(opened.__aexit__(None, None, None))
    assert caplog.records == []
