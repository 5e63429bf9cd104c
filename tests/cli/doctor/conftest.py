"""An installation between a sandbox Slack and a sandbox LifeTime, for doctor to look at."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from bot.cli.doctor.examine import examine
from bot.cli.doctor.finding import Verdict
from bot.cli.manifest import scopes_in_manifest
from bot.clock import SystemClock
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.odc import SandboxOdc
from bot.sandbox.slack import SandboxSlack
from bot.settings import (
    LifeTimeSettings,
    Listen,
    OdcLimits,
    OdcSettings,
    PlatformLimits,
    Secret,
    Settings,
    SlackSettings,
)


class ShiftedClock(SystemClock):
    """The machine's clock, set wrong by so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._shift = timedelta(seconds=seconds)

    def now(self):
        return super().now() + self._shift


class Findings(list):
    """What doctor found."""

    def about(self, subject):
        """Give what was found about the subjects that begin so."""
        return Findings(each for each in self if each.subject.startswith(subject))

    def one(self, subject):
        found = [each for each in self if each.subject == subject]
        assert len(found) == 1, found
        return found[0]

    def blocked(self):
        return Findings(each for each in self if each.verdict is Verdict.BLOCKED)

    @property
    def text(self):
        return "\n".join(f"{each.verdict} {each.subject}: {each.text}" for each in self)


class Installation:
    """Settings that work, to be made worse."""

    def __init__(self, slack: SandboxSlack, lifetime: SandboxLifeTime, tmp_path) -> None:
        self.slack = slack
        self.lifetime = lifetime
        self.database = tmp_path / "state" / "bot.sqlite3"
        self.settings = Settings(
            slack=SlackSettings(
                bot_token=Secret(value=slack.bot_token),
                app_token=Secret(value=slack.app_token),
                api_url=slack.api_url,
            ),
            platforms=(self.platform(),),
            listen=Listen(host="127.0.0.1", port=0),
            database_url=f"sqlite:///{self.database}",
        )

    def platform(self, **changes) -> LifeTimeSettings:
        given = {
            "name": "LifeTime",
            "url": self.lifetime.url,
            "token": Secret(value=self.lifetime.token),
            "limits": PlatformLimits(timeout_seconds=5),
        }
        return LifeTimeSettings(**(given | changes))

    def change(self, **changes) -> None:
        self.settings = self.settings.model_copy(update=changes)

    def change_slack(self, **changes) -> None:
        self.change(slack=self.settings.slack.model_copy(update=changes))

    async def examine(self, clock=None, seconds: float = 10.0) -> Findings:
        found = await examine(self.settings, clock or SystemClock(), seconds=seconds)
        assert not self.secrets_in(Findings(found).text)
        return Findings(found)

    def secrets_in(self, text: str) -> list[str]:
        secrets = (
            self.slack.bot_token,
            self.slack.app_token,
            self.slack.signing_secret,
            self.lifetime.token,
            "wrong-token",
        )
        return [secret for secret in secrets if secret in text]


@pytest.fixture
async def slack():
    required, optional = scopes_in_manifest()
    sandbox = SandboxSlack(scopes=required | optional)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lifetime():
    sandbox = SandboxLifeTime()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def installation(slack, lifetime, tmp_path):
    return Installation(slack, lifetime, tmp_path)


@pytest.fixture
def unused_port():
    """Give a port where nothing listens now; each call another."""

    def find():
        with socket.create_server(("127.0.0.1", 0)) as server:
            return server.getsockname()[1]

    return find


@pytest.fixture
def shifted_clock():
    return ShiftedClock


class Cloud:
    """The same installation with an organisation of Developer Cloud for its only platform."""

    def __init__(self, installation: Installation, odc: SandboxOdc) -> None:
        self.installation = installation
        self.sandbox = odc

    def settings(self, **changes) -> OdcSettings:
        given = {
            "name": "ODC",
            "url": self.sandbox.url,
            "client_id": self.sandbox.client_id,
            "client_secret": Secret(value=self.sandbox.client_secret),
            "limits": OdcLimits(timeout_seconds=5),
        }
        return OdcSettings(**(given | changes))

    async def examine(self, clock=None, **changes) -> Findings:
        secret = self.sandbox.client_secret
        self.installation.change(platforms=(self.settings(**changes),))
        found = await self.installation.examine(clock)
        assert secret not in found.text
        assert all(secret not in each.remedy for each in found)
        return found


@pytest.fixture
async def cloud(installation):
    sandbox = SandboxOdc()
    await sandbox.start()
    yield Cloud(installation, sandbox)
    await sandbox.stop()
