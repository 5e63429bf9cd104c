"""What a person does to get a link, done by a benchmark. Not a benchmark itself."""

from __future__ import annotations

import re

from bot.sandbox.slack import Message, SandboxSlack

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/download/[\w-]+")


def link_in(message: Message) -> str | None:
    """Give the download link that a message delivers."""
    found = _LINK.search(f"{message.text} {message.blocks}")
    return found[0] if found else None


def refuse_failure(message: Message) -> None:
    """Raise RuntimeError where a card says that its retrieval failed: no link will follow."""
    if message.text.startswith("Failed"):
        raise RuntimeError(message.text)


async def ask(slack: SandboxSlack, channel: str, line: str) -> None:
    """Type the command; raises RuntimeError where it is not acknowledged."""
    outcome = await slack.slash_command("ada", channel, "/sast-source", line)
    if not outcome.acknowledged:
        raise RuntimeError(f"{line!r} was not acknowledged: {outcome.error}")


async def link_for(slack: SandboxSlack, line: str, *, within: float = 60) -> str:
    """Type the command in a channel of its own and wait for its link (wall seconds)."""
    name = f"only-{len(slack.world.channels)}"
    slack.add_channel(name, "public", ["ada"])
    await ask(slack, name, line)

    def found() -> str | None:
        links = (link_in(one) for one in slack.messages(name, threads=True))
        return next((one for one in links if one), None)

    return await slack.wait_until(found, within) or ""
