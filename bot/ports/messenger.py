"""What the bot says in Slack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from pydantic import SecretStr

from bot.domain.answers import Answer
from bot.domain.link import LinkRow
from bot.domain.packaging import PackagingMessage
from bot.domain.retrieval import Posted, Retrieval
from bot.domain.value import ChannelId, Value
from bot.ports.platforms import PackageBody
from bot.ports.rows import Living

#: The longest address that a message can show, in characters.
ADDRESS_LIMIT = 3000


class ChannelFacts(Value):
    """What matters about a conversation."""

    is_external: bool = False  # shared with another organisation
    is_direct: bool = False


class Messenger(Protocol):
    """Everything the bot says in Slack, within Slack's budgets.

    Methods wait for their turn and ask again while Slack is unavailable; they raise CannotSpeak
    where the bot may not post, and SlackRefused for anything else that asking again cannot mend.
    `key` is the effect key: it travels as message metadata, so that `find` can look for it.
    """

    async def facts(self, channel: ChannelId) -> ChannelFacts:
        """Give what matters about a conversation; CannotSpeak where it is not visible."""
        ...

    async def post_card(self, retrieval: Retrieval, key: str, channel: str) -> Posted:
        """Post the card in a channel, or in a DM when `channel` is a user id."""
        ...

    async def post_reply(
        self,
        retrieval: Retrieval,
        key: str,
        reply: str,
        messages: Sequence[PackagingMessage] = (),
    ) -> Posted:
        """Post the thread reply of that name: started, progress, failed, cancelled, denied."""
        ...

    async def post_link(
        self, retrieval: Retrieval, key: str, link: LinkRow, url: SecretStr, *, direct: bool
    ) -> Posted:
        """Post a link in a new message that mentions its recipient; `direct` posts it by DM."""
        ...

    async def upload(
        self,
        retrieval: Retrieval,
        key: str,
        link: LinkRow,
        body: PackageBody,
        *,
        direct: bool,
        on_file: Callable[[str, int], Awaitable[None]],
    ) -> Posted:
        """Share a package as a file of Slack's, and give the notice of it.

        `on_file` is told the file's id and size in bytes before anybody sees it, so that it can be
        deleted whatever happens after.
        """
        ...

    async def delete_file(self, file: str) -> None:
        """Delete an uploaded file; one that is gone already is no error."""
        ...

    async def find(self, retrieval: Retrieval, key: str, *, channel: str = "") -> Posted | None:
        """Look for the message of an effect, in `channel` where it is given.

        Raises CannotLook where it was not found and not everywhere could be looked.
        """
        ...

    async def answer(self, url: SecretStr, answer: Answer) -> None:
        """Answer privately through a response_url, at most once."""
        ...

    async def permalink(self, posted: Posted) -> str:
        """Give the address of a message; empty where Slack gives none."""
        ...

    async def redraw(
        self, living: Living, retrieval: Retrieval, messages: Sequence[PackagingMessage]
    ) -> None:
        """Make a living message show the retrieval as it is now."""
        ...
