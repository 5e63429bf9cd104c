"""A process of its own that opens a database and writes to it: writer.py URL NAME ROUNDS."""

from __future__ import annotations

import asyncio
import sys

from bot.domain import events as e
from bot.store import Store
from tests.store.examples import NOON, request, target


async def write(url: str, name: str, rounds: int) -> None:
    store = await Store.open(url)
    for n in range(rounds):
        retrieval = f"{name}-{n}"
        await store.journal.accept(request(retrieval), None)
        await store.journal.accept(request("shared"), None)
        packaging, _ = await store.packagings.join(target(str(n)), f"p-{retrieval}", NOON)
        joined = e.PackagingJoined(at=NOON, packaging=packaging.id, is_first=True)
        await store.journal.append(retrieval, "join", joined)
        await store.journal.append("shared", retrieval, e.PackagingMoved(at=NOON, messages=n))
        print(n, flush=True)  # noqa: T201 - told to the process that waits for it
    await store.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
