"""A busy day: more is wanted than the platform is given at once."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.polling import PollPolicy
from bot.settings import PlatformLimits


async def test_who_waits_is_told_how_many_are_ahead_and_waiting_is_not_counted(world, ada):
    world.limits = PlatformLimits(requests_per_second=1000, packagings_at_once=2)
    world.polling = PollPolicy(deadline=timedelta(seconds=60))
    world.lifetime.knobs.packaging_seconds = 35
    for application in world.lifetime.infrastructure.add_applications(3, "Extra"):
        application.kind = "Service"
    await world.start_bot()
    names = ["EmployeeBackoffice", "EmployeeMobile", "Extra0001", "Extra0002", "Extra0003"]
    channels = ["releases", "core-team", "partner-acme", "war-room", "audits"]
    world.slack.add_channel("audits")
    world.slack.invite_bot("war-room")
    for name, channel in zip(names, channels, strict=True):
        await ada.types(f"{name} Testing", channel)
    last = world.thread("audits")
    await last.shows("Waiting", "ahead of it", "at most 2 at once")

    threads = [world.thread(c) for c in ("releases", "core-team", "war-room")] + [last]
    for thread in threads:
        await thread.gives_link()
    await world.thread("partner-acme").shows("Ready")
    await last.shows("Ready")
    assert world.lifetime.calls.packagings_peak <= 2
    assert world.calls("start") == 5
