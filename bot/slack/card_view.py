"""The card: the one message in the channel that always says where a retrieval is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.events import ExpiryRule, FailureReason, LinkKind
from bot.domain.retrieval import IssuedLink, Retrieval, RetrievalState
from bot.domain.target import Environment, RevisionWish, Target
from bot.slack.actions import Action, encode_retrieval
from bot.slack.message import Message, actions, button, context, fields, section
from bot.slack.mrkdwn import (
    channel_name,
    counted,
    described,
    fit,
    fit_ends,
    mention,
    name,
    short_key,
    when,
    wished,
)

_LABELS = {
    RetrievalState.REQUESTED: "Starting",
    RetrievalState.WAITING: "Waiting",
    RetrievalState.PACKAGING: "Packaging",
    RetrievalState.PACKAGED: "Packaged",
    RetrievalState.READY: "Ready",
    RetrievalState.EXPIRED: "Expired",
    RetrievalState.FAILED: "Failed",
    RetrievalState.CANCELLED: "Cancelled",
    RetrievalState.ANSWERED: "Answered",
}
_MARKS = {RetrievalState.READY: "✅ ", RetrievalState.FAILED: "⚠️ "}
_TITLE_LIMIT = 300
_WARNINGS_LIMIT = 2500
_MOST_WARNINGS = 10
_FAILURE_LIMIT = 1500
_FAILURE_END = 700  # the error code, the trace id and what they mean stand last
_ENVIRONMENT_LIMIT = 500
_SHORT_LIMIT = 300
_REASON_LIMIT = 600
_RATE_LIMITED = {
    RetrievalState.REQUESTED,
    RetrievalState.WAITING,
    RetrievalState.PACKAGING,
    RetrievalState.PACKAGED,
}


def card_message(retrieval: Retrieval, *, asked_elsewhere: bool = False) -> Message:
    """Draw the card. `asked_elsewhere`: it stands in a DM, not where the command was typed."""
    label, said = _LABELS[retrieval.state], _sentence(retrieval)
    mark = _MARKS.get(retrieval.state, "")
    # The rate limit's sentence begins with the word itself.
    is_said = retrieval.state is RetrievalState.WAITING and said.startswith(label)
    opening = "" if is_said else f"{mark}{label}. "
    blocks = [
        section(f"*{_title(retrieval)}*\n{opening}{said}"),
        fields(_facts(retrieval)),
        *_notes(retrieval, asked_elsewhere=asked_elsewhere),
        *_buttons(retrieval),
    ]
    return Message(text=f"{label}: {_title(retrieval)}. {said}", blocks=tuple(blocks))


def _title(retrieval: Retrieval) -> str:
    if retrieval.target is not None:
        return described(retrieval.target, _TITLE_LIMIT)
    words = fit(" ".join(retrieval.request.words), _TITLE_LIMIT)
    said = f"Source code of {words}" if words else "Source code"
    return f"{said}, {wished(retrieval.request.wish)}" if retrieval.request.wish else said


def _sentence(retrieval: Retrieval) -> str:
    if retrieval.cancel_asked_by is not None and not retrieval.state.is_settled:
        return f"{mention(retrieval.cancel_asked_by)} asked to cancel it; it is being stopped."
    said = _rate_limited(retrieval) or _SENTENCES[retrieval.state](retrieval)
    if not retrieval.trouble or retrieval.state.is_settled:
        return said
    trouble = _told(retrieval.trouble)
    return f"{said} The platform did not answer as it should, and is asked again: {trouble}"


def _rate_limited(retrieval: Retrieval) -> str:
    if retrieval.rate_ahead is None or retrieval.state not in _RATE_LIMITED:
        return ""
    place = "it is next in line"
    if retrieval.rate_ahead > 0:
        place = f"{counted(retrieval.rate_ahead, 'request is', 'requests are')} ahead of it"
    return f"Waiting for the platform's rate limit; {place}."


def _told(text: str) -> str:
    return fit_ends(text, _FAILURE_LIMIT, _FAILURE_END)


def _requested(retrieval: Retrieval) -> str:
    if retrieval.target is None:
        return "The names are being looked up on the platform."
    return "The platform is about to be asked to package it."


def _waiting(retrieval: Retrieval) -> str:
    place = "It is next in line"
    if retrieval.ahead > 0:
        place = f"{counted(retrieval.ahead, 'packaging is', 'packagings are')} ahead of it"
    if retrieval.at_once < 1:
        return f"{place}."
    return f"{place}; the platform is given at most {retrieval.at_once} at once."


def _packaging(_: Retrieval) -> str:
    return "The platform is packaging the source code."


def _packaged(_: Retrieval) -> str:
    return "The package is there; the download link is on its way."


def _ready(retrieval: Retrieval) -> str:
    live = [link for link in retrieval.links if not link.is_expired]
    if not live:
        return "The download link is in the thread."
    lasts = "is shown" if is_only_shown(live[-1].leads_to, live[-1].rule) else "works"
    return f"{_whereabouts(retrieval, live[-1])} It {lasts} until {when(live[-1].expires_at)}."


def is_only_shown(leads_to: LinkKind, rule: ExpiryRule) -> bool:
    """Whether its end is only that of showing it: nobody can stop the platform's own link."""
    return leads_to is LinkKind.PLATFORM and rule is not ExpiryRule.PLATFORM


def _whereabouts(retrieval: Retrieval, link: IssuedLink) -> str:
    if retrieval.card is not None and link.channel != retrieval.card.channel:
        return f"The download link went to {mention(link.recipient)} by direct message."
    return "The download link is in the thread."


def _expired(retrieval: Retrieval) -> str:
    said = "The download link has expired."
    if retrieval.asks:
        return f"{said} A new one is on its way."
    if retrieval.denial is not None:
        return f"{said} A new one could not be made: {_told(retrieval.denial.text)}"
    return said


def _failed(retrieval: Retrieval) -> str:
    if retrieval.failure is None:
        return "It ended without a link."
    said = _told(retrieval.failure.text) or "It ended without a link."
    if retrieval.failure.reference and retrieval.failure.reference not in said:
        return f"{said} Reference: `{fit(retrieval.failure.reference, 100)}`"
    return said


def _cancelled(retrieval: Retrieval) -> str:
    if retrieval.cancel_asked_by is None:
        return "It was stopped."
    return f"Stopped by {mention(retrieval.cancel_asked_by)}."


def _answered(_: Retrieval) -> str:
    return "It ended with a private answer to whoever asked."


_SENTENCES: Mapping[RetrievalState, Callable[[Retrieval], str]] = {
    RetrievalState.REQUESTED: _requested,
    RetrievalState.WAITING: _waiting,
    RetrievalState.PACKAGING: _packaging,
    RetrievalState.PACKAGED: _packaged,
    RetrievalState.READY: _ready,
    RetrievalState.EXPIRED: _expired,
    RetrievalState.FAILED: _failed,
    RetrievalState.CANCELLED: _cancelled,
    RetrievalState.ANSWERED: _answered,
}


def _facts(retrieval: Retrieval) -> list[str]:
    asked = f"{mention(retrieval.request.requester)}, {when(retrieval.request.at)}"
    if retrieval.target is None:
        return [f"*Asked by*\n{asked}"]
    return [*_facts_of(retrieval.target), f"*Asked by*\n{asked}", *_ended(retrieval)]


def _facts_of(target: Target) -> list[str]:
    facts = [f"*Application*\n{name(target.application_name)}"]
    if target.environment is not None:
        facts.append(f"*Environment*\n{_environment(target.environment)}")
    facts.append(f"*Platform*\n{name(target.platform, _SHORT_LIMIT)}")
    facts.append(f"*Revision*\n{_revision(target)}")
    if target.build is not None:
        facts.append(f"*Build*\n`{short_key(target.build.key)}`")
    return facts


def _environment(environment: Environment) -> str:
    said = name(environment.name, _ENVIRONMENT_LIMIT)
    portfolio = fit(environment.portfolio, _SHORT_LIMIT)
    return f"{said} ({portfolio})" if portfolio else said


def _revision(target: Target) -> str:
    if target.wish is not None and target.build is None:
        return _wished_revision(target.wish)  # the platform has not said yet which one that is
    label = fit(target.revision.label, _SHORT_LIMIT)
    if label and target.revision.is_modified:
        label += ", changed since"
    if target.revision.number is not None:
        return f"{target.revision.number} ({label})" if label else str(target.revision.number)
    return label or ("the latest" if target.environment is None else "what runs there now")


def _wished_revision(wish: RevisionWish) -> str:
    if wish.number is not None:
        return str(wish.number)
    return fit(wish.tag, _SHORT_LIMIT) or f"that of {wished(wish)}"


def _ended(retrieval: Retrieval) -> list[str]:
    has_ended = retrieval.state in {RetrievalState.FAILED, RetrievalState.CANCELLED}
    if not has_ended or retrieval.changed_at is None:
        return []
    return [f"*Ended*\n{when(retrieval.changed_at)}"]


def _notes(retrieval: Retrieval, *, asked_elsewhere: bool) -> list[Block]:
    notes = []
    if reason := build_reason(retrieval.target):
        notes.append(context(reason))
    if retrieval.warnings:
        shown = retrieval.warnings[:_MOST_WARNINGS]
        room = _WARNINGS_LIMIT // len(shown)
        lines = [f"*Warning:* {fit(one, room)}" for one in shown]
        notes.append(context("\n".join(lines)))
    if retrieval.shares_packaging and not retrieval.state.is_settled:
        notes.append(context("Somebody asked for the same before; both share one packaging."))
    if asked_elsewhere:
        where = channel_name(retrieval.request.channel)
        notes.append(context(f"Asked in {where}, where the bot cannot post."))
    return list(notes)


def build_reason(target: Target | None) -> str:
    """Say which build is packaged and why; empty where a platform has no builds to choose from."""
    if target is None or target.build is None:
        return ""
    return fit(target.build.reason, _REASON_LIMIT)


def _buttons(retrieval: Retrieval) -> list[Block]:
    offered = _button(retrieval)
    return [] if offered is None else [actions(offered)]


def _button(retrieval: Retrieval) -> ButtonElement | None:
    if not retrieval.state.is_settled:
        if retrieval.cancel_asked_by is not None:
            return None
        return button("Cancel", Action.CANCEL, value=encode_retrieval(retrieval.id))
    if retrieval.state is RetrievalState.FAILED:
        gone = retrieval.failure is not None and _is_gone(retrieval.failure.reason)
        return retry_button(retrieval, "New packaging" if gone else "Retry")
    if retrieval.state is RetrievalState.EXPIRED:
        return renewal_button(retrieval)
    return None


def _is_gone(reason: FailureReason) -> bool:
    return reason is FailureReason.PACKAGE_GONE


def retry_button(retrieval: Retrieval, label: str) -> ButtonElement:
    """Build the button that retrieves the same target once more."""
    return button(label, Action.RETRY, value=encode_retrieval(retrieval.id), style="primary")


def renewal_button(retrieval: Retrieval) -> ButtonElement | None:
    """Build what an expired retrieval offers: a new link, a new packaging, or to wait (None)."""
    if retrieval.asks:
        return None
    if retrieval.denial is not None and _is_gone(retrieval.denial.reason):
        return retry_button(retrieval, "New packaging")
    return button("New link", Action.NEW_LINK, value=encode_retrieval(retrieval.id))
