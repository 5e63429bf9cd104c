"""A bot's web server on a real socket, with stores and packages that a test can hold still."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.link import LinkOrder, LinkRow
from bot.domain.target import Environment, Revision, Target
from bot.errors import PlatformError
from bot.links.minting import LinkMint
from bot.links.streaming import Downloads
from bot.settings import DownloadLimits
from bot.web import Address, WebServer
from tests.links.raw_client import RawClient

PIECE = 64 * 1024
START = datetime(2026, 8, 20, 10, 0, tzinfo=UTC)


class ManualClock:
    """Time that stands still until a test moves it."""

    def __init__(self):
        self._now = START
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self):
        return self._now

    async def sleep(self, seconds):
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), future))
        await future

    async def advance(self, seconds):
        self._now += timedelta(seconds=seconds)
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper not in due]
        for _, future in due:
            if not future.done():
                future.set_result(None)
        for _ in range(10):
            await asyncio.sleep(0)


class MemoryLinks:
    def __init__(self):
        self.rows: dict[str, LinkRow] = {}

    async def add(self, link, token_sha256):
        self.rows[token_sha256] = link

    async def by_token(self, token_sha256):
        return self.rows.get(token_sha256)

    async def set_size(self, link, size_bytes):
        self._update(link, size_bytes=size_bytes)

    def change(self, link, **update):
        self._update(link.id, **update)

    def _update(self, link, **update):
        digest = next(key for key, row in self.rows.items() if row.id == link)
        self.rows[digest] = self.rows[digest].model_copy(update=update)


class MemoryAudit:
    def __init__(self):
        self.lines: list[tuple[str, str, str, str]] = []
        self.changed = asyncio.Condition()

    async def record(self, at, actor, action, subject, detail=""):
        assert at.tzinfo is not None
        async with self.changed:
            self.lines.append((actor, action, subject, detail))
            self.changed.notify_all()

    async def until(self, action):
        async with self.changed:
            await self.changed.wait_for(lambda: any(action == line[1] for line in self.lines))
        return next(line for line in self.lines if line[1] == action)


@dataclass
class Source:
    """A platform that holds one package: what it says, how it fails, and what it was asked for."""

    pieces: Iterable[bytes] = ()
    says_length: bool = False
    error_at_open: PlatformError | None = None
    error_after: PlatformError | None = None
    hold_at: int | None = None  # the piece before which it waits for `go_on`
    name: str = "lifetime"
    packagings_at_once: int = 1
    length: int | None = None
    opened: int = 0
    given_bytes: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def open_package(self, target, package):
        assert (target.application, package) == ("c9a7a82e", "bc354abb")
        self.opened += 1
        if self.error_at_open is not None:
            raise self.error_at_open
        if self.says_length and self.length is None:
            self.length = sum(map(len, self.pieces))
        try:
            yield self
        finally:
            self.closed.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self.pieces):
            if number == self.hold_at:
                self.reached.set()
                await self.go_on.wait()
            async with self.more:
                self.given_bytes += len(piece)
                self.more.notify_all()
            yield piece
        if self.hold_at == -1:
            self.reached.set()
            await self.go_on.wait()
        if self.error_after is not None:
            raise self.error_after


def in_pieces(body: bytes, size: int = PIECE) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def zip_of(size: int, comment: bytes = b"") -> bytes:
    """Give a zip of a little more than `size` bytes that holds another, stored as it is."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("module.cs", bytes(range(256)) * (size // 256))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("EmployeeBackoffice.zip", inner.getvalue())
        archive.comment = comment
    return outer.getvalue()


TARGET = Target(
    platform="lifetime",
    environment=Environment(platform="lifetime", key="849515f2", name="Testing"),
    application="c9a7a82e",
    application_name="EmployeeBackoffice",
    revision=Revision(label="1.4.0"),
)


@dataclass
class Served:
    """A running server with one working link."""

    server: WebServer
    downloads: Downloads
    links: MemoryLinks
    audit: MemoryAudit
    clock: ManualClock
    mint: LinkMint
    link: LinkRow
    url: str  # where the link is answered in this test
    outcomes: list[tuple[str, int]]

    @property
    def host(self):
        return self.server.address.host

    @property
    def port(self):
        return self.server.address.port

    @property
    def path(self):
        return self.url.split(f":{self.port}")[1]

    @property
    def token(self):
        return self.path.rpartition("/")[2]

    async def raw(self, *, version="1.1", path="", method="GET", headers=(), receive_buffer=0):
        """Send a request on a socket of its own."""
        client = RawClient(receive_buffer)
        await client.connect(self.host, self.port)
        lines = [f"{method} {path or self.path} HTTP/{version}", "Host: bot.example", *headers]
        await client.send("\r\n".join([*lines, "", ""]).encode())
        return client


def link_order(**changes) -> LinkOrder:
    fields = {
        "retrieval": "r1",
        "target": TARGET,
        "package": "bc354abb",
        "recipient": "U0ANA",
        "effect": "link:1",
        **changes,
    }
    return LinkOrder(**fields)


@pytest.fixture
def order():
    """Make orders of links, with what a test wants otherwise."""
    return link_order


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
async def serve(clock):
    """Start servers for sources of packages; they are stopped when the test ends."""
    started: list[WebServer] = []

    async def start(source, **limits) -> Served:
        links, audit, outcomes = MemoryLinks(), MemoryAudit(), []
        downloads = Downloads(
            links=links,
            gateways={source.name: source},
            audit=audit,
            clock=clock,
            limits=DownloadLimits(**limits),
            observe=lambda outcome, size: outcomes.append((outcome, size)),
        )
        server = WebServer(
            listen=Address("127.0.0.1", 0), instance="i-1", downloads=downloads, checks={}
        )
        address = await server.start()
        started.append(server)
        mint = LinkMint(
            links=links,
            clock=clock,
            public_url=f"http://{address}",
            lifetime=timedelta(hours=1),
        )
        link, url = await mint.mint(link_order())
        return Served(
            server, downloads, links, audit, clock, mint, link, url.get_secret_value(), outcomes
        )

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
def source():
    """A package that is smaller than what is held back."""
    return Source(pieces=in_pieces(zip_of(20_000), 4096))


@pytest.fixture
def big_source():
    """A package of forty pieces, of which the last is short."""
    return Source(pieces=in_pieces(zip_of(39 * PIECE)))


@pytest.fixture
def endless_source():
    """A package that never ends."""
    piece = bytes(PIECE)
    return Source(pieces=iter(lambda: piece, None))
