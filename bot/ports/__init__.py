"""What the inside needs from the outside, in our words.

The consumer owns the port: adapters in `platforms`, `store`, `slack`, `links` and `workflows`
implement these and know nothing of each other; `bot.app` joins them.
"""

from __future__ import annotations

from bot.ports.engine import Engine
from bot.ports.links import Minter
from bot.ports.messenger import ADDRESS_LIMIT, ChannelFacts, Messenger
from bot.ports.platforms import PackageBody, PlatformGateway, Turns, Watcher
from bot.ports.rows import Living, Packaging, Run
from bot.ports.store import Audit, Journal, Links, Livings, Packagings, Runs

__all__ = [
    "ADDRESS_LIMIT",
    "Audit",
    "ChannelFacts",
    "Engine",
    "Journal",
    "Links",
    "Living",
    "Livings",
    "Messenger",
    "Minter",
    "PackageBody",
    "Packaging",
    "Packagings",
    "PlatformGateway",
    "Run",
    "Runs",
    "Turns",
    "Watcher",
]
