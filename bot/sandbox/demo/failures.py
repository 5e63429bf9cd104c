"""What the visitor can let go wrong: the platforms' scenarios, and a few of Slack's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.sandbox.demo.outside import Company
from bot.sandbox.lifetime import SCENARIOS as LIFETIME_SCENARIOS
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.lifetime import Scenario as LifeTimeScenario
from bot.sandbox.odc import SCENARIOS as ODC_SCENARIOS
from bot.sandbox.odc import SandboxOdc
from bot.sandbox.odc import Scenario as OdcScenario
from bot.sandbox.slack import Fault, SandboxSlack

_LIFETIME_WELL, *_LIFETIME_ILL = LIFETIME_SCENARIOS
_ODC_WELL, *_ODC_ILL = ODC_SCENARIOS


@dataclass(frozen=True)
class Failure:
    """One way for the outside to fail, and a sentence that says it."""

    name: str
    sentence: str
    company: Company | None = None
    lifetime: LifeTimeScenario = _LIFETIME_WELL
    odc: OdcScenario = _ODC_WELL
    slack: tuple[Fault, ...] = ()
    cuts_connections: bool = False

    @property
    def title(self) -> str:
        """The name, with the company where it does not say it; no two have the same."""
        if self.company is None or self.name.startswith(self.company):
            return self.name
        return f"{self.company}: {self.name}"


ALL_WELL = Failure("All well", "Both platforms and Slack do as they should.")


def _of_slack(name: str, sentence: str, *faults: Fault, cuts_connections: bool = False) -> Failure:
    return Failure(name, sentence, "Slack", slack=faults, cuts_connections=cuts_connections)


FAILURES: tuple[Failure, ...] = (
    ALL_WELL,
    *(Failure(one.name, one.sentence, "LifeTime", lifetime=one) for one in _LIFETIME_ILL),
    *(Failure(one.name, one.sentence, "ODC", odc=one) for one in _ODC_ILL),
    _of_slack(
        "Slack slows the bot down",
        "Slack answers the next three messages with 429 and asks to wait five seconds.",
        Fault("chat.postMessage", "ratelimited", times=3, retry_after=5),
    ),
    _of_slack(
        "Slack is down",
        "Slack answers the bot's next eight calls with an error page.",
        Fault("*", "http_500", times=8),
    ),
    _of_slack(
        "Slack's answers get lost",
        "Slack does what the bot asks, but one answer in four never arrives.",
        Fault("*", "drop_after", times=None, probability=0.25),
    ),
    _of_slack(
        "Everything arrives twice",
        "Slack delivers each command and each click two times.",
        Fault("slash_commands", "twice", times=None),
        Fault("interactive", "twice", times=None),
    ),
    _of_slack(
        "Command seems to fail",
        "The bot takes the next command, but Slack does not hear so and shows an error.",
        Fault("slash_commands", "drop_after"),
    ),
    _of_slack(
        "Connection cut",
        "Slack closes the bot's connection now; the bot opens another one.",
        cuts_connections=True,
    ),
)


class Failures:
    """The one failure that is chosen, and its effect on all three sandboxes."""

    def __init__(self, slack: SandboxSlack, lifetime: SandboxLifeTime, odc: SandboxOdc) -> None:
        self._slack = slack
        self._lifetime = lifetime
        self._odc = odc
        self.chosen = ALL_WELL

    async def choose(self, title: str) -> None:
        """Let this fail and nothing else, from now on; raises KeyError for an unknown title."""
        self.chosen = {one.title: one for one in FAILURES}[title]
        self.chosen.lifetime.apply(self._lifetime.knobs)
        self.chosen.odc.apply(self._odc.knobs)
        if self.chosen.company == "ODC":  # what it keeps would be given out, and nothing fail
            self._odc.packagings.forget_finished(self._odc.clock.now())
        self._slack.knobs.faults[:] = [replace(fault) for fault in self.chosen.slack]
        if self.chosen.cuts_connections:
            await self._slack.disconnect_sockets()

    @property
    def is_spent(self) -> bool:
        """Whether what was chosen has happened as often as it was meant to."""
        if self.chosen is ALL_WELL:
            return False
        of_slack = (f.times is not None and f.hits >= f.times for f in self._slack.knobs.faults)
        of_platforms = (*self._lifetime.knobs.faults, *self._odc.knobs.faults)
        return all(fault.is_over for fault in of_platforms) and all(of_slack)
