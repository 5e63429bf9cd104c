"""A Bolt app that only acknowledges, served as the bot serves its own: what to compare with.

Not a benchmark. Signed HTTP, the same aiohttp shape as `bot.web`, and nothing behind it.
"""

from __future__ import annotations

import os

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-bare")


async def _on_command(ack: AsyncAck) -> None:
    await ack("Got it.")


def application(signing_secret: str) -> web.Application:
    """Build it."""
    bolt = AsyncApp(signing_secret=signing_secret, authorize=_authorize)
    bolt.command("/sast-source")(_on_command)

    async def events(request: web.Request) -> web.Response:
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await bolt.async_dispatch(bolt_request))

    async def alive(_: web.Request) -> web.Response:
        return web.Response()

    served = web.Application()
    served.router.add_post("/slack/events", events)
    served.router.add_get("/healthz", alive)
    return served


if __name__ == "__main__":
    host, port = os.environ["LISTEN"].split(":")
    bare = application(os.environ["SLACK_SIGNING_SECRET"])
    web.run_app(bare, host=host, port=int(port), access_log=None, print=None)
