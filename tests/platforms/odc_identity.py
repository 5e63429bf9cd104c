"""A portal and its identity provider that do what a test tells them to."""

from __future__ import annotations

import asyncio

from aiohttp import web


class Identity:
    """A portal and identity provider that can be held up, and answers what it is told to."""

    def __init__(self, server_of) -> None:
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()
        self.token = web.json_response({"access_token": "the-token-1", "expires_in": 600})
        self.tokens = 0
        self.environments = web.json_response({"results": []})
        self.authorizations: list[str] = []
        self._server_of = server_of
        self.url = ""

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/identity/{path:.*}", self._discovery)
        application.router.add_post("/token", self._token)
        application.router.add_get("/api/{path:.*}", self._environments)
        server = await self._server_of(application)
        self.url = str(server.make_url("")).rstrip("/")

    async def _discovery(self, _: web.Request) -> web.Response:
        return web.json_response({"token_endpoint": f"{self.url}/token"})

    async def _token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        self.form = dict(await request.post())
        self.token_headers = request.headers.copy()
        self.asked.set()
        await self.may_answer.wait()
        return web.Response(
            body=self.token.body, status=self.token.status, content_type=self.token.content_type
        )

    async def _environments(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        echo = self.environments.text.replace("ECHO", self.authorizations[-1])
        return web.Response(text=echo, status=self.environments.status)
