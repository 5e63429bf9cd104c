"""The buttons of cards, threads and private answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import RequestRefused
from bot.service import Asker, Service
from bot.slack import actions
from bot.slack.actions import Action
from bot.slack.answers_view import answer_message, refusal_message
from bot.slack.link_view import taken_link_message
from bot.slack.message import Message
from handlers.asking import Payload, Say, from_click

Press = Callable[[Service, Asker, str], Awaitable[Message]]


def register(app: AsyncApp, service: Service, say: Say) -> None:
    """Bind every button to what it does."""
    for action, press in PRESSES.items():
        app.action(action)(_handler(service, press, say))
    app.action(Action.DOWNLOAD)(acknowledge)


def _handler(
    service: Service, press: Press, say: Say
) -> Callable[[AsyncAck, Payload, Payload], Awaitable[None]]:
    async def on_press(ack: AsyncAck, body: Payload, action: Payload) -> None:
        try:
            message = await press(service, from_click(body), action.get("value", ""))
        except RequestRefused as refusal:
            message = refusal_message(refusal)
        await ack()
        if url := body.get("response_url"):
            await say(SecretStr(url), message)

    return on_press


async def acknowledge(ack: AsyncAck) -> None:
    """Acknowledge a button that only opens an address."""
    await ack()


async def cancel(service: Service, asker: Asker, value: str) -> Message:
    """Stop a running retrieval."""
    return answer_message(await service.cancel(asker, actions.decode_retrieval(value)))


async def retry(service: Service, asker: Asker, value: str) -> Message:
    """Retrieve the same target once more."""
    return answer_message(await service.retry(asker, actions.decode_retrieval(value)))


async def new_link(service: Service, asker: Asker, value: str) -> Message:
    """Ask for a new link to what was retrieved."""
    return answer_message(await service.new_link(asker, actions.decode_retrieval(value)))


async def get_link(service: Service, asker: Asker, value: str) -> Message:
    """Show the link to one person who may have it."""
    return taken_link_message(await service.take_link(asker, *actions.decode_link(value)))


async def guess(service: Service, asker: Asker, value: str) -> Message:
    """Retrieve the target that was meant."""
    return answer_message(await service.request(asker, exact=actions.decode_target(value)))


PRESSES: dict[Action, Press] = {
    Action.CANCEL: cancel,
    Action.RETRY: retry,
    Action.NEW_LINK: new_link,
    Action.GET_LINK: get_link,
    Action.GUESS: guess,
}
