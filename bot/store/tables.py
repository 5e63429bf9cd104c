"""The tables, as SQLAlchemy Core sees them. How they came about is told by `migrations`.

`events` is the truth about a retrieval; the columns of `retrievals` after `request` are folded
from it in the same transaction, so that the database can be asked by state. The engine's own
tables stand in the same database and are none of ours.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.instants import Instant

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of_retrieval(*, primary_key: bool = False) -> Column[str]:
    parent = ForeignKey("retrievals.id", ondelete="CASCADE")
    return Column("retrieval", String, parent, primary_key=primary_key, nullable=False)


retrievals = Table(
    "retrievals",
    metadata,
    Column("id", String, primary_key=True),
    Column("requested_at", Instant, nullable=False),
    Column("requester", String, nullable=False),
    Column("team", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("trigger", String, nullable=False, unique=True),
    Column("request", Text, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),  # how many events there are
    Column("target_key", String),
    Column("packaging", String, index=True),
    Column("settled_at", Instant, index=True),  # its last event, while it is settled
    Index("ix_retrievals_target_key_requester", "target_key", "requester"),
)

events = Table(
    "events",
    metadata,
    _of_retrieval(primary_key=True),
    Column("key", String, primary_key=True),  # the effect key
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("retrieval", "seq"),
)

intents = Table(
    "intents",
    metadata,
    _of_retrieval(primary_key=True),
    Column("key", String, primary_key=True),
    Column("token", String, nullable=False),
)

response_urls = Table(
    "response_urls",
    metadata,
    # Rows come at one end and go at the other, so that pages are emptied whole and none keeps
    # an old copy of a secret in its gaps.
    Column("number", Integer, primary_key=True, autoincrement=True),
    _of_retrieval(),
    Column("stored_at", Instant, nullable=False, index=True),
    Column("url", Text, nullable=False),
    UniqueConstraint("retrieval"),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # in the order of storing
    Column("id", String, nullable=False, unique=True),
    Column("workflow", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("is_finished", Boolean, nullable=False, index=True),
)

packagings = Table(
    "packagings",
    metadata,
    Column("id", String, primary_key=True),
    Column("target_key", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("joined_at", Instant, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("package", String),
    Column("asked_at", Instant),
    Column("held_seconds", Float, nullable=False),
    Column("held_since", Instant),
    Column("ahead", Integer, nullable=False),
    Column("rate_ahead", Integer),
    Column("messages", Integer, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("failure", Text),
)

_UNSETTLED = text("state IN ('waiting', 'running')")

one_unsettled_packaging = Index(
    "uq_packagings_unsettled",
    packagings.c.target_key,
    unique=True,
    sqlite_where=_UNSETTLED,
    postgresql_where=_UNSETTLED,
)

packaging_messages = Table(
    "packaging_messages",
    metadata,
    Column("packaging", String, ForeignKey("packagings.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("level", String, nullable=False),
    Column("text", Text, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String, primary_key=True),
    Column("token_sha256", String, nullable=False, unique=True),
    _of_retrieval(),
    Column("effect", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("package", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("size_bytes", BigInteger),
    Column("minted_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("rule", String, nullable=False),
    Column("leads_to", String, nullable=False),
    Column("slack_file", String, nullable=False),
    Column("revoked_at", Instant),
    Column("is_end_shown", Boolean, nullable=False),
    Index("ix_links_package", "package"),
    Index("ix_links_retrieval_effect", "retrieval", "effect"),
    Index("ix_links_is_end_shown_expires_at", "is_end_shown", "expires_at"),
)

livings = Table(
    "livings",
    metadata,
    _of_retrieval(primary_key=True),
    Column("part", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("ts", String, nullable=False),
    Column("shown_version", Integer, nullable=False),
    Column("wanted_version", Integer, nullable=False),  # of the last event that it shows
    Column("turn", Integer, nullable=False, index=True),  # grows; the smallest waits longest
)

lagging_livings = Index(
    "ix_livings_lagging",
    livings.c.retrieval,
    sqlite_where=text("shown_version < wanted_version"),
    postgresql_where=text("shown_version < wanted_version"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("detail", Text, nullable=False),
)
