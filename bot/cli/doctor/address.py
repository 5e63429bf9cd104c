"""Whether we can listen, and whether PUBLIC_URL leads to where we listen.

Where no bot runs, doctor listens itself for the moment that it takes to ask.
"""

from __future__ import annotations

import errno
import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final, NamedTuple

import aiohttp
from aiohttp import web

from bot.cli.doctor.advice import advice_for
from bot.cli.doctor.finding import Finding, blocked, ok, warning
from bot.cli.doctor.platform import is_loopback
from bot.errors import PlatformError
from bot.platforms.call import Call
from bot.platforms.unreachable import CONNECTION_FAILURES, unreachable
from bot.settings import Listen, Settings

_SECONDS: Final = 6.0
_MOST_BYTES: Final = 1 << 16
_HEALTH: Final = "/healthz"
_ASKED: Final = Call("healthz", f"answer {_HEALTH}")
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


class _Heard(NamedTuple):
    """What an address answered to /healthz."""

    status: int
    instance: str
    location: str


async def check_address(settings: Settings, session: aiohttp.ClientSession) -> list[Finding]:
    """Look at LISTEN and PUBLIC_URL."""
    own = uuid.uuid4().hex
    try:
        async with _answering(settings.listen, own):
            free = ok("LISTEN", f"{_shown(settings.listen)} is free; no bot runs there now.")
            public = await _check_public(settings, session, own)
            return [free, *public, *await _check_metrics(settings)]
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return [_cannot_listen("LISTEN", settings.listen, error)]
    instance = await _neighbour(settings.listen, session)
    if not instance:
        return [
            blocked(
                "LISTEN",
                f"Another program than sast-source listens on {_shown(settings.listen)}.",
                "End it, or set LISTEN to another port.",
            )
        ]
    running = ok("LISTEN", f"A bot runs on {_shown(settings.listen)} (instance {instance}).")
    return [running, *await _check_public(settings, session, instance)]


@asynccontextmanager
async def _answering(listen: Listen, instance: str) -> AsyncIterator[None]:
    """Answer as the bot would. Raises OSError where that is not possible."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "instance": instance})

    application = web.Application()
    application.router.add_get(_HEALTH, alive)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, listen.host, listen.port).start()
        yield
    finally:
        await runner.cleanup()


def _shown(listen: Listen) -> str:
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"{host}:{listen.port}"


async def _check_metrics(settings: Settings) -> list[Finding]:
    """Look whether the second listener could start beside the first."""
    listen = settings.metrics_listen
    if listen is None:
        return []
    try:
        async with _answering(listen, ""):
            return [ok("METRICS_LISTEN", f"{_shown(listen)} is free.")]
    except OSError as error:
        return [_cannot_listen("METRICS_LISTEN", listen, error)]


def _cannot_listen(setting: str, listen: Listen, error: OSError) -> Finding:
    why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return blocked(
        setting,
        f"{_shown(listen)} cannot be listened on: {why}.",
        f"Set {setting} to an address of this machine and a free port above 1023.",
    )


async def _neighbour(listen: Listen, session: aiohttp.ClientSession) -> str:
    """Give the instance of the bot that listens there; empty where it is no bot."""
    local = listen.model_copy(update={"host": _EVERYWHERE.get(listen.host, listen.host)})
    try:
        return (await _ask(f"http://{_shown(local)}", "LISTEN", session)).instance
    except PlatformError:
        return ""


async def _check_public(
    settings: Settings, session: aiohttp.ClientSession, instance: str
) -> list[Finding]:
    if settings.public_url is None:
        return [_no_public_url(settings)]
    public = str(settings.public_url).rstrip("/")
    if not settings.listen.port:
        return [
            warning(
                "PUBLIC_URL",
                "LISTEN leaves the port to the system, so nothing can lead to it for long.",
                "Set LISTEN to a fixed port, and point PUBLIC_URL's proxy at it.",
            )
        ]
    try:
        heard = await _ask(public, "PUBLIC_URL", session)
    except PlatformError as error:
        remedy = (
            f"Point that address, or its proxy, at {_shown(settings.listen)}. It was asked from "
            "this machine: where only others can reach it, ask it from one of theirs."
        )
        return [blocked("PUBLIC_URL", error.message, remedy)]
    return [_judge(heard, instance, settings), *_in_the_clear(settings)]


async def _ask(base: str, whose: str, session: aiohttp.ClientSession) -> _Heard:
    """Ask for the instance. Raises PlatformError where nothing answers in HTTP."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with session.get(base + _HEALTH, timeout=timeout, allow_redirects=False) as response:
            body = await response.content.read(_MOST_BYTES)
            location = response.headers.get("Location", "")
            return _Heard(response.status, _instance(body), location)
    except CONNECTION_FAILURES as error:
        host = base.partition("://")[2]
        failure = unreachable(_ASKED, error, whose, host, _SECONDS)
    raise failure


def _instance(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    instance = said.get("instance") if isinstance(said, dict) else None
    return instance if isinstance(instance, str) else ""


def _judge(heard: _Heard, instance: str, settings: Settings) -> Finding:
    if heard.instance == instance:
        return ok("PUBLIC_URL", "It leads to this installation.")
    here = f"Point it, or its proxy, at {_shown(settings.listen)}."
    if heard.instance:
        return blocked("PUBLIC_URL", "It leads to another sast-source than this one.", here)
    if heard.location:
        return blocked(
            "PUBLIC_URL",
            f"It answers with a redirect ({heard.status}).",
            "Set PUBLIC_URL to the address that it redirects to.",
        )
    said = f"Something else answers there (status {heard.status})"
    if heard.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        said = f"Its proxy fails (status {heard.status})"
    return blocked("PUBLIC_URL", f"{said}.", f"{here} It must forward {_HEALTH} too.")


def _no_public_url(settings: Settings) -> Finding:
    ways = dict.fromkeys(advice_for(one).without_address for one in settings.platforms)
    said = f"Not set: {'; '.join(ways)}"
    if settings.slack.app_token is not None:
        return ok("PUBLIC_URL", f"{said}.")
    return warning(
        "PUBLIC_URL",
        f"{said}. HTTP mode has a public address all the same.",
        "Set PUBLIC_URL to the address that Slack calls, without /slack/events.",
    )


def _in_the_clear(settings: Settings) -> list[Finding]:
    url = settings.public_url
    if url is None or url.scheme == "https" or is_loopback(url):
        return []
    return [
        warning(
            "PUBLIC_URL",
            "It begins with http://, so links and packages travel unencrypted.",
            "Put a proxy with TLS before the bot, and use its https:// address.",
        )
    ]
