"""The message that delivers a package, and what is left of it when its time is over.

The address stands only in the button of the message that delivers it: not in its text, which
notices repeat, and nowhere once it has expired.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import SecretStr
from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.events import ExpiryRule
from bot.domain.link import LinkRow
from bot.domain.retrieval import IssuedLink, Retrieval
from bot.slack.actions import Action, encode_link
from bot.slack.card_view import renewal_button
from bot.slack.message import Message, actions, button, context, section
from bot.slack.mrkdwn import described, fit, mention, size, when

_FILE_NAME_LIMIT = 600
_RULES = {
    ExpiryRule.PLATFORM: "The platform's own limit decided this time.",
    ExpiryRule.POLICY: "The limit of this installation decided this time.",
}


def link_message(retrieval: Retrieval, link: LinkRow, url: SecretStr) -> Message:
    """Draw a link that everybody who reads the message may use."""
    said = f"{_opening(retrieval, link)} The link works until {when(link.expires_at)}."
    return _message(said, context(_RULES[link.rule]), actions(_download(url)))


def guarded_link_message(retrieval: Retrieval, link: LinkRow) -> Message:
    """Draw a button that gives the link to those who may have it."""
    said = (
        f"{_opening(retrieval, link)} The link works until {when(link.expires_at)}, "
        "and only for those who may have it."
    )
    value = encode_link(retrieval.id, link.id)
    get = button("Get download link", Action.GET_LINK, value=value, style="primary")
    return _message(said, context(_RULES[link.rule]), actions(get))


class TakenLink(Protocol):
    """A link that one person was given privately."""

    @property
    def url(self) -> SecretStr:
        """The address."""
        ...

    @property
    def file_name(self) -> str:
        """What the download is called."""
        ...

    @property
    def expires_at(self) -> datetime:
        """When it ends."""
        ...


def taken_link_message(link: TakenLink) -> Message:
    """Draw the private answer that gives one person the link."""
    file_name = fit(link.file_name, _FILE_NAME_LIMIT)
    said = f"Your link to *{file_name}* works until {when(link.expires_at)}. It is for you alone."
    return _message(said, actions(_download(link.url)))


def upload_message(retrieval: Retrieval, link: LinkRow) -> Message:
    """Draw the notice that stands below an uploaded file."""
    said = (
        f"{_opening(retrieval, link)} It is the file above, "
        f"which is removed from Slack {when(link.expires_at)}."
    )
    return _message(said, context(_RULES[link.rule]))


def expired_link_message(retrieval: Retrieval, link: IssuedLink) -> Message:
    """Draw what stays of a link or an uploaded file after its time."""
    said = (
        f"{mention(link.recipient)}, {_expired(link)} {when(link.expires_at)}. "
        f"{_way_on(retrieval, link)}"
    ).rstrip()
    offered = renewal_button(retrieval) if _is_newest(retrieval, link) else None
    return _message(said, *([] if offered is None else [actions(offered)]))


def _download(url: SecretStr) -> ButtonElement:
    address = url.get_secret_value()
    return button("Download", Action.DOWNLOAD, url=address, style="primary")


def _message(said: str, *blocks: Block) -> Message:
    return Message(text=said, blocks=(section(said), *blocks))


def _opening(retrieval: Retrieval, link: LinkRow) -> str:
    weight = "" if link.size_bytes is None else f" ({size(link.size_bytes)})"
    target = described(retrieval.target or link.target, 300)
    return (
        f"{mention(link.recipient)}, the source code of {target} is ready: "
        f"*{fit(link.file_name, _FILE_NAME_LIMIT)}*{weight}."
    )


def _expired(link: IssuedLink) -> str:
    file_name = fit(link.file_name, _FILE_NAME_LIMIT)
    if link.is_upload:
        return f"the file *{file_name}* was removed from Slack when its time was over,"
    return f"the link to *{file_name}* expired"


def _is_newest(retrieval: Retrieval, link: IssuedLink) -> bool:
    here = [one for one in retrieval.links if one.channel == link.channel]
    return not here or here[-1].id == link.id


def _way_on(retrieval: Retrieval, link: IssuedLink) -> str:
    if not _is_newest(retrieval, link):
        return "A newer one stands further down."
    if retrieval.asks:
        return "A new one is on its way."
    if retrieval.denial is not None:
        return f"A new one could not be made: {fit(retrieval.denial.text, 1000)}"
    return ""
