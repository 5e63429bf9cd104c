"""A busy day: more is wanted than the platform is given at once."""

from __future__ import annotations

from datetime import timedelta


async def test_who_waits_is_told_how_many_are_ahead_and_waiting_is_not_counted(world, ada):
    world.platform.limit(packagings_at_once=2)
    world.platform.poll(deadline=timedelta(seconds=60))
    world.platform.knobs.packaging_seconds = 35
    world.platform.add_applications(3, "Extra")
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
    assert world.platform.calls.packagings_peak <= 2
    assert world.calls("start") == 5
