"""Either platform as a benchmark sees it: its sandbox, and how a bot is told of it.

Not a benchmark. Which one it is, is one word: `PLATFORMS["odc"](clock)`.
"""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from bot.domain.polling import PollPolicy
from bot.sandbox.clock import ScaledClock
from bot.sandbox.lifetime import Fault as LifeTimeFault
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.odc import Fault as OdcFault
from bot.sandbox.odc import SandboxOdc
from bot.settings import OdcPollPolicy

Kind = Literal["lifetime", "odc"]
KINDS: tuple[Kind, ...] = ("lifetime", "odc")


class Packaged(NamedTuple):
    """One packaging that began: of which application, how long it takes, and when it ends."""

    application: str
    seconds: float
    ends: float  # Unix seconds of the clock


class Platform(ABC):
    """A sandbox and what benchmarks ask of it."""

    kind: Kind
    name: ClassVar[str]
    polling: ClassVar[PollPolicy]  # the default
    sandbox: SandboxLifeTime | SandboxOdc

    @property
    @abstractmethod
    def variables(self) -> dict[str, str]:
        """Give the environment variables that tell a bot where it is and let it in."""

    @property
    @abstractmethod
    def packaged(self) -> list[Packaged]:
        """Give every packaging that began."""

    @property
    @abstractmethod
    def under_way(self) -> int:
        """Give how many packagings are under way."""

    @property
    def doubled(self) -> int | None:
        """Give how many packagings were begun that nobody needed; None where that is not told."""
        return None

    @abstractmethod
    def add_applications(self, number: int) -> list[str]:
        """Let so many more run in Testing, and give their names."""

    @abstractmethod
    def lose_answers(self, probability: float) -> None:
        """Drop answers after having acted, from now on."""

    @abstractmethod
    def never_end(self) -> None:
        """Let no packaging end that begins from now on."""


class LifeTime(Platform):
    """OutSystems 11."""

    kind = "lifetime"
    name = "OutSystems 11"
    polling = PollPolicy()

    def __init__(self, clock: ScaledClock) -> None:
        self.sandbox: SandboxLifeTime = SandboxLifeTime(clock=clock)

    @property
    def variables(self) -> dict[str, str]:
        return {"LIFETIME_URL": self.sandbox.url, "LIFETIME_TOKEN": self.sandbox.token}

    @property
    def packaged(self) -> list[Packaged]:
        return [
            Packaged(one.application.name, one.seconds, one.started.timestamp() + one.seconds)
            for one in self.sandbox.packagings.all.values()
        ]

    @property
    def under_way(self) -> int:
        return self.sandbox.packagings.running(self.sandbox.clock.now())

    def add_applications(self, number: int) -> list[str]:
        return [one.name for one in self.sandbox.infrastructure.add_applications(number)]

    def lose_answers(self, probability: float) -> None:
        self.sandbox.knobs.add(LifeTimeFault("drop_after", times=None, probability=probability))

    def never_end(self) -> None:
        self.sandbox.knobs.add(LifeTimeFault("never_done", times=None))
        self.sandbox.knobs.message_count = 0


class Odc(Platform):
    """OutSystems Developer Cloud."""

    kind = "odc"
    name = "ODC"
    polling = OdcPollPolicy()

    def __init__(self, clock: ScaledClock) -> None:
        self.sandbox: SandboxOdc = SandboxOdc(clock=clock)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "ODC_PORTAL_URL": self.sandbox.url,
            "ODC_CLIENT_ID": self.sandbox.client_id,
            "ODC_CLIENT_SECRET": self.sandbox.client_secret,
        }

    @property
    def packaged(self) -> list[Packaged]:
        return [
            Packaged(one.asset.name, one.seconds, one.ended.timestamp())
            for one in self.sandbox.packagings.all
        ]

    @property
    def under_way(self) -> int:
        return self.sandbox.packagings.running(self.sandbox.clock.now())

    @property
    def doubled(self) -> int | None:
        return self.sandbox.calls.packagings_doubled

    def add_applications(self, number: int) -> list[str]:
        return [one.name for one in self.sandbox.organization.add_assets(number)]

    def lose_answers(self, probability: float) -> None:
        self.sandbox.knobs.add(OdcFault("drop_after", times=None, probability=probability))

    def never_end(self) -> None:
        self.sandbox.knobs.add(OdcFault("never_done", times=None))

    def be_hurried(self) -> None:
        """Have no limits a minute, for what cannot wait for them."""
        self.sandbox.knobs.requests_per_minute = None
        self.sandbox.knobs.posts_per_minute = None

    def hide_packagings(self, seconds: float) -> None:
        """Let the GET answer 404 for so long after each POST, as if there were none."""
        self.sandbox.knobs.add(OdcFault("not_visible", times=None, seconds=seconds))


PLATFORMS: dict[Kind, type[LifeTime | Odc]] = {"lifetime": LifeTime, "odc": Odc}


def add_option(parser: argparse.ArgumentParser) -> None:
    """Let the command line choose: `--platform lifetime`, `odc` or `both`, which is the default."""
    parser.add_argument("--platform", choices=(*KINDS, "both"), default="both")


def chosen(asked: argparse.Namespace) -> Sequence[Kind]:
    """Give the kinds that were asked for."""
    return KINDS if asked.platform == "both" else (asked.platform,)
