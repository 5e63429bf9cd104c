"""What the visitor can let go wrong: LifeTime's scenarios, and a few of Slack's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.sandbox.lifetime import SCENARIOS, SandboxLifeTime, Scenario
from bot.sandbox.slack import Fault, SandboxSlack

ALL_WELL = SCENARIOS[0]


@dataclass(frozen=True)
class Failure:
    """One way for the outside to fail, and a sentence that says it."""

    name: str
    sentence: str
    company: Literal["LifeTime", "Slack"]
    lifetime: Scenario = ALL_WELL
    slack: tuple[Fault, ...] = ()
    cuts_connections: bool = False


def _of_slack(name: str, sentence: str, *faults: Fault, cuts_connections: bool = False) -> Failure:
    return Failure(name, sentence, "Slack", slack=faults, cuts_connections=cuts_connections)


FAILURES: tuple[Failure, ...] = (
    *(Failure(one.name, one.sentence, "LifeTime", lifetime=one) for one in SCENARIOS),
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
    """The one failure that is chosen, and its effect on both sandboxes."""

    def __init__(self, slack: SandboxSlack, lifetime: SandboxLifeTime) -> None:
        self._slack = slack
        self._lifetime = lifetime
        self.chosen = FAILURES[0]

    async def choose(self, name: str) -> None:
        """Let this fail and nothing else, from now on; raises KeyError for an unknown name."""
        self.chosen = {one.name: one for one in FAILURES}[name]
        self.chosen.lifetime.apply(self._lifetime.knobs)
        self._slack.knobs.faults[:] = [replace(fault) for fault in self.chosen.slack]
        if self.chosen.cuts_connections:
            await self._slack.disconnect_sockets()

    @property
    def is_spent(self) -> bool:
        """Whether what was chosen has happened as often as it was meant to."""
        if self.chosen is FAILURES[0]:
            return False
        of_slack = (f.times is not None and f.hits >= f.times for f in self._slack.knobs.faults)
        return all(fault.is_over for fault in self._lifetime.knobs.faults) and all(of_slack)
