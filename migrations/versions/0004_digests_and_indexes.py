"""Counts that are kept while nothing changes; indexes for what was written lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WRITTEN = ("label_studio_annotations", "label_studio_predictions")


def upgrade() -> None:
    op.create_table(
        "sync_digests",
        sa.Column("source", sa.Text(), nullable=False, comment="Name of the source"),
        sa.Column("table_name", sa.Text(), nullable=False, comment="The table"),
        sa.Column(
            "part",
            sa.Text(),
            nullable=False,
            comment="Part of the stream, such as a project's id; empty if it has none",
        ),
        sa.Column(
            "known",
            sa.Text(),
            nullable=True,
            comment="Live rows, their newest time and sums, as JSON",
        ),
        sa.PrimaryKeyConstraint("source", "table_name", "part"),
    )
    for table in WRITTEN:
        op.create_index(f"ix_{table}_updated_at", table, ["updated_at"])
    gone = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "ix_label_studio_tasks_gone",
        "label_studio_tasks",
        ["source", "id"],
        sqlite_where=gone,
        postgresql_where=gone,
    )


def downgrade() -> None:
    op.drop_index("ix_label_studio_tasks_gone", "label_studio_tasks")
    for table in WRITTEN:
        op.drop_index(f"ix_{table}_updated_at", table)
    op.drop_table("sync_digests")
