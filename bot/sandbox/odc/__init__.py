"""A pretend OutSystems Developer Cloud organisation on loopback, which can fail in every known way.

It answers as the published API descriptions say, in three hosts: the portal, the identity provider
and the storage. Where nothing is published (what a second POST does, how the storage signs its
URLs, what a package holds) it takes a plausible value and says so where it does, and a `Fault` or
a knob can give another. It is not a model of OutSystems' internals.

Everything that waits, expires or is limited does so by the clock it is given.
"""

from __future__ import annotations

from bot.sandbox.odc.calls import Call, CallName, Calls, Domain
from bot.sandbox.odc.default_organization import default_organization
from bot.sandbox.odc.faults import Fault, FaultKind
from bot.sandbox.odc.knobs import Knobs, LinkStyle
from bot.sandbox.odc.organization import (
    Asset,
    Build,
    Deployment,
    Environment,
    Organization,
    Portfolio,
    Revision,
)
from bot.sandbox.odc.scenarios import SCENARIOS, Scenario
from bot.sandbox.odc.server import SandboxOdc

__all__ = [
    "SCENARIOS",
    "Asset",
    "Build",
    "Call",
    "CallName",
    "Calls",
    "Deployment",
    "Domain",
    "Environment",
    "Fault",
    "FaultKind",
    "Knobs",
    "LinkStyle",
    "Organization",
    "Portfolio",
    "Revision",
    "SandboxOdc",
    "Scenario",
    "default_organization",
]
