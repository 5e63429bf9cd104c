"""Serves the demo's page, pushes to it what one person sees, and does what that person does.

It listens on loopback only and answers only its own page: other sites that are open in the same
browser can neither read from it nor press its buttons.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import TypeVar
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from bot.sandbox.demo.acts import ACTS, Act
from bot.sandbox.demo.stage import Stage
from bot.sandbox.server import LoopbackServer
from bot.sandbox.slack import Change, NotPossibleError
from bot.sandbox.slack.records import JsonObject

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEEP_ALIVE_SECONDS = 15.0
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class DemoPage:
    """The page's server. `start` gives its address."""

    def __init__(self, stage: Stage, port: int = 0) -> None:
        self._stage = stage
        self._page = {
            file.name: file.read_bytes()
            for file in files("bot.sandbox.demo").joinpath("page").iterdir()
            if file.is_file()
        }
        self._is_stopping = False
        self._server = LoopbackServer(self._application(), port)
        self.url = ""

    async def start(self) -> str:
        """Listen, and give the address of the page."""
        self.url = await self._server.start() + "/"
        return self.url

    async def stop(self) -> None:
        """End what is being pushed, and close the port."""
        self._is_stopping = True
        self._stage.tell()
        await self._server.stop()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._only_ours])
        application.on_response_prepare.append(_add_headers)
        application.router.add_get("/", self._index)
        application.router.add_get("/page/{name}", self._file)
        application.router.add_get("/events", self._events)
        application.router.add_get("/files/{user}/{file}", self._upload)
        for name, act in ACTS.items():
            application.router.add_post(f"/act/{name}", self._doing(act))
        return application

    @web.middleware
    async def _only_ours(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what other sites send: by name (DNS rebinding) or from their own pages."""
        host = urlsplit(f"//{request.host}").hostname
        origin = request.headers.get(hdrs.ORIGIN, f"http://{request.host}")
        if host not in {"127.0.0.1", "localhost"} or origin != f"http://{request.host}":
            raise web.HTTPForbidden(text="This page answers only itself.")
        return await handler(request)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.Response(
            body=self._page["index.html"], content_type="text/html", charset="utf-8"
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in self._page:
            raise web.HTTPNotFound
        content_type = TYPES[name[name.rindex(".") :]]
        return web.Response(body=self._page[name], content_type=content_type, charset="utf-8")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Push the whole of what a person sees, now and after every change."""
        user = _known(lambda: self._stage.slack.user(request.query.get("user", "ada")).id)
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream"})
        changes = self._stage.slack.subscribe()
        try:
            await response.prepare(request)
            await self._push(response, user, changes)
        except ConnectionError:
            return response  # the page was closed
        finally:
            self._stage.slack.unsubscribe(changes)
        return response

    async def _push(
        self, response: web.StreamResponse, user: str, changes: asyncio.Queue[Change]
    ) -> None:
        while not self._is_stopping:
            state = json.dumps(self._stage.seen_by(user))
            await response.write(f"data: {state}\n\n".encode())
            while not await _changed(changes):
                await response.write(b": still here\n\n")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Give a file that was uploaded to Slack to somebody who sees it."""
        wanted = request.match_info["file"]
        seen = _known(lambda: self._stage.slack.state_for(request.match_info["user"]))["files"]
        shown = [file for file in seen if file["id"] == wanted and "name" in file]
        if not shown:
            raise web.HTTPNotFound(text="There is no such file, or it was deleted.")
        saved = f"attachment; filename*=UTF-8''{quote(shown[0]['name'])}"
        body = self._stage.slack.file_bytes(wanted)
        return web.Response(body=body, headers={hdrs.CONTENT_DISPOSITION: saved})

    def _doing(self, act: Act) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await _read(request)
            try:
                said = await act(self._stage, body)
            except NotPossibleError as error:
                raise web.HTTPConflict(text=f"Slack does not let you: {error}") from error
            except KeyError as error:
                raise web.HTTPNotFound(text=f"There is no such thing: {error}") from error
            return web.json_response({"said": said})

        return handle


async def _changed(changes: asyncio.Queue[Change]) -> bool:
    """Wait for a change, and take with it all that came meanwhile; False when nothing came."""
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            await changes.get()
    except TimeoutError:
        return False
    while not changes.empty():
        changes.get_nowait()
    return True


async def _read(request: web.Request) -> JsonObject:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Only JSON is taken.")
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="That is not JSON.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="That is not an object.")
    return body


def _known(find: Callable[[], T]) -> T:
    try:
        return find()
    except KeyError as error:
        raise web.HTTPNotFound(text=f"There is no such thing: {error}") from error


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
