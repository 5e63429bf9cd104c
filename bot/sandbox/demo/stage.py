"""All three companies on one clock, with people who have already said something."""

from __future__ import annotations

from bot.sandbox.demo.clock import SPEEDS, DemoClock
from bot.sandbox.demo.failures import FAILURES, Failures
from bot.sandbox.demo.organization import demo_organization
from bot.sandbox.demo.outside import lifetime_rows, newest, odc_rows, slack_rows
from bot.sandbox.demo.watched_calls import WatchedLifeTimeCalls, WatchedOdcCalls
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.odc import SandboxOdc
from bot.sandbox.slack import Change, SandboxSlack
from bot.sandbox.slack.records import JsonObject

HOME = "releases"
_SAID = (
    (HOME, "dana", "EmployeeBackoffice 1.4.0 is in Testing. Can somebody scan it today?"),
    (HOME, "bruno", "On it. I only need the source code."),
    (
        "general",
        "chen",
        "Nobody has invited the bot to this channel. Its command works all the same.",
    ),
    ("war-room", "bruno", "This channel is private, and the bot is not in it."),
    ("partner-acme", "erin", "Hello from Acme! We are another organisation, sharing this channel."),
    ("announcements", "ada", "Only few may write here; the bot is not among them."),
)


class Stage:
    """The sandbox Slack, LifeTime and ODC, and what the visitor turned."""

    def __init__(self, clock: DemoClock | None = None) -> None:
        self.clock = clock or DemoClock()
        self.slack = SandboxSlack(self.clock)
        self.lifetime = SandboxLifeTime(clock=self.clock)
        self.lifetime.calls = WatchedLifeTimeCalls(self.tell)
        self.odc = SandboxOdc(clock=self.clock, organization=demo_organization())
        self.odc.calls = WatchedOdcCalls(self.tell)
        self.failures = Failures(self.slack, self.lifetime, self.odc)
        self._fill()

    def _fill(self) -> None:
        for user in list(self.slack.world.users.values()):
            if not user.is_bot:
                self.slack.direct(user)
        for channel, author, text in _SAID:
            self.slack.say(author, channel, text)

    async def start(self) -> None:
        """Let all three listen on loopback."""
        await self.slack.start()
        await self.lifetime.start()
        await self.odc.start()

    async def stop(self) -> None:
        """Close their ports."""
        await self.slack.stop()
        await self.lifetime.stop()
        await self.odc.stop()

    def tell(self) -> None:
        """Say to all who watch that something outside of Slack's messages has changed."""
        self.slack.changes.publish(Change("outside"))

    async def fail(self, title: str) -> None:
        """Choose what goes wrong; raises KeyError for an unknown title."""
        await self.failures.choose(title)
        self.tell()

    def turn(self, speed: float) -> None:
        """Let time pass at another of the `SPEEDS`; raises KeyError for any other."""
        if speed not in SPEEDS:
            raise KeyError(speed)
        self.clock.turn(speed)
        self.tell()

    def seen_by(self, user: str) -> JsonObject:
        """Give what this person sees of Slack, and what stands behind the scenes."""
        return self.slack.state_for(user) | {"home": HOME, "backstage": self._backstage()}

    def _backstage(self) -> JsonObject:
        calls = newest(
            lifetime_rows(self.lifetime.calls, self.lifetime.infrastructure),
            odc_rows(self.odc.calls, self.odc.organization),
            slack_rows(self.slack.calls),
        )
        return {
            "rows": [row.as_json() for row in calls],
            "failures": [
                {
                    "title": one.title,
                    "name": one.name,
                    "sentence": one.sentence,
                    "company": one.company,
                }
                for one in FAILURES
            ],
            "chosen": self.failures.chosen.title,
            "is_spent": self.failures.is_spent,
            "speed": self.clock.speed,
            "speeds": list(SPEEDS),
        }
