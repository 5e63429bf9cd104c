"""The HTTP side that the bot calls: the Web API, upload URLs and `response_url`s."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.sandbox.slack import accounts, chat, conversations, files
from bot.sandbox.slack.arguments import Arguments, read_arguments, read_token
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.blocks import invalid
from bot.sandbox.slack.crawling import Crawler
from bot.sandbox.slack.knobs import Fault, FaultKind
from bot.sandbox.slack.records import Call, JsonObject
from bot.sandbox.slack.refusals import OutageError, RateLimitedError, RefusedError
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.scopes import require, require_for_method
from bot.sandbox.slack.socket_mode import SocketMode

Method = Callable[[Backend, Arguments], JsonObject]
MOST_BYTES = 16 << 20
OUTAGE = "<html><body>Slack is having trouble</body></html>"
METHODS: dict[str, Method] = {
    "auth.test": accounts.auth_test,
    "users.info": accounts.users_info,
    "views.open": accounts.views_open,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.getPermalink": chat.permalink,
    "conversations.history": conversations.history,
    "conversations.replies": conversations.replies,
    "conversations.info": conversations.info,
    "conversations.open": conversations.open_direct,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.completeUploadExternal": files.complete_upload,
    "files.info": files.info,
    "files.delete": files.delete,
}
# What shows a message, and so may make Slack look at links.
SHOWING = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update"})


class WebApi:
    """Answers the bot's HTTP calls, with faults and limits, and keeps the journal of them."""

    def __init__(
        self, backend: Backend, sockets: SocketMode, urls: ResponseUrls, crawler: Crawler
    ) -> None:
        self._backend = backend
        self._sockets = sockets
        self._urls = urls
        self._crawler = crawler

    def application(self) -> web.Application:
        """Build the aiohttp application."""
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_route("*", "/api/{method}", self._call)
        application.router.add_post("/upload/v1/{token}", self._upload)
        application.router.add_post("/commands/{team}/{secret}", self._respond)
        application.router.add_post("/actions/{team}/{secret}", self._respond)
        application.router.add_get("/files-pri/{file}/{name}", self._send_file)
        application.router.add_get("/link/", self._sockets.handle)
        return application

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await read_arguments(request)
        except RefusedError as refusal:
            return web.json_response(_failed(refusal.error))
        token = read_token(request, arguments)
        call = self._begin(method, arguments)

        def act() -> JsonObject:
            return self._act(method, token, arguments, call)

        return await self._answer(request, call, act)

    def _begin(self, method: str, arguments: Arguments) -> Call:
        ref = arguments.string("channel") or arguments.string("channel_id") or None
        world = self._backend.world
        direct = world.open_direct(world.users[ref]) if ref in world.users else None
        channel = ref if direct is None else direct.id
        return Call(method, dict(arguments), self._backend.clock.now(), channel)

    async def _answer(
        self, request: web.Request, call: Call, act: Callable[[], JsonObject]
    ) -> web.StreamResponse:
        """Act once, unless a fault says otherwise, and write down how it went."""
        await self._delay(call)
        fault = self._take(call, "drop_before", "http_500", "ratelimited", "error")
        fault = fault or self._take(call, "invalid_blocks", "drop_after")
        if fault is not None and fault.kind == "drop_before":
            call.dropped = "before"
            return self._cut(request, call)
        response = self._outcome(call, act, fault)
        if fault is not None and fault.kind == "drop_after":
            call.dropped = "after"
            return self._cut(request, call)
        self._backend.world.record(call)
        return response

    def _take(self, call: Call, *kinds: FaultKind) -> Fault | None:
        return self._backend.knobs.take(call.method, call.channel, *kinds)

    async def _delay(self, call: Call) -> None:
        seconds = self._backend.knobs.delays.get(call.method, 0.0)
        if (fault := self._take(call, "delay")) is not None:
            seconds += fault.seconds
        if seconds:
            await self._backend.clock.sleep(seconds)

    def _cut(self, request: web.Request, call: Call) -> web.StreamResponse:
        self._backend.world.record(call)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _outcome(
        self, call: Call, act: Callable[[], JsonObject], fault: Fault | None
    ) -> web.StreamResponse:
        try:
            if fault is not None:
                _strike(fault)
            body = act() | {"ok": True}
        except RateLimitedError as error:
            call.error = "ratelimited"
            headers = {"Retry-After": str(error.retry_after)}
            return web.json_response(_failed("ratelimited"), status=429, headers=headers)
        except RefusedError as refusal:
            call.error = refusal.error
            return self._json(_failed(refusal.error) | refusal.extra, call)
        except OutageError:
            call.error = "http_500"
            return web.Response(status=500, text=OUTAGE, content_type="text/html")
        call.ok = True
        call.ts = body.get("ts") or body.get("message_ts")
        call.channel = body["channel"] if isinstance(body.get("channel"), str) else call.channel
        return self._json(body, call)

    def _json(self, body: JsonObject, call: Call) -> web.Response:
        if call.method == "response_url":
            return _webhook_response(body)
        scopes = ",".join(sorted(self._backend.granted()))
        return web.json_response(body, headers={"x-oauth-scopes": scopes})

    def _act(self, method: str, token: str, arguments: Arguments, call: Call) -> JsonObject:
        self._authorise(method, token)
        self._backend.limits.check(method, call.channel)
        if method == "apps.connections.open":
            return {"url": self._sockets.ticket()}
        if method not in METHODS:
            raise RefusedError("unknown_method", req_method=method)
        require_for_method(self._backend.granted(), method)
        body = METHODS[method](self._backend, arguments)
        if method in SHOWING:
            self._crawl(body.get("channel") or str(call.channel), body, arguments)
        return body

    def _authorise(self, method: str, token: str) -> None:
        backend = self._backend
        if not token:
            raise RefusedError("not_authed")
        if token not in {backend.bot_token, backend.app_token}:
            raise RefusedError("invalid_auth")
        if backend.knobs.token_revoked:
            raise RefusedError("token_revoked")
        wanted = backend.app_token if method == "apps.connections.open" else backend.bot_token
        if token != wanted:
            raise RefusedError("not_allowed_token_type")
        if (
            method == "apps.connections.open"
            and "connections:write" in backend.knobs.missing_scopes
        ):
            require((), "connections:write")

    def _crawl(self, channel: str, body: JsonObject, arguments: Arguments) -> None:
        both_off = arguments.flag("unfurl_links") is arguments.flag("unfurl_media") is False
        ts = str(body.get("ts") or body.get("message_ts"))
        message = self._backend.world.any_message(channel, ts)
        if message is not None and not both_off:
            self._crawler.look_at(message)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        now = self._backend.clock.now()
        call = Call("upload", {"length": request.content_length}, now)
        await self._delay(call)
        if self._take(call, "drop_before") is not None:
            call.dropped = "before"
            return self._cut(request, call)
        response = await files.receive(self._backend, request)
        call.ok = response.status == web.HTTPOk.status_code
        if self._take(call, "drop_after") is not None:
            call.dropped = "after"
            return self._cut(request, call)
        self._backend.world.record(call)
        return response

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        return await files.send(self._backend, request)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            arguments = await read_arguments(request)
        except RefusedError:
            return _webhook_response(_failed("invalid_payload"))
        secret = request.match_info["secret"]
        known = self._urls.known(secret)
        channel = known.channel.id if known is not None else None
        call = Call("response_url", dict(arguments), self._backend.clock.now(), channel)

        def act() -> JsonObject:
            message = self._urls.use(secret, arguments)
            if message is None:
                return {}
            if not message.deleted:
                self._crawl(message.channel, {"ts": message.ts}, arguments)
            return {"ts": message.ts}

        return await self._answer(request, call, act)


def _failed(error: str) -> JsonObject:
    return {"ok": False, "error": error}


def _webhook_response(body: JsonObject) -> web.Response:
    if body["ok"]:
        return web.Response(text="ok")
    gone = body["error"] in {"used_url", "expired_url", "invalid_url"}
    return web.json_response(body, status=404 if gone else 400)


def _strike(fault: Fault) -> None:
    if fault.kind == "ratelimited":
        raise RateLimitedError(fault.retry_after)
    if fault.kind == "error":
        raise RefusedError(fault.error)
    if fault.kind == "invalid_blocks":
        raise invalid("forced by the sandbox")
    if fault.kind == "http_500":
        raise OutageError
