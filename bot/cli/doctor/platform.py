"""Whether a platform can be reached, and what its environments allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import islice
from typing import Final

import aiohttp
from pydantic import HttpUrl

from bot.cli.doctor.advice import Advice, advice_for
from bot.cli.doctor.clocks import clock_finding
from bot.cli.doctor.finding import Finding, blocked, ok, warning
from bot.clock import Clock
from bot.domain.policy import Policy, warnings_for
from bot.domain.target import Build, Catalogue, Environment, Target
from bot.domain.value import ApplicationKey, PackageKey
from bot.errors import (
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
)
from bot.platforms.gateway import gateway
from bot.ports import PlatformGateway
from bot.settings import PlatformSettings

_SECONDS: Final = 6.0
_MOST_TRIED: Final = 5  # applications
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


async def check_platform(
    settings: PlatformSettings, policy: Policy, session: aiohttp.ClientSession, clock: Clock
) -> list[Finding]:
    """Look at one platform: its answer, our account, its clock, its environments."""
    advice = advice_for(settings)
    opened = gateway(_hurried(settings), session, clock, _unobserved)
    try:
        catalogue = await opened.catalogue(fresh=True)
        ahead = await opened.clock_ahead()
    except PlatformError as error:
        found = blocked(settings.name, error.message, _remedy(error, advice))
        return [found, *_in_the_clear(settings, advice)]
    return [
        _reached(catalogue, advice),
        *_in_the_clear(settings, advice),
        clock_finding(settings.name, ahead),
        *_environments(catalogue, policy),
        *_nothing_allowed(catalogue, policy, advice),
        *await _tried(opened, catalogue, policy, advice),
    ]


async def _tried(
    opened: PlatformGateway, catalogue: Catalogue, policy: Policy, advice: Advice
) -> list[Finding]:
    """Ask for what a retrieval asks first, for the first application of which it has an answer."""
    subject = f"{catalogue.platform}, source code"
    for target in islice(_allowed(catalogue, policy), _MOST_TRIED):
        try:
            described = await opened.describe(target)
            if described.build is not None:
                await _look(opened, described, described.build)
        except (PlatformNotFound, PlatformRejected):
            continue  # of this one there is nothing to package, which says nothing of the others
        except PlatformError as error:
            return [blocked(subject, error.message, _remedy(error, advice))]
        text = f"{described} can be asked for. Whether packaging may be started shows only then."
        return [ok(subject, text)]
    return []


def _allowed(catalogue: Catalogue, policy: Policy) -> Iterator[Target]:
    """Give what runs where retrieval is allowed."""
    for application in catalogue.applications:
        for place in application.placements:
            environment = catalogue.environment(place.environment)
            if environment is None or environment.is_offline or policy.refuses(environment):
                continue
            yield Target(
                platform=catalogue.platform,
                environment=environment,
                application=application.key,
                application_name=application.name,
                revision=place.revision,
            )


async def _look(opened: PlatformGateway, target: Target, build: Build) -> None:
    """Look at the packaging of a build. That there is none is an answer too."""
    with suppress(PlatformNotFound):
        await opened.packaging_report(target, PackageKey(build.key), asked_at=_LONG_AGO)


def _hurried(settings: PlatformSettings) -> PlatformSettings:
    """Let each question be asked once and in a hurry."""
    timeout = min(settings.limits.timeout_seconds, _SECONDS)
    limits = settings.limits.model_copy(update={"attempts": 1, "timeout_seconds": timeout})
    return settings.model_copy(update={"limits": limits})


def _unobserved(_call: str, _outcome: str, _seconds: float) -> None:
    """Count nothing: doctor has no metrics."""


def _remedy(error: PlatformError, advice: Advice) -> str:
    match error:
        case PlatformRefused():
            return advice.refused
        case PlatformBusy():
            return "Wait a minute, and run doctor again."
        case _:
            return advice.unreachable


def _reached(catalogue: Catalogue, advice: Advice) -> Finding:
    environments, applications = len(catalogue.environments), len(catalogue.applications)
    seen = f"{environments} environments and {applications} applications"
    if environments and applications:
        text = f"{advice.account} is accepted and sees {seen}. {advice.sees_part}"
        return ok(catalogue.platform, text.rstrip())
    remedy = advice.sees_no_applications if environments else advice.sees_no_environments
    text = f"{advice.account} is accepted, but sees {seen}."
    return blocked(catalogue.platform, text, remedy)


def _in_the_clear(settings: PlatformSettings, advice: Advice) -> list[Finding]:
    if settings.url.scheme == "https" or is_loopback(settings.url):
        return []
    return [
        warning(
            settings.name,
            f"The platform's URL begins with http://, so {advice.in_the_clear} unencrypted.",
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


def _environments(catalogue: Catalogue, policy: Policy) -> Iterator[Finding]:
    names = [each.name for each in catalogue.environments]
    for each in catalogue.environments:
        subject = f"{each.platform}, {each.name}"
        if names.count(each.name) > 1:
            subject += f" ({each.portfolio or each.key})"
        yield _environment(subject, each, policy)


def _environment(subject: str, environment: Environment, policy: Policy) -> Finding:
    if policy.refuses(environment):
        text = "Counts as production, which this installation refuses (ALLOW_PRODUCTION)."
        return ok(subject, _runs(environment) + text)
    anything = Target(
        platform=environment.platform,
        environment=environment,
        application=ApplicationKey("-"),
        application_name="",
    )
    said = warnings_for(anything)
    if said:
        remedies = ["Bring it online."] * environment.is_offline
        if len(said) > len(remedies):
            remedies.append(f"Upgrade it to {environment.minimum_version} or newer.")
        return warning(subject, " ".join(said), " ".join(remedies))
    return ok(subject, f"{_runs(environment)}This installation allows retrieval from it.")


def _runs(environment: Environment) -> str:
    """Say the version, where versions tell what can be retrieved."""
    if environment.version:
        return f"Runs version {environment.version}. "
    return "Of unknown version. " if environment.minimum_version else ""


def _nothing_allowed(catalogue: Catalogue, policy: Policy, advice: Advice) -> list[Finding]:
    refused = [policy.refuses(each) for each in catalogue.environments]
    if not refused or not all(refused):
        return []
    return [
        warning(
            catalogue.platform,
            f"Every environment that {advice.account[0].lower()}{advice.account[1:]} sees counts "
            "as production and is refused.",
            advice.sees_only_production,
        )
    ]
