"""A pretend OutSystems 11 LifeTime (API v2) on loopback, which can fail in every known way.

It answers as OutSystems documents and as OutSystems' own client expects; where nothing is
published (the status of a failed packaging, the answer of an expired link) it takes a plausible
value, and a `Fault` can give another. It is not a model of OutSystems' internals.

Everything that waits or expires does so in seconds of the clock it is given.
"""

from __future__ import annotations

from bot.sandbox.lifetime.calls import Call, CallName, Calls
from bot.sandbox.lifetime.faults import Fault, FaultKind
from bot.sandbox.lifetime.infrastructure import Application, Environment, Infrastructure, Running
from bot.sandbox.lifetime.knobs import Knobs
from bot.sandbox.lifetime.scenarios import SCENARIOS, Scenario
from bot.sandbox.lifetime.server import SandboxLifeTime

__all__ = [
    "SCENARIOS",
    "Application",
    "Call",
    "CallName",
    "Calls",
    "Environment",
    "Fault",
    "FaultKind",
    "Infrastructure",
    "Knobs",
    "Running",
    "SandboxLifeTime",
    "Scenario",
]
