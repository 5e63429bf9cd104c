"""The people and channels that a new sandbox starts with."""

from __future__ import annotations

from bot.sandbox.slack.world import World


def populate(world: World) -> None:
    """Add some people, and one channel of each kind that behaves differently.

    `releases` (the bot is in it), `general` (public, without the bot), `core-team` (private, with
    the bot), `war-room` (private, without), `ada-bruno` (a DM between two people), `partner-acme`
    (shared with another organisation), `old-project` (archived), `announcements` (read-only).
    """
    world.add_user("ada", "Ada Park", "Europe/London")
    world.add_user("bruno", "Bruno Dias", "Europe/Lisbon")
    world.add_user("chen", "Chen Min", "Asia/Shanghai")
    world.add_user("dana", "Dana Okafor", "America/New_York")
    world.add_stranger("erin", "Erin Blake (Acme)", "America/Chicago")
    world.add_channel("releases")
    world.add_channel("general", bot_member=False)
    world.add_channel("core-team", "private")
    world.add_channel("war-room", "private", bot_member=False)
    world.add_channel("ada-bruno", "im", ["ada", "bruno"], bot_member=False)
    shared = world.add_channel("partner-acme", members=["ada", "bruno", "chen", "erin"])
    shared.is_ext_shared = True
    world.add_channel("old-project").is_archived = True
    world.add_channel("announcements").read_only = True
