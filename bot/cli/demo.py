"""`sast-source demo`: the whole bot on this machine, with a pretend Slack and LifeTime.

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
from bot.sandbox.demo import DemoClock, DemoPage, Stage, Story, StoryFailedError
from bot.settings import Listen, PlatformSettings, Secret, Settings, SlackSettings

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
    """Try everything on this machine, with a pretend Slack and a pretend LifeTime."""
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
    """Play one retrieval on the terminal."""
    async with _running(DemoClock(_STORY_SPEED)) as (stage, _):
        _say(f"A pretend Slack and LifeTime are up. Time passes {_STORY_SPEED:.0f} times as fast.")
        _say("")
        with TemporaryDirectory(prefix="sast-source-demo-") as folder:
            package = await Story(stage, _say).play(Path(folder))
            verified = await asyncio.to_thread(verify, package)
            _say("")
            _say(_verdict(package, verified))


def _verdict(package: Path, verified: Verified) -> str:
    modules = ", ".join(verified.modules)
    return (
        f"{package.name} is whole: {package.stat().st_size:,} bytes, {verified.entries} files, "
        f"every checksum right. Its modules: {modules}."
    )


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
        platforms=(
            PlatformSettings(
                name="LifeTime",
                url=HttpUrl(stage.lifetime.url),
                token=_secret(stage.lifetime.token),
            ),
        ),
        public_url=HttpUrl(f"http://127.0.0.1:{port}"),
        listen=Listen(host="127.0.0.1", port=port),
        database_url=f"sqlite:///{folder / 'demo.sqlite3'}",
    )


def _secret(value: str) -> Secret:
    return Secret(value=SecretStr(value))


def _free_port() -> int:
    # The bot must know its public address before it listens, so that 0 would come too late.
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's output
