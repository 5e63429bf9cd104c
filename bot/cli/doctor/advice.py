"""What to do about a platform, in the words of its kind: where its doors are and who opens them.

The checks themselves are the same for every platform (`platform.py`); only here doctor knows which
kinds there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.settings import LifeTimeSettings, OdcSettings, PlatformSettings


@dataclass(frozen=True)
class Advice:
    """The sentences that differ from kind to kind."""

    account: str  # whom the platform lets in: "The token"
    refused: str  # what to do where it is not let in
    unreachable: str  # what to do where nothing of use answers
    sees_no_environments: str  # what to do where it is let in and sees none
    sees_no_applications: str
    sees_only_production: str
    sees_part: str  # what it may not be shown without anything being said
    in_the_clear: str  # what travels unencrypted over http
    without_address: str  # how packages are given out where the bot has no address of its own


_LIFETIME_ACCOUNT: Final = (
    "Create a service account in LifeTime (User Management, Service Accounts) whose role may list "
    "the environments and has Open & Debug on those to retrieve from, and set its token."
)
_LIFETIME: Final = Advice(
    account="The token",
    refused=_LIFETIME_ACCOUNT,
    unreachable=(
        "Check the platform's URL, and let this machine reach it by HTTPS: `curl -v` to that "
        "address shows where it stops."
    ),
    sees_no_environments=_LIFETIME_ACCOUNT,
    sees_no_applications=_LIFETIME_ACCOUNT,
    sees_only_production="Let the service account see others, or set ALLOW_PRODUCTION=true.",
    sees_part="",
    in_the_clear="the token travels",
    without_address="packages of OutSystems 11 are shared as files in Slack",
)

_CLIENTS: Final = "In the ODC Portal, under Management > API clients,"
_ODC: Final = Advice(
    account="The API client",
    refused=(
        f"{_CLIENTS} look whether the client is Available, neither expired nor suspended, and has "
        "the permissions Asset management > Open and Stage > View stage on every stage to "
        "retrieve from; compare its id, and where the secret may be an old one generate a new one."
    ),
    unreachable=(
        "Check that the URL is that of the ODC Portal, and let this machine reach it by HTTPS: "
        "`curl -v` to that address and /identity/.well-known/openid-configuration shows where it "
        "stops."
    ),
    sees_no_environments=(
        f"{_CLIENTS} give the client the permission Stage > View stage on every stage to retrieve "
        "from: those without it are left out and not refused."
    ),
    sees_no_applications=(
        f"{_CLIENTS} give the client the permission Asset management > Open on every stage to "
        "retrieve from."
    ),
    sees_only_production=(
        f"{_CLIENTS} give the client Stage > View stage on others, or set ALLOW_PRODUCTION=true."
    ),
    sees_part="Stages without the permission Stage > View stage are not shown to it.",
    in_the_clear="the secret and the tokens travel",
    without_address=(
        "ODC's own links are posted, which work for whoever has them and cannot be revoked"
    ),
)


def advice_for(settings: PlatformSettings) -> Advice:
    """Give the sentences for a platform of this kind."""
    match settings:
        case LifeTimeSettings():
            return _LIFETIME
        case OdcSettings():
            return _ODC
