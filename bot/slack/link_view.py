"""The message that delivers a package, and what is left of it when its time is over.

The address stands only in the button of the message that delivers it: not in its text, which
notices repeat, and nowhere once it has expired. The platform's own link is shown in the same way,
with a word on what differs: nobody here can stop it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr
from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.events import ExpiryRule, LinkKind
from bot.domain.link import LinkRow
from bot.domain.retrieval import IssuedLink, Retrieval
from bot.slack.actions import Action, encode_link
from bot.slack.card_view import build_reason, is_only_shown, renewal_button
from bot.slack.message import Message, actions, button, context, section
from bot.slack.mrkdwn import described, fit, fit_ends, mention, size, when

_FILE_NAME_LIMIT = 600
_DENIAL_LIMIT = 1200
_DENIAL_END = 700  # the error code, the trace id and what they mean stand last
_RULES: Mapping[ExpiryRule, str] = {
    ExpiryRule.PLATFORM: "The platform's own link ends then.",
    ExpiryRule.POLICY: "The limit of this installation decided this time.",
    ExpiryRule.UNSTATED: (
        "The platform names no end for its own link, so the lifetime set here decided this time."
    ),
}
_RULES_OF_SHOWING: Mapping[ExpiryRule, str] = {
    ExpiryRule.PLATFORM: "It ends then, by the platform's own limit.",
    ExpiryRule.POLICY: (
        "The limit of this installation decided how long it is shown; the link itself ends later."
    ),
    ExpiryRule.UNSTATED: (
        "The platform names no end for it, so the lifetime set here decided how long it is shown."
    ),
}
_PLATFORMS_OWN = (
    "This is the platform's own link: whoever has it can download without an account, "
    "and it cannot be revoked."
)


def link_message(retrieval: Retrieval, link: LinkRow, url: SecretStr) -> Message:
    """Draw a link that everybody who reads the message may use."""
    lasts = "is shown" if is_only_shown(link.leads_to, link.rule) else "works"
    said = f"{_opening(retrieval, link)} The link {lasts} until {when(link.expires_at)}."
    return _message(said, *_terms(retrieval, link), actions(_download(url)))


def guarded_link_message(retrieval: Retrieval, link: LinkRow) -> Message:
    """Draw a button that gives the link to those who may have it."""
    said = (
        f"{_opening(retrieval, link)} The link works until {when(link.expires_at)}, "
        "and only for those who may have it."
    )
    value = encode_link(retrieval.id, link.id)
    get = button("Get download link", Action.GET_LINK, value=value, style="primary")
    return _message(said, *_terms(retrieval, link), actions(get))


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
    return _message(said, *_terms(retrieval, link))


def expired_link_message(retrieval: Retrieval, link: IssuedLink) -> Message:
    """Draw what stays of a link or an uploaded file after its time."""
    said = (
        f"{mention(link.recipient)}, {_expired(link)} {when(link.expires_at)}. "
        f"{_way_on(retrieval, link)}"
    ).rstrip()
    offered = renewal_button(retrieval) if _is_newest(retrieval, link) else None
    return _message(said, *([] if offered is None else [actions(offered)]))


def _terms(retrieval: Retrieval, link: LinkRow) -> list[Block]:
    """Say what decided about the link, and about the build where nothing in the thread does."""
    terms = [context(_RULES[link.rule])]
    if link.leads_to is LinkKind.PLATFORM:
        terms = [context(f"{_PLATFORMS_OWN} {_RULES_OF_SHOWING[link.rule]}")]
    reason = build_reason(retrieval.target or link.target)
    if reason and retrieval.reply("started") is None:
        terms.append(context(reason))
    return list(terms)


def _download(url: SecretStr) -> ButtonElement:
    address = url.get_secret_value()
    return button("Download", Action.DOWNLOAD, url=address, style="primary")


def _message(said: str, *blocks: Block) -> Message:
    return Message(text=said, blocks=(section(said), *blocks))


def _opening(retrieval: Retrieval, link: LinkRow) -> str:
    weight = "" if link.size_bytes is None else f" ({size(link.size_bytes)})"
    target = described(retrieval.target or link.target, 300, goes_on=True)
    return (
        f"{mention(link.recipient)}, the source code of {target} is ready: "
        f"*{fit(link.file_name, _FILE_NAME_LIMIT)}*{weight}."
    )


def _expired(link: IssuedLink) -> str:
    file_name = fit(link.file_name, _FILE_NAME_LIMIT)
    if link.leads_to is LinkKind.UPLOAD:
        return f"the file *{file_name}* was removed from Slack when its time was over,"
    if is_only_shown(link.leads_to, link.rule):
        return f"the platform's own link to *{file_name}* was taken out of this message"
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
        why = fit_ends(retrieval.denial.text, _DENIAL_LIMIT, _DENIAL_END)
        return f"A new one could not be made: {why}"
    return ""
