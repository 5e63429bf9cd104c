"""What Alembic runs: the steps, on the connection that `bot.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from bot.store.migrate import VERSION_TABLE, is_ours
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=is_ours,
)
context.run_migrations()
