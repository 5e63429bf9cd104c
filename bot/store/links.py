"""Download links, found by the SHA-256 of their token. Implements `ports.Links`.

The token itself is nowhere at rest. A row says what a link leads to and when it ends; whether it
may be used now is decided where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, update

from bot.domain.link import LinkRow
from bot.domain.target import Target
from bot.domain.value import LinkId, PackageKey, RetrievalId
from bot.store.database import Database, whole
from bot.store.tables import links

# Of a revoked link nobody knows, but the file that was uploaded for it must go all the same.
_MUST_END: ColumnElement[bool] = and_(
    links.c.is_end_shown.is_(False), or_(links.c.revoked_at.is_(None), links.c.slack_file != "")
)


class Links:
    """The download links, living and dead."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def add(self, link: LinkRow, token_sha256: str) -> None:
        """Store a minted link."""
        row = {
            **link.model_dump(exclude={"target"}),
            "target": link.target.model_dump_json(),
            "token_sha256": token_sha256,
            "is_end_shown": False,
        }
        async with self._database.write() as connection:
            await connection.execute(links.insert().values(row))

    async def by_token(self, token_sha256: str) -> LinkRow | None:
        """Give the link of a token, also one that has ended or was revoked."""
        found = await self._select(links.c.token_sha256 == token_sha256)
        return found[0] if found else None

    async def revoke(self, retrieval: RetrievalId, key: str, at: datetime) -> None:
        """Revoke what an effect minted before and never showed."""
        await self._update(
            and_(
                links.c.retrieval == retrieval, links.c.effect == key, links.c.revoked_at.is_(None)
            ),
            revoked_at=at,
        )

    async def minted_by(self, retrieval: RetrievalId, key: str) -> LinkRow | None:
        """Give the link that an effect minted last and that is not revoked."""
        minted = await self._select(
            and_(
                links.c.retrieval == retrieval, links.c.effect == key, links.c.revoked_at.is_(None)
            )
        )
        return max(minted, key=lambda one: one.minted_at, default=None)

    async def set_file(self, link: LinkId, slack_file: str, size_bytes: int) -> None:
        """Store which file of Slack's holds the package, and its size in bytes."""
        await self._update(links.c.id == link, slack_file=slack_file, size_bytes=size_bytes)

    async def set_size(self, link: LinkId, size_bytes: int) -> None:
        """Store the size of the package that a link leads to, in bytes."""
        await self._update(links.c.id == link, size_bytes=size_bytes)

    @whole
    async def known_size(self, package: PackageKey) -> int | None:
        """Give the size in bytes of a package that went through one of its links before.

        That of the newest link: what a platform packages anew may have the same key.
        """
        query = (
            select(links.c.size_bytes)
            .where(links.c.package == package, links.c.size_bytes.is_not(None))
            .order_by(links.c.minted_at.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            size: int | None = await connection.scalar(query)
        return size

    async def end_shown(self, link: LinkId) -> None:
        """Store that people were told of its end."""
        await self._update(links.c.id == link, is_end_shown=True)

    async def due(self, now: datetime) -> Sequence[LinkRow]:
        """Give links that have ended and were not said to have, the first to end first.

        A revoked link was never shown, and is due only where a file was uploaded for it.
        """
        return await self._select(and_(_MUST_END, links.c.expires_at <= now))

    @whole
    async def next_end(self) -> datetime | None:
        """Give when the next link ends; in the past while one is due."""
        query = select(func.min(links.c.expires_at)).where(_MUST_END)
        async with self._database.read() as connection:
            end: datetime | None = await connection.scalar(query)
        return end

    @whole
    async def _select(self, condition: ColumnElement[bool]) -> Sequence[LinkRow]:
        query = select(links).where(condition).order_by(links.c.expires_at, links.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [_link(row) for row in rows.mappings()]

    @whole
    async def _update(self, condition: ColumnElement[bool], /, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(links).where(condition).values(values))


def _link(row: RowMapping) -> LinkRow:
    fields = {name: row[name] for name in LinkRow.model_fields}
    return LinkRow.model_validate({**fields, "target": Target.model_validate_json(row["target"])})
