"""Inserting a row that may be there already, in the words of each database.

`ON CONFLICT` is the same in SQLite and PostgreSQL, but SQLAlchemy keeps it in their dialects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Index, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(
    connection: AsyncConnection,
    table: Table,
    values: Mapping[str, object],
    unique: tuple[str, ...] | Index,
) -> bool:
    """Insert a row unless `unique` (column names or an index) finds one there; True if it did."""
    statement = _statement(connection.dialect.name, table, unique)
    # Without the option SQLAlchemy keeps the count of an INSERT on SQLite only.
    result = await connection.execute(
        statement, dict(values), execution_options={"preserve_rowcount": True}
    )
    return result.rowcount == 1


async def insert_all_new(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    unique: tuple[str, ...] | Index,
) -> Sequence[str]:
    """Insert those rows that `unique` does not find there; gives their ids."""
    statement = _statement(connection.dialect.name, table, unique).returning(table.c.id)
    return (await connection.scalars(statement, [dict(row) for row in rows])).all()


@cache
def _statement(dialect: str, table: Table, unique: tuple[str, ...] | Index) -> Insert:
    insert: postgresql.Insert | sqlite.Insert
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if isinstance(unique, Index):
        return insert.on_conflict_do_nothing(
            index_elements=[column.name for column in unique.columns],
            index_where=unique.dialect_options["sqlite"]["where"],
        )
    return insert.on_conflict_do_nothing(index_elements=list(unique))
