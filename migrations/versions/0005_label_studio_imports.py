"""Imports into Label Studio: what was sent, and what became of each line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.column_types import Document, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _label_studio_import_items()
    _label_studio_imports()


def downgrade() -> None:
    op.drop_table("label_studio_imports")
    op.drop_table("label_studio_import_items")


def _label_studio_import_items() -> None:
    op.create_table(
        "label_studio_import_items",
        sa.Column(
            "source",
            sa.Text(),
            autoincrement=False,
            nullable=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "first_synced_at",
            Moment(),
            nullable=True,
            comment="When the mirror first wrote this row (UTC)",
        ),
        sa.Column(
            "synced_at",
            Moment(),
            nullable=True,
            comment="When the mirror last changed this row (UTC)",
        ),
        sa.Column(
            "deleted_at",
            Moment(),
            nullable=True,
            comment="When the mirror found the row gone (UTC); values kept",
        ),
        sa.Column(
            "content_hash",
            sa.BigInteger(),
            nullable=True,
            comment="Hash of the record with its parts; tells an unchanged one",
        ),
        sa.Column(
            "import_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="The batch (label_studio_imports.id)",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Place of the record in its file, from 1",
        ),
        sa.Column(
            "line",
            sa.BigInteger(),
            nullable=True,
            comment="Line of the file at which the record begins",
        ),
        sa.Column(
            "external_key", sa.Text(), nullable=True, comment="Content of the field named by --key"
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="created, updated, skipped, rejected or abandoned; NULL until then",
        ),
        sa.Column(
            "task_id", sa.BigInteger(), nullable=True, comment="Task the line became, or is already"
        ),
        sa.PrimaryKeyConstraint("source", "import_id", "position"),
    )
    op.create_index(
        "ix_label_studio_import_items_key",
        "label_studio_import_items",
        ["source", "external_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_label_studio_import_items_task_id"),
        "label_studio_import_items",
        ["task_id"],
        unique=False,
    )


def _label_studio_imports() -> None:
    op.create_table(
        "label_studio_imports",
        sa.Column(
            "source",
            sa.Text(),
            autoincrement=False,
            nullable=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "first_synced_at",
            Moment(),
            nullable=True,
            comment="When the mirror first wrote this row (UTC)",
        ),
        sa.Column(
            "synced_at",
            Moment(),
            nullable=True,
            comment="When the mirror last changed this row (UTC)",
        ),
        sa.Column(
            "deleted_at",
            Moment(),
            nullable=True,
            comment="When the mirror found the row gone (UTC); values kept",
        ),
        sa.Column(
            "id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Number of the batch in this mirror",
        ),
        sa.Column(
            "job_id",
            sa.BigInteger(),
            nullable=True,
            comment="Id of the server's job; NULL where it imports while it answers",
        ),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column(
            "session",
            sa.Text(),
            nullable=True,
            comment="Import of one file, which its batches share; NULL for a job begun elsewhere",
        ),
        sa.Column(
            "batch",
            sa.BigInteger(),
            nullable=True,
            comment="Number of the batch in its file, from 1",
        ),
        sa.Column(
            "file",
            sa.Text(),
            nullable=True,
            comment="File the tasks come from; - is standard input",
        ),
        sa.Column(
            "status",
            sa.Text(),
            nullable=True,
            comment="reading, prepared, sending, created, in_progress, taken, completed or failed",
        ),
        sa.Column("task_count", sa.BigInteger(), nullable=True, comment="Tasks the server made"),
        sa.Column(
            "annotation_count",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations that came with them",
        ),
        sa.Column(
            "prediction_count",
            sa.BigInteger(),
            nullable=True,
            comment="Predictions that came with them",
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="What went wrong"),
        sa.Column(
            "submitted_at",
            Moment(),
            nullable=True,
            comment="When the batch was sent (UTC, this machine's clock)",
        ),
        sa.Column(
            "finished_at", Moment(), nullable=True, comment="When it was found to have ended (UTC)"
        ),
        sa.Column(
            "options",
            Document(),
            nullable=True,
            comment="How the file is read, and what becomes of its tasks",
        ),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_label_studio_imports_job_id"), "label_studio_imports", ["job_id"], unique=False
    )
    op.create_index(
        op.f("ix_label_studio_imports_project_id"),
        "label_studio_imports",
        ["project_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_label_studio_imports_session"), "label_studio_imports", ["session"], unique=False
    )
