"""Finding the button that a person means, and refusing what they cannot see."""

from __future__ import annotations

from bot.sandbox.slack.block_rules import walk
from bot.sandbox.slack.records import Channel, JsonObject, Message, User
from bot.sandbox.slack.refusals import NotPossibleError


def find_action(
    user: User, channel: Channel, message: Message, action_id: str, value: str | None
) -> JsonObject:
    """Give the action of a click, as it stands in the payload.

    Raises:
        NotPossibleError: when this person does not see such an element.
    """
    if message.deleted or not _sees(user, channel, message):
        raise NotPossibleError(f"{user.name} does not see that message")
    for block in message.blocks:
        for element in walk(block):
            if element.get("action_id") == action_id and _has_value(element, value):
                return _clicked(user, block, element, value)
    raise NotPossibleError(f"no element {action_id!r} with value {value!r} in the message")


def _sees(user: User, channel: Channel, message: Message) -> bool:
    if message.ephemeral_to is not None:
        return message.ephemeral_to == user.id
    return user.id in channel.members


def _has_value(element: JsonObject, value: str | None) -> bool:
    options = element.get("options")
    if options is not None:
        return any(option.get("value") == value for option in options)
    return value is None or element.get("value") == value


def _clicked(user: User, block: JsonObject, element: JsonObject, value: str | None) -> JsonObject:
    only = element.get("visible_to_user_ids")
    if only and user.id not in only:
        raise NotPossibleError(f"{user.name} does not see that button")
    action: JsonObject = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
    }
    if "options" in element:
        options = [option for option in element["options"] if option.get("value") == value]
        return action | {"selected_option": options[0]}
    kept = ("text", "value", "style", "url", "confirm")
    return action | {key: element[key] for key in kept if key in element}
