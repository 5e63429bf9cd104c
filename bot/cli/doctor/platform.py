"""Whether a platform can be reached, and what its environments allow."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import aiohttp
from pydantic import HttpUrl

from bot.cli.doctor.clocks import clock_finding
from bot.cli.doctor.finding import Finding, blocked, ok, warning
from bot.clock import Clock
from bot.domain.policy import Policy, warnings_for
from bot.domain.target import Catalogue, Environment, Target
from bot.domain.value import ApplicationKey
from bot.errors import PlatformError, PlatformRefused
from bot.platforms.http import PlatformClient
from bot.platforms.lifetime import LifeTimeGateway
from bot.settings import PlatformSettings

_SECONDS: Final = 6.0
_ACCOUNT: Final = (
    "Create a service account in LifeTime (User Management, Service Accounts) whose role may list "
    "the environments and has Open & Debug on those to retrieve from, and set its token."
)
_NETWORK: Final = (
    "Check the platform's URL, and let this machine reach it by HTTPS: `curl -v` to that address "
    "shows where it stops."
)


async def check_platform(
    settings: PlatformSettings, policy: Policy, session: aiohttp.ClientSession, clock: Clock
) -> list[Finding]:
    """Look at one platform: its answer, its token, its clock, its environments."""
    timeout = min(settings.limits.timeout_seconds, _SECONDS)
    limits = settings.limits.model_copy(update={"attempts": 1, "timeout_seconds": timeout})
    settings = settings.model_copy(update={"limits": limits})
    client = PlatformClient(settings, session, clock, lambda *_: None)
    gateway = LifeTimeGateway(settings, client, clock)
    try:
        catalogue = await gateway.catalogue(fresh=True)
        ahead = await gateway.clock_ahead()
    except PlatformError as error:
        remedy = _ACCOUNT if isinstance(error, PlatformRefused) else _NETWORK
        return [blocked(settings.name, error.message, remedy), *_in_the_clear(settings)]
    return [
        _reached(catalogue),
        *_in_the_clear(settings),
        clock_finding(settings.name, ahead),
        *(_environment(each, policy) for each in catalogue.environments),
        *_nothing_allowed(catalogue, policy),
    ]


def _reached(catalogue: Catalogue) -> Finding:
    environments, applications = len(catalogue.environments), len(catalogue.applications)
    if not environments or not applications:
        return blocked(
            catalogue.platform,
            f"The platform answers, but shows this token {environments} environments and "
            f"{applications} applications.",
            _ACCOUNT,
        )
    return ok(
        catalogue.platform,
        f"The platform takes the token and shows {environments} environments and "
        f"{applications} applications.",
    )


def _in_the_clear(settings: PlatformSettings) -> list[Finding]:
    if settings.url.scheme == "https" or is_loopback(settings.url):
        return []
    return [
        warning(
            settings.name,
            "The platform's URL begins with http://, so the token travels unencrypted.",
            "Use its https:// address.",
        )
    ]


def is_loopback(url: HttpUrl) -> bool:
    """Whether an address leads nowhere but to this machine."""
    host = (url.host or "").strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _environment(environment: Environment, policy: Policy) -> Finding:
    subject = f"{environment.platform}, {environment.name}"
    runs = f"Runs version {environment.version}" if environment.version else "Of unknown version"
    if policy.refuses(environment):
        return ok(
            subject,
            f"{runs}. Counts as production, which this installation refuses (ALLOW_PRODUCTION).",
        )
    anything = Target(environment=environment, application=ApplicationKey("-"), application_name="")
    said = warnings_for(anything)
    if said:
        remedies = ["Bring it online."] * environment.is_offline
        if len(said) > len(remedies):
            remedies.append(f"Upgrade it to {environment.minimum_version} or newer.")
        return warning(subject, " ".join(said), " ".join(remedies))
    return ok(subject, f"{runs}. Source code can be retrieved.")


def _nothing_allowed(catalogue: Catalogue, policy: Policy) -> list[Finding]:
    refused = [policy.refuses(each) for each in catalogue.environments]
    if not refused or not all(refused):
        return []
    return [
        warning(
            catalogue.platform,
            "Every environment that the token sees counts as production and is refused.",
            "Let the service account see others, or set ALLOW_PRODUCTION=true.",
        )
    ]
