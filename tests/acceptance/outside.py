"""The platform of a story: the same questions to the sandbox of either product."""

from __future__ import annotations

from typing import ClassVar

from bot.domain.polling import PollPolicy
from bot.sandbox.lifetime import Application, Running, SandboxLifeTime
from bot.sandbox.lifetime import Fault as LifeTimeFault
from bot.sandbox.odc import Fault as OdcFault
from bot.sandbox.odc import SandboxOdc
from bot.settings import (
    LifeTimeSettings,
    OdcLimits,
    OdcPollPolicy,
    OdcSettings,
    PlatformLimits,
    Secret,
)


class Outside:
    """A sandbox and what stories ask of it."""

    name: str
    looks_for_packagings: bool  # whether one can be looked for before it is asked for again
    says_how_far: bool  # whether the platform says anything while it packages
    calls_named: ClassVar = {}  # where a call has another name than LifeTime's

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self._polling = {}
        self._limits = {"requests_per_second": 1000}

    @property
    def knobs(self):
        return self.sandbox.knobs

    @property
    def calls(self):
        return self.sandbox.calls

    def call_name(self, name):
        """Give this platform's name of a call of LifeTime's."""
        return self.calls_named.get(name, name)

    def limit(self, **limits):
        """Change limits that the bot keeps to; the others are the defaults."""
        self._limits |= limits

    def poll(self, **polling):
        """Change how the bot polls; the rest is the default."""
        self._polling |= polling

    def break_down(self, kind, **scope):
        """Let something go wrong; gives the fault."""
        fault = self.fault(kind, **scope)
        self.knobs.add(fault)
        return fault


class LifeTime(Outside):
    name = "LifeTime"
    looks_for_packagings = False
    says_how_far = True
    fault = LifeTimeFault

    def __init__(self, clock):
        super().__init__(SandboxLifeTime(clock=clock))

    def settings(self, name):
        return LifeTimeSettings(
            name=name,
            url=self.sandbox.url,
            token=Secret(value=self.sandbox.token),
            polling=PollPolicy(**self._polling),
            limits=PlatformLimits(**self._limits),
        )

    def application(self, name):
        return self.sandbox.infrastructure.application_named(name)

    def environment(self, name):
        return self.sandbox.infrastructure.environment_named(name)

    def add(self, name, environment, label, key=""):
        """Let a new application run in an environment."""
        running = {self.environment(environment).key: Running(label)}
        return self.sandbox.infrastructure.add_application(
            Application(name, key=key, running=running)
        )

    def add_applications(self, number, prefix):
        return self.sandbox.infrastructure.add_applications(number, prefix)

    def be_silent(self):
        """Say nothing while it packages."""
        self.knobs.message_count = 0

    @property
    def secret(self):
        return self.sandbox.token

    @property
    def secrets(self):
        return [self.sandbox.token]

    @property
    def link_secrets(self):
        return list(self.sandbox.packagings.links)


class Odc(Outside):
    name = "ODC"
    looks_for_packagings = True
    says_how_far = False
    fault = OdcFault
    calls_named: ClassVar = {"applications": "deployed_assets", "link": "status"}

    def __init__(self, clock):
        super().__init__(SandboxOdc(clock=clock))

    def settings(self, name):
        return OdcSettings(
            name=name,
            url=self.sandbox.url,
            client_id=self.sandbox.client_id,
            client_secret=Secret(value=self.sandbox.client_secret),
            polling=OdcPollPolicy(**self._polling),
            limits=OdcLimits(**self._limits),
        )

    def application(self, name):
        return self.sandbox.organization.asset_named(name)

    def environment(self, name):
        return self.sandbox.organization.environment_named(name)

    def add(self, name, environment, label, key=""):
        """Let a new application run in an environment."""
        organization = self.sandbox.organization
        asset = organization.add_asset(name, key=key)
        organization.add_revision(asset, 1, label)
        organization.deploy_there(asset, 1, environment)
        return asset

    def add_applications(self, number, prefix):
        return self.sandbox.organization.add_assets(number, prefix)

    def be_silent(self):
        """Say nothing while it packages, as ODC never does."""

    @property
    def secret(self):
        return self.sandbox.client_secret

    @property
    def secrets(self):
        return [self.sandbox.client_secret, *self.sandbox.access.tokens]

    @property
    def link_secrets(self):
        return list(self.sandbox.links.all)


PRODUCTS = {"lifetime": LifeTime, "odc": Odc}
