"""Migrations make exactly the tables that the code knows, and touch nobody else's."""

from __future__ import annotations

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.errors import SettingsError
from bot.store.database import parse_url
from bot.store.migrate import VERSION_TABLE, connected, is_ours, migrate
from bot.store.tables import metadata


@pytest.fixture
def file(url):
    return url.removeprefix("sqlite:///")


def execute(file: str, *statements: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    rows = [row for one in statements for row in connection.execute(one).fetchall()]
    connection.commit()
    connection.close()
    return rows


async def test_a_migrated_database_is_what_the_code_knows(url):
    await migrate(url)
    with connected(parse_url(url)) as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_ours, "version_table": VERSION_TABLE}
        )
        assert compare_metadata(context, metadata) == []


async def test_migrating_again_changes_nothing(url, file):
    await migrate(url)
    query = "SELECT name, sql FROM sqlite_master ORDER BY name"
    before = execute(file, query)
    await migrate(url)
    assert execute(file, query) == before
    assert {row[0] for row in before} >= {*metadata.tables, VERSION_TABLE}


async def test_the_tables_of_the_engine_are_left_alone(url, file):
    await migrate(url)
    execute(
        file,
        "CREATE TABLE workflow_status (id TEXT PRIMARY KEY)",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO workflow_status VALUES ('theirs')",
        "INSERT INTO alembic_version VALUES ('theirs')",
    )
    await migrate(url)
    rows = execute(file, "SELECT id FROM workflow_status", "SELECT * FROM alembic_version")
    assert rows == [("theirs",), ("theirs",)]


async def test_a_database_of_a_newer_version_is_refused_and_not_changed(url, file):
    await migrate(url)
    execute(file, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608 - our name
    with pytest.raises(SettingsError, match="newer version of sast-source"):
        await migrate(url)
    assert execute(file, f"SELECT version_num FROM {VERSION_TABLE}") == [("9999",)]  # noqa: S608


def test_every_table_can_be_made_on_postgresql():
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    unsettled = next(i for i in metadata.tables["packagings"].indexes if i.unique)
    assert "WHERE state IN" in str(CreateIndex(unsettled).compile(dialect=dialect))
