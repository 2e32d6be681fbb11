"""Baidu Qianfan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.column_types import Document, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _qianfan_augmentation_operations()
    _qianfan_augmentation_tasks()
    _qianfan_batch_inference_tasks()
    _qianfan_dataset_versions()
    _qianfan_datasets()
    _qianfan_etl_tasks()
    _qianfan_finetune_jobs()
    _qianfan_finetune_tasks()
    _qianfan_text_augmentation_tasks()


def downgrade() -> None:
    op.drop_table("qianfan_text_augmentation_tasks")
    op.drop_table("qianfan_finetune_tasks")
    op.drop_table("qianfan_finetune_jobs")
    op.drop_table("qianfan_etl_tasks")
    op.drop_table("qianfan_datasets")
    op.drop_table("qianfan_dataset_versions")
    op.drop_table("qianfan_batch_inference_tasks")
    op.drop_table("qianfan_augmentation_tasks")
    op.drop_table("qianfan_augmentation_operations")


def _qianfan_augmentation_operations() -> None:
    op.create_table(
        "qianfan_augmentation_operations",
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
            "task_id", sa.Text(), autoincrement=False, nullable=False, comment="Augmentation task"
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Place in the task's list, from 0",
        ),
        sa.Column("operation", sa.Text(), nullable=True, comment="Operation"),
        sa.PrimaryKeyConstraint("source", "task_id", "position"),
    )


def _qianfan_augmentation_tasks() -> None:
    op.create_table(
        "qianfan_augmentation_tasks",
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
            "id",
            sa.Text(),
            autoincrement=False,
            nullable=False,
            comment="Id (strId); 'id:' and the number where the platform sent none",
        ),
        sa.Column(
            "numeric_id", sa.BigInteger(), nullable=True, comment="Old id, about to be retired"
        ),
        sa.Column("name", sa.Text(), nullable=True, comment="Name"),
        sa.Column(
            "project_type", sa.BigInteger(), nullable=True, comment="Kind of data, as a code"
        ),
        sa.Column("project_type_name", sa.Text(), nullable=True, comment="Kind of data"),
        sa.Column(
            "source_dataset_id", sa.Text(), nullable=True, comment="Dataset version it reads"
        ),
        sa.Column(
            "source_dataset_numeric_id", sa.BigInteger(), nullable=True, comment="Its old id"
        ),
        sa.Column("source_dataset_name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("dest_dataset_id", sa.Text(), nullable=True, comment="Dataset version it writes"),
        sa.Column("dest_dataset_numeric_id", sa.BigInteger(), nullable=True, comment="Its old id"),
        sa.Column("dest_dataset_name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("area", sa.BigInteger(), nullable=True, comment="What is augmented, as a code"),
        sa.Column("area_name", sa.Text(), nullable=True, comment="What is augmented"),
        sa.Column("status", sa.BigInteger(), nullable=True, comment="State, as a code"),
        sa.Column("status_name", sa.Text(), nullable=True, comment="State"),
        sa.Column(
            "strategy",
            sa.BigInteger(),
            nullable=True,
            comment="How operations are combined, as a code",
        ),
        sa.Column("strategy_name", sa.Text(), nullable=True, comment="How operations are combined"),
        sa.Column("operations", sa.Text(), nullable=True, comment="Operations, as sent"),
        sa.Column("start_time", Moment(), nullable=True, comment="When it began (UTC)"),
        sa.Column("finish_time", Moment(), nullable=True, comment="When it ended (UTC)"),
        sa.Column(
            "fail_reason", sa.Text(), nullable=True, comment="Why it failed; empty if it did not"
        ),
        sa.Column(
            "is_self_instruct", sa.Boolean(), nullable=True, comment="Whether it instructs itself"
        ),
        sa.Column("model_name", sa.Text(), nullable=True, comment="Model used"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_augmentation_tasks_dest_dataset_id"),
        "qianfan_augmentation_tasks",
        ["dest_dataset_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_qianfan_augmentation_tasks_finish_time"),
        "qianfan_augmentation_tasks",
        ["finish_time"],
        unique=False,
    )
    op.create_index(
        op.f("ix_qianfan_augmentation_tasks_source_dataset_id"),
        "qianfan_augmentation_tasks",
        ["source_dataset_id"],
        unique=False,
    )


def _qianfan_batch_inference_tasks() -> None:
    op.create_table(
        "qianfan_batch_inference_tasks",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (taskId)"),
        sa.Column("name", sa.Text(), nullable=True, comment="Name"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("model_id", sa.Text(), nullable=True, comment="Model"),
        sa.Column("run_status", sa.Text(), nullable=True, comment="State"),
        sa.Column("progress", sa.Double(), nullable=True, comment="Progress"),
        sa.Column("error_code", sa.BigInteger(), nullable=True, comment="Code of the error"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="What went wrong"),
        sa.Column("input_bos_uri", sa.Text(), nullable=True, comment="Where the input lies"),
        sa.Column("output_bos_uri", sa.Text(), nullable=True, comment="Where the output lies"),
        sa.Column("output_dir", sa.Text(), nullable=True, comment="Folder of the output"),
        sa.Column("input_token_usage", sa.BigInteger(), nullable=True, comment="Tokens read"),
        sa.Column("output_token_usage", sa.BigInteger(), nullable=True, comment="Tokens written"),
        sa.Column("creator", sa.Text(), nullable=True, comment="Who made it"),
        sa.Column("create_time", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("finish_time", Moment(), nullable=True, comment="When it ended (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_batch_inference_tasks_model_id"),
        "qianfan_batch_inference_tasks",
        ["model_id"],
        unique=False,
    )


def _qianfan_dataset_versions() -> None:
    op.create_table(
        "qianfan_dataset_versions",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (versionId)"),
        sa.Column("dataset_id", sa.Text(), nullable=True, comment="Dataset"),
        sa.Column(
            "version_number", sa.BigInteger(), nullable=True, comment="Number of the version"
        ),
        sa.Column("import_status", sa.Text(), nullable=True, comment="State of the import"),
        sa.Column("publish_status", sa.Text(), nullable=True, comment="State of the publication"),
        sa.Column("entity_count", sa.BigInteger(), nullable=True, comment="Samples"),
        sa.Column("character_count", sa.BigInteger(), nullable=True, comment="Characters"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("creator", sa.Text(), nullable=True, comment="Who made it"),
        sa.Column("create_time", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("modify_time", Moment(), nullable=True, comment="When it last changed (UTC)"),
        sa.Column("publish_time", Moment(), nullable=True, comment="When it was published (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_dataset_versions_dataset_id"),
        "qianfan_dataset_versions",
        ["dataset_id"],
        unique=False,
    )


def _qianfan_datasets() -> None:
    op.create_table(
        "qianfan_datasets",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (datasetId)"),
        sa.Column("dataset_name", sa.Text(), nullable=True, comment="Name"),
        sa.Column("data_format", sa.Text(), nullable=True, comment="Format of the data"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("creator", sa.Text(), nullable=True, comment="Who made it"),
        sa.Column("create_time", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("modify_time", Moment(), nullable=True, comment="When it last changed (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _qianfan_etl_tasks() -> None:
    op.create_table(
        "qianfan_etl_tasks",
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
            "id",
            sa.Text(),
            autoincrement=False,
            nullable=False,
            comment="Id (etlStrId); 'id:' and the number where the platform sent none",
        ),
        sa.Column("numeric_id", sa.BigInteger(), nullable=True, comment="Old id"),
        sa.Column(
            "source_dataset_id", sa.Text(), nullable=True, comment="Dataset version it reads"
        ),
        sa.Column("source_dataset_name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("dest_dataset_id", sa.Text(), nullable=True, comment="Dataset version it writes"),
        sa.Column("dest_dataset_name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("operator_name_list", Document(), nullable=True, comment="Operators it applies"),
        sa.Column("entity_count", sa.BigInteger(), nullable=True, comment="Samples"),
        sa.Column(
            "entity_type", sa.BigInteger(), nullable=True, comment="Kind of samples, as a code"
        ),
        sa.Column("result", Document(), nullable=True, comment="What each operator did"),
        sa.Column("process_status", sa.BigInteger(), nullable=True, comment="State, as a code"),
        sa.Column("process_status_name", sa.Text(), nullable=True, comment="State"),
        sa.Column(
            "status", sa.BigInteger(), nullable=True, comment="Status the platform sends beside it"
        ),
        sa.Column("err_code", sa.BigInteger(), nullable=True, comment="Code of the error"),
        sa.Column("err_msg", sa.Text(), nullable=True, comment="What went wrong"),
        sa.Column("create_time", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("start_time", Moment(), nullable=True, comment="When it began (UTC)"),
        sa.Column("finish_time", Moment(), nullable=True, comment="When it ended (UTC)"),
        sa.Column("modify_time", Moment(), nullable=True, comment="When it last changed (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_etl_tasks_dest_dataset_id"),
        "qianfan_etl_tasks",
        ["dest_dataset_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_qianfan_etl_tasks_source_dataset_id"),
        "qianfan_etl_tasks",
        ["source_dataset_id"],
        unique=False,
    )


def _qianfan_finetune_jobs() -> None:
    op.create_table(
        "qianfan_finetune_jobs",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (jobId)"),
        sa.Column("name", sa.Text(), nullable=True, comment="Name"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("model", sa.Text(), nullable=True, comment="Model trained"),
        sa.Column("train_mode", sa.Text(), nullable=True, comment="Kind of training"),
        sa.Column("create_date", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _qianfan_finetune_tasks() -> None:
    op.create_table(
        "qianfan_finetune_tasks",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (taskId)"),
        sa.Column("job_id", sa.Text(), nullable=True, comment="Job"),
        sa.Column("job_name", sa.Text(), nullable=True, comment="Name of the job"),
        sa.Column("model", sa.Text(), nullable=True, comment="Model trained"),
        sa.Column("train_mode", sa.Text(), nullable=True, comment="Kind of training"),
        sa.Column(
            "parameter_scale", sa.Text(), nullable=True, comment="Which parameters are trained"
        ),
        sa.Column("run_status", sa.Text(), nullable=True, comment="State"),
        sa.Column("run_progress", Document(), nullable=True, comment="Progress"),
        sa.Column("hyper_params", Document(), nullable=True, comment="Hyperparameters"),
        sa.Column("metrics", Document(), nullable=True, comment="Metrics"),
        sa.Column("checkpoints", Document(), nullable=True, comment="Checkpoints"),
        sa.Column("create_date", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("finish_date", Moment(), nullable=True, comment="When it ended (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_finetune_tasks_job_id"), "qianfan_finetune_tasks", ["job_id"], unique=False
    )


def _qianfan_text_augmentation_tasks() -> None:
    op.create_table(
        "qianfan_text_augmentation_tasks",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="Id (taskId)"),
        sa.Column("task_name", sa.Text(), nullable=True, comment="Name"),
        sa.Column(
            "status", sa.Text(), nullable=True, comment="Running, Stopped, Succeeded or Failed"
        ),
        sa.Column("task_type", sa.Text(), nullable=True, comment="Kind of task"),
        sa.Column(
            "src_dataset_version_id", sa.Text(), nullable=True, comment="Dataset version it reads"
        ),
        sa.Column(
            "dst_dataset_version_id", sa.Text(), nullable=True, comment="Dataset version it writes"
        ),
        sa.Column("creator", sa.Text(), nullable=True, comment="Who made it"),
        sa.Column("create_time", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column("finish_time", Moment(), nullable=True, comment="When it ended, if sent (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_qianfan_text_augmentation_tasks_dst_dataset_version_id"),
        "qianfan_text_augmentation_tasks",
        ["dst_dataset_version_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_qianfan_text_augmentation_tasks_src_dataset_version_id"),
        "qianfan_text_augmentation_tasks",
        ["src_dataset_version_id"],
        unique=False,
    )
