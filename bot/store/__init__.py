"""The database: journal, retrievals, packagings, links, audit. Begin with `Store` in store.py.

It implements the store's ports of `bot.ports` and knows neither Slack nor a platform, nor the
engine whose tables stand in the same database.
"""

from __future__ import annotations

from bot.store.store import Store

__all__ = ["Store"]
