"""`sast-source demo`: the whole bot on this machine, with a pretend Slack, LifeTime and ODC.

It uses nothing that is configured here: no variable, no `.env`, no database. What it needs for a
while is in a temporary folder that goes with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import HttpUrl, SecretStr

from bot import log
from bot.app import Bot, running_bot
from bot.cli.fetch.verify import Verified, verify
from bot.errors import PackageDamaged, SettingsError
from bot.sandbox.demo import LINES, DemoClock, DemoPage, Stage, Story, StoryFailedError
from bot.settings import (
    LifeTimeSettings,
    Listen,
    OdcSettings,
    PlatformSettings,
    Secret,
    Settings,
    SlackSettings,
)

_STORY_SPEED = 8.0
# slack_sdk sends even what is for this machine through a proxy that the environment names.
_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Play the story here, without a browser, and end.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page; 0: any that is free.")
    ] = 0,
) -> None:
    """Try everything on this machine, with a pretend Slack, LifeTime and ODC."""
    log.configure("console")
    logging.getLogger().setLevel(logging.ERROR)
    for name in _PROXIES:
        os.environ.pop(name, None)
    try:
        asyncio.run(_tell() if once else _show(port))
    except (StoryFailedError, PackageDamaged) as error:
        print(f"sast-source demo: {error}", file=sys.stderr)  # noqa: T201 - a command's output
        raise typer.Exit(1) from error


async def _show(port: int) -> None:
    """Serve the page until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _running(DemoClock()) as (stage, bot):
        page = DemoPage(stage, port)
        try:
            _say(f"The demo is at {await _listening(page, port)}  (Ctrl-C ends it)")
            await bot.until(stop)
        finally:
            await page.stop()


async def _listening(page: DemoPage, port: int) -> str:
    try:
        return await page.start()
    except OSError as error:
        raise SettingsError(f"--port {port} cannot be used: {error.strerror}.") from error


async def _tell() -> None:
    """Play one retrieval on each platform on the terminal, and check what came of both."""
    async with _running(DemoClock(_STORY_SPEED)) as (stage, _):
        _say("The bot is up, with a pretend Slack and two pretend platforms: LifeTime and ODC.")
        _say(f"Time passes {_STORY_SPEED:.0f} times as fast.")
        with TemporaryDirectory(prefix="sast-source-demo-") as folder:
            packages = [await _told(stage, words, Path(folder)) for words in LINES]
            _say("")
            for package in packages:
                _say(_verdict(package, await asyncio.to_thread(verify, package)))


async def _told(stage: Stage, words: str, folder: Path) -> Path:
    _say("")
    return await Story(stage, _say, words).play(folder)


def _verdict(package: Path, verified: Verified) -> str:
    whole = (
        f"{package.name} is whole: {package.stat().st_size:,} bytes, {verified.files} files, "
        "every checksum right."
    )
    # Only LifeTime packs each module on its own.
    return f"{whole} Its modules: {', '.join(verified.modules)}." if verified.modules else whole


@asynccontextmanager
async def _running(clock: DemoClock) -> AsyncIterator[tuple[Stage, Bot]]:
    """Run sandbox and bot inside the block, the bot connected."""
    stage = Stage(clock)
    with TemporaryDirectory(prefix="sast-source-demo-") as folder:
        await stage.start()
        try:
            async with running_bot(_settings(stage, Path(folder)), clock=clock) as bot:
                await _connected(stage)
                yield stage, bot
        finally:
            await stage.stop()


async def _connected(stage: Stage) -> None:
    try:
        await stage.slack.connected()
    except TimeoutError as error:
        raise StoryFailedError("The bot did not connect to the pretend Slack.") from error


def _settings(stage: Stage, folder: Path) -> Settings:
    port = _free_port()
    return Settings(
        slack=SlackSettings(
            bot_token=_secret(stage.slack.bot_token),
            app_token=_secret(stage.slack.app_token),
            api_url=stage.slack.api_url,
        ),
        platforms=_platforms(stage),
        public_url=HttpUrl(f"http://127.0.0.1:{port}"),
        listen=Listen(host="127.0.0.1", port=port),
        database_url=f"sqlite:///{folder / 'demo.sqlite3'}",
    )


def _platforms(stage: Stage) -> tuple[PlatformSettings, ...]:
    lifetime = LifeTimeSettings(
        name="LifeTime",
        url=HttpUrl(stage.lifetime.url),
        token=_secret(stage.lifetime.token),
    )
    odc = OdcSettings(
        name="ODC",
        url=HttpUrl(stage.odc.url),
        client_id=stage.odc.client_id,
        client_secret=_secret(stage.odc.client_secret),
    )
    return lifetime, odc


def _secret(value: str) -> Secret:
    return Secret(value=SecretStr(value))


def _free_port() -> int:
    # The bot must know its public address before it listens, so that 0 would come too late.
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's output
