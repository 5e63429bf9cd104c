"""Retrievals, packagings, links and what goes with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (  # in the order of their making
    *("retrievals", "events", "intents", "response_urls", "livings", "links"),
    *("packagings", "packaging_messages", "runs", "audit"),
)


def upgrade() -> None:
    """Go from an empty database to this revision."""
    _create_retrievals()
    _create_journal()
    _create_response_urls()
    _create_livings()
    _create_links()
    _create_packagings()
    _create_runs()
    _create_audit()


def downgrade() -> None:
    """Go back to an empty database."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer(), autoincrement=True, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _of_retrieval(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["retrieval"], ["retrievals.id"], name=f"fk_{table}_retrieval", ondelete="CASCADE"
    )


def _create_retrievals() -> None:
    op.create_table(
        "retrievals",
        _text("id"),
        _instant("requested_at"),
        _text("requester"),
        _text("team"),
        _text("channel"),
        _text("trigger"),
        sa.Column("request", sa.Text(), nullable=False),
        _text("state"),
        _integer("version"),
        _text("target_key", nullable=True),
        _text("packaging", nullable=True),
        _instant("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retrievals"),
        sa.UniqueConstraint("trigger", name="uq_retrievals_trigger"),
    )
    op.create_index("ix_retrievals_packaging", "retrievals", ["packaging"])
    op.create_index("ix_retrievals_settled_at", "retrievals", ["settled_at"])
    op.create_index("ix_retrievals_state", "retrievals", ["state"])
    op.create_index("ix_retrievals_target_key_requester", "retrievals", ["target_key", "requester"])


def _create_journal() -> None:
    op.create_table(
        "events",
        _text("retrieval"),
        _text("key"),
        _integer("seq"),
        _instant("at"),
        sa.Column("body", sa.Text(), nullable=False),
        _of_retrieval("events"),
        sa.PrimaryKeyConstraint("retrieval", "key", name="pk_events"),
        sa.UniqueConstraint("retrieval", "seq", name="uq_events_retrieval_seq"),
    )
    op.create_table(
        "intents",
        _text("retrieval"),
        _text("key"),
        _text("token"),
        _of_retrieval("intents"),
        sa.PrimaryKeyConstraint("retrieval", "key", name="pk_intents"),
    )


def _create_response_urls() -> None:
    op.create_table(
        "response_urls",
        _number(),
        _text("retrieval"),
        _instant("stored_at"),
        sa.Column("url", sa.Text(), nullable=False),
        _of_retrieval("response_urls"),
        sa.PrimaryKeyConstraint("number", name="pk_response_urls"),
        sa.UniqueConstraint("retrieval", name="uq_response_urls_retrieval"),
    )
    op.create_index("ix_response_urls_stored_at", "response_urls", ["stored_at"])


def _create_livings() -> None:
    op.create_table(
        "livings",
        _text("retrieval"),
        _text("part"),
        _text("channel"),
        _text("ts"),
        _integer("shown_version"),
        _integer("wanted_version"),
        _integer("turn"),
        _of_retrieval("livings"),
        sa.PrimaryKeyConstraint("retrieval", "part", name="pk_livings"),
    )
    op.create_index("ix_livings_turn", "livings", ["turn"])
    lagging = sa.text("shown_version < wanted_version")
    op.create_index(
        "ix_livings_lagging",
        "livings",
        ["retrieval"],
        sqlite_where=lagging,
        postgresql_where=lagging,
    )


def _create_links() -> None:
    op.create_table(
        "links",
        _text("id"),
        _text("token_sha256"),
        _text("retrieval"),
        _text("effect"),
        sa.Column("target", sa.Text(), nullable=False),
        _text("package"),
        _text("recipient"),
        _text("file_name"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        _instant("minted_at"),
        _instant("expires_at"),
        _text("rule"),
        _text("leads_to"),
        _text("slack_file"),
        _instant("revoked_at", nullable=True),
        sa.Column("is_end_shown", sa.Boolean(), nullable=False),
        _of_retrieval("links"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_sha256", name="uq_links_token_sha256"),
    )
    op.create_index("ix_links_is_end_shown_expires_at", "links", ["is_end_shown", "expires_at"])
    op.create_index("ix_links_package", "links", ["package"])
    op.create_index("ix_links_retrieval_effect", "links", ["retrieval", "effect"])


def _create_packagings() -> None:
    op.create_table(
        "packagings",
        _text("id"),
        _text("target_key"),
        sa.Column("target", sa.Text(), nullable=False),
        _instant("joined_at"),
        _text("state"),
        _integer("version"),
        _text("package", nullable=True),
        _instant("asked_at", nullable=True),
        sa.Column("held_seconds", sa.Float(), nullable=False),
        _instant("held_since", nullable=True),
        _integer("ahead"),
        sa.Column("rate_ahead", sa.Integer(), nullable=True),
        _integer("messages"),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_packagings"),
    )
    op.create_index("ix_packagings_joined_at", "packagings", ["joined_at"])
    unsettled = sa.text("state IN ('waiting', 'running')")
    op.create_index(
        "uq_packagings_unsettled",
        "packagings",
        ["target_key"],
        unique=True,
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )
    op.create_table(
        "packaging_messages",
        _text("packaging"),
        _integer("seq"),
        _text("level"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packaging"],
            ["packagings.id"],
            name="fk_packaging_messages_packaging",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("packaging", "seq", name="pk_packaging_messages"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        _number(),
        _text("id"),
        _text("workflow"),
        _text("subject"),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
    )
    op.create_index("ix_runs_is_finished", "runs", ["is_finished"])
    op.create_index("ix_runs_subject", "runs", ["subject"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        _number(),
        _instant("at"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
