"""The first schema: bookkeeping, and Label Studio."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.column_types import Document, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sync_rejects()
    _sync_runs()
    _sync_stream_runs()
    _sync_watermarks()
    _label_studio_annotations()
    _label_studio_control_labels()
    _label_studio_controls()
    _label_studio_predictions()
    _label_studio_projects()
    _label_studio_relations()
    _label_studio_result_labels()
    _label_studio_results()
    _label_studio_tasks()
    _label_studio_users()


def downgrade() -> None:
    op.drop_table("label_studio_users")
    op.drop_table("label_studio_tasks")
    op.drop_table("label_studio_results")
    op.drop_table("label_studio_result_labels")
    op.drop_table("label_studio_relations")
    op.drop_table("label_studio_projects")
    op.drop_table("label_studio_predictions")
    op.drop_table("label_studio_controls")
    op.drop_table("label_studio_control_labels")
    op.drop_table("label_studio_annotations")
    op.drop_table("sync_watermarks")
    op.drop_table("sync_stream_runs")
    op.drop_table("sync_runs")
    op.drop_table("sync_rejects")


def _sync_rejects() -> None:
    op.create_table(
        "sync_rejects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True, comment="Name of the source"),
        sa.Column("stream", sa.Text(), nullable=True, comment="Name of the stream"),
        sa.Column(
            "part", sa.Text(), nullable=True, comment="Part of the stream the record came with"
        ),
        sa.Column(
            "record_key",
            sa.Text(),
            nullable=True,
            comment="The record's id, or a hash of it when it has none",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="What is wrong with it"),
        sa.Column(
            "payload",
            sa.Text(),
            nullable=True,
            comment="The record as it came, without its secrets",
        ),
        sa.Column(
            "first_run_id", sa.BigInteger(), nullable=True, comment="The run that first met it"
        ),
        sa.Column(
            "run_id", sa.BigInteger(), nullable=True, comment="The run that last met it changed"
        ),
        sa.Column(
            "rejected_at", Moment(), nullable=True, comment="When it was last set aside (UTC)"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_sync_rejects_record", "sync_rejects", ["source", "stream", "record_key"], unique=True
    )


def _sync_runs() -> None:
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "started_at",
            Moment(),
            nullable=True,
            comment="When the run began (UTC, this machine's clock)",
        ),
        sa.Column(
            "finished_at",
            Moment(),
            nullable=True,
            comment="When it ended; NULL while running or when killed",
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="ok, partial, failed, busy, refused, interrupted; NULL if running",
        ),
        sa.Column("version", sa.Text(), nullable=True, comment="Version of annomirror"),
        sa.Column("host", sa.Text(), nullable=True, comment="Machine the run was on"),
        sa.Column("pid", sa.BigInteger(), nullable=True, comment="Process id of the run"),
        sa.Column("error", sa.Text(), nullable=True, comment="What stopped the run"),
        sa.PrimaryKeyConstraint("id"),
    )


def _sync_stream_runs() -> None:
    op.create_table(
        "sync_stream_runs",
        sa.Column(
            "run_id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="The run (sync_runs.id)",
        ),
        sa.Column(
            "source", sa.Text(), nullable=False, autoincrement=False, comment="Name of the source"
        ),
        sa.Column(
            "stream", sa.Text(), nullable=False, autoincrement=False, comment="Name of the stream"
        ),
        sa.Column("outcome", sa.Text(), nullable=True, comment="ok, partial, failed, interrupted"),
        sa.Column(
            "requests",
            sa.BigInteger(),
            nullable=True,
            comment="HTTP requests sent, retries and log-ins included",
        ),
        sa.Column("read", sa.BigInteger(), nullable=True, comment="Records fetched"),
        sa.Column(
            "inserted",
            sa.BigInteger(),
            nullable=True,
            comment="Rows inserted, over all tables of the stream",
        ),
        sa.Column(
            "updated",
            sa.BigInteger(),
            nullable=True,
            comment="Rows changed, over all tables of the stream",
        ),
        sa.Column("unchanged", sa.BigInteger(), nullable=True, comment="Rows found as they were"),
        sa.Column("deleted", sa.BigInteger(), nullable=True, comment="Rows deleted or tombstoned"),
        sa.Column(
            "rejected", sa.BigInteger(), nullable=True, comment="Records set aside in sync_rejects"
        ),
        sa.Column("seconds", sa.Double(), nullable=True, comment="Wall time"),
        sa.Column("error", sa.Text(), nullable=True, comment="What went wrong"),
        sa.Column("finished_at", Moment(), nullable=True, comment="When the stream ended (UTC)"),
        sa.PrimaryKeyConstraint("run_id", "source", "stream"),
    )


def _sync_watermarks() -> None:
    op.create_table(
        "sync_watermarks",
        sa.Column(
            "source", sa.Text(), nullable=False, autoincrement=False, comment="Name of the source"
        ),
        sa.Column(
            "stream", sa.Text(), nullable=False, autoincrement=False, comment="Name of the stream"
        ),
        sa.Column(
            "part",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Part of the stream, such as a project's id; empty if it has none",
        ),
        sa.Column(
            "watermark",
            Moment(),
            nullable=True,
            comment="Server time up to which the part is complete (UTC)",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=True,
            comment="What the last walk noted for the next one, as JSON",
        ),
        sa.Column(
            "unfinished",
            sa.Boolean(),
            nullable=True,
            comment="Whether the last walk was cut and goes on in the middle",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=True, comment="The run that last moved it"),
        sa.Column("updated_at", Moment(), nullable=True, comment="When it was last moved (UTC)"),
        sa.PrimaryKeyConstraint("source", "stream", "part"),
    )


def _label_studio_annotations() -> None:
    op.create_table(
        "label_studio_annotations",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the annotation",
        ),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task"),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column(
            "completed_by_id",
            sa.BigInteger(),
            nullable=True,
            comment="Annotator; NULL once the user is deleted",
        ),
        sa.Column("updated_by_id", sa.BigInteger(), nullable=True, comment="Who wrote last"),
        sa.Column("last_created_by_id", sa.BigInteger(), nullable=True, comment="Who made it last"),
        sa.Column(
            "was_cancelled", sa.Boolean(), nullable=True, comment="Whether the task was skipped"
        ),
        sa.Column(
            "ground_truth", sa.Boolean(), nullable=True, comment="Whether it is the reference"
        ),
        sa.Column("created_at", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column(
            "updated_at", Moment(), nullable=True, comment="Last write the server stamps (UTC)"
        ),
        sa.Column(
            "draft_created_at", Moment(), nullable=True, comment="When its draft was begun (UTC)"
        ),
        sa.Column("lead_time", sa.Double(), nullable=True, comment="Seconds of work"),
        sa.Column(
            "import_id",
            sa.BigInteger(),
            nullable=True,
            comment="Id it had in the file it was imported from",
        ),
        sa.Column(
            "last_action",
            sa.Text(),
            nullable=True,
            comment="Last action; empty in the Community edition",
        ),
        sa.Column(
            "bulk_created", sa.Boolean(), nullable=True, comment="Whether a bulk action made it"
        ),
        sa.Column(
            "parent_prediction_id", sa.BigInteger(), nullable=True, comment="Prediction it began as"
        ),
        sa.Column(
            "parent_annotation_id", sa.BigInteger(), nullable=True, comment="Annotation it began as"
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
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        "ix_label_studio_annotations_completed_by_id",
        "label_studio_annotations",
        ["completed_by_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_import_id",
        "label_studio_annotations",
        ["import_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_last_created_by_id",
        "label_studio_annotations",
        ["last_created_by_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_parent_annotation_id",
        "label_studio_annotations",
        ["parent_annotation_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_parent_prediction_id",
        "label_studio_annotations",
        ["parent_prediction_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_project_id",
        "label_studio_annotations",
        ["project_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_annotations_task_id", "label_studio_annotations", ["task_id"], unique=False
    )
    op.create_index(
        "ix_label_studio_annotations_updated_by_id",
        "label_studio_annotations",
        ["updated_by_id"],
        unique=False,
    )


def _label_studio_control_labels() -> None:
    op.create_table(
        "label_studio_control_labels",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "project_id", sa.BigInteger(), nullable=False, autoincrement=False, comment="Project"
        ),
        sa.Column(
            "control", sa.Text(), nullable=False, autoincrement=False, comment="Name of the control"
        ),
        sa.Column("label", sa.Text(), nullable=False, autoincrement=False, comment="Label"),
        sa.Column("rank", sa.BigInteger(), nullable=True, comment="Place in the interface, from 0"),
        sa.Column(
            "attrs",
            Document(),
            nullable=True,
            comment="Attributes of the label, such as its colour",
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
        sa.PrimaryKeyConstraint("source", "project_id", "control", "label"),
    )


def _label_studio_controls() -> None:
    op.create_table(
        "label_studio_controls",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "project_id", sa.BigInteger(), nullable=False, autoincrement=False, comment="Project"
        ),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the tag: results carry it as from_name",
        ),
        sa.Column("type", sa.Text(), nullable=True, comment="Kind of tag, such as RectangleLabels"),
        sa.Column(
            "to_name", Document(), nullable=True, comment="Names of the object tags it works on"
        ),
        sa.Column("inputs", Document(), nullable=True, comment="Task fields it shows"),
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
        sa.PrimaryKeyConstraint("source", "project_id", "name"),
    )


def _label_studio_predictions() -> None:
    op.create_table(
        "label_studio_predictions",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the prediction",
        ),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task"),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column("score", sa.Double(), nullable=True, comment="Score of the model"),
        sa.Column("model_version", sa.Text(), nullable=True, comment="Version of the model"),
        sa.Column("model_id", sa.BigInteger(), nullable=True, comment="Model"),
        sa.Column("model_run_id", sa.BigInteger(), nullable=True, comment="Run of the model"),
        sa.Column("cluster", sa.BigInteger(), nullable=True, comment="Cluster"),
        sa.Column("neighbors", Document(), nullable=True, comment="Neighbours"),
        sa.Column(
            "mislabeling", sa.Double(), nullable=True, comment="Chance that the label is wrong"
        ),
        sa.Column("created_at", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.Column(
            "updated_at", Moment(), nullable=True, comment="Last write the server stamps (UTC)"
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "content_hash",
            sa.BigInteger(),
            nullable=True,
            comment="Hash of the record with its parts; tells an unchanged one",
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
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        "ix_label_studio_predictions_model_id",
        "label_studio_predictions",
        ["model_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_predictions_model_run_id",
        "label_studio_predictions",
        ["model_run_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_predictions_project_id",
        "label_studio_predictions",
        ["project_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_predictions_task_id", "label_studio_predictions", ["task_id"], unique=False
    )


def _label_studio_projects() -> None:
    op.create_table(
        "label_studio_projects",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "id", sa.BigInteger(), nullable=False, autoincrement=False, comment="Id of the project"
        ),
        sa.Column("title", sa.Text(), nullable=True, comment="Title; not unique"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("organization_id", sa.BigInteger(), nullable=True, comment="Organisation"),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True, comment="Creator"),
        sa.Column("created_by", Document(), nullable=True, comment="Creator as the API gives it"),
        sa.Column("created_at", Moment(), nullable=True, comment="When the project was made (UTC)"),
        sa.Column("label_config", sa.Text(), nullable=True, comment="Labelling interface, XML"),
        sa.Column(
            "parsed_label_config", Document(), nullable=True, comment="Labelling interface, parsed"
        ),
        sa.Column(
            "expert_instruction",
            sa.Text(),
            nullable=True,
            comment="Instruction for annotators, HTML",
        ),
        sa.Column(
            "show_instruction",
            sa.Boolean(),
            nullable=True,
            comment="Whether annotators see the instruction first",
        ),
        sa.Column(
            "show_skip_button", sa.Boolean(), nullable=True, comment="Whether annotators may skip"
        ),
        sa.Column(
            "enable_empty_annotation",
            sa.Boolean(),
            nullable=True,
            comment="Whether empty annotations are allowed",
        ),
        sa.Column(
            "show_annotation_history",
            sa.Boolean(),
            nullable=True,
            comment="Whether the history is shown",
        ),
        sa.Column("color", sa.Text(), nullable=True, comment="Colour in the interface"),
        sa.Column(
            "maximum_annotations",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations wanted per task",
        ),
        sa.Column(
            "min_annotations_to_start_training",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations before training starts",
        ),
        sa.Column(
            "is_published",
            sa.Boolean(),
            nullable=True,
            comment="Whether annotators see the project",
        ),
        sa.Column(
            "is_draft", sa.Boolean(), nullable=True, comment="Whether the project is a draft"
        ),
        sa.Column(
            "model_version",
            sa.Text(),
            nullable=True,
            comment="Model version whose predictions are shown",
        ),
        sa.Column(
            "start_training_on_annotation_update",
            sa.Boolean(),
            nullable=True,
            comment="Whether annotations start training",
        ),
        sa.Column(
            "show_collab_predictions",
            sa.Boolean(),
            nullable=True,
            comment="Whether predictions are shown to annotators",
        ),
        sa.Column(
            "evaluate_predictions_automatically",
            sa.Boolean(),
            nullable=True,
            comment="Whether tasks are sent to the model",
        ),
        sa.Column(
            "reveal_preannotations_interactively",
            sa.Boolean(),
            nullable=True,
            comment="Whether predictions wait for a region",
        ),
        sa.Column(
            "annotator_evaluation_enabled",
            sa.Boolean(),
            nullable=True,
            comment="Whether annotators are evaluated",
        ),
        sa.Column(
            "sampling", sa.Text(), nullable=True, comment="Order in which tasks are given out"
        ),
        sa.Column(
            "show_ground_truth_first",
            sa.Boolean(),
            nullable=True,
            comment="Whether ground truth tasks come first",
        ),
        sa.Column(
            "show_overlap_first",
            sa.Boolean(),
            nullable=True,
            comment="Whether tasks with overlap come first",
        ),
        sa.Column(
            "overlap_cohort_percentage",
            sa.BigInteger(),
            nullable=True,
            comment="Share of tasks with overlap, percent",
        ),
        sa.Column("skip_queue", sa.Text(), nullable=True, comment="What becomes of skipped tasks"),
        sa.Column(
            "control_weights",
            Document(),
            nullable=True,
            comment="Weights of the controls in the agreement",
        ),
        sa.Column(
            "pinned_at", Moment(), nullable=True, comment="When the project was pinned (UTC)"
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=True,
            comment="State of the project; empty in the Community edition",
        ),
        sa.Column("task_number", sa.BigInteger(), nullable=True, comment="Tasks"),
        sa.Column(
            "finished_task_number",
            sa.BigInteger(),
            nullable=True,
            comment="Tasks that are labelled",
        ),
        sa.Column(
            "num_tasks_with_annotations",
            sa.BigInteger(),
            nullable=True,
            comment="Tasks with an annotation",
        ),
        sa.Column(
            "total_annotations_number",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations, skipped ones not counted",
        ),
        sa.Column(
            "total_predictions_number", sa.BigInteger(), nullable=True, comment="Predictions"
        ),
        sa.Column(
            "useful_annotation_number",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations that count",
        ),
        sa.Column(
            "ground_truth_number",
            sa.BigInteger(),
            nullable=True,
            comment="Ground truth annotations",
        ),
        sa.Column(
            "skipped_annotations_number",
            sa.BigInteger(),
            nullable=True,
            comment="Skipped annotations",
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "content_hash",
            sa.BigInteger(),
            nullable=True,
            comment="Hash of the record with its parts; tells an unchanged one",
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
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        "ix_label_studio_projects_created_by_id",
        "label_studio_projects",
        ["created_by_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_projects_organization_id",
        "label_studio_projects",
        ["organization_id"],
        unique=False,
    )


def _label_studio_relations() -> None:
    op.create_table(
        "label_studio_relations",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="annotation or prediction",
        ),
        sa.Column(
            "owner_id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the annotation or prediction",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Place in the owner's result, from 0",
        ),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task"),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column("from_region_id", sa.Text(), nullable=True, comment="Region it starts at"),
        sa.Column("to_region_id", sa.Text(), nullable=True, comment="Region it ends at"),
        sa.Column("direction", sa.Text(), nullable=True, comment="right, left or bi"),
        sa.Column("labels", Document(), nullable=True, comment="Labels of the relation"),
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
        sa.PrimaryKeyConstraint("source", "owner", "owner_id", "position"),
    )
    op.create_index(
        "ix_label_studio_relations_project_id",
        "label_studio_relations",
        ["project_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_relations_task_id", "label_studio_relations", ["task_id"], unique=False
    )


def _label_studio_result_labels() -> None:
    op.create_table(
        "label_studio_result_labels",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="annotation or prediction",
        ),
        sa.Column(
            "owner_id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the annotation or prediction",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Place of the item in the owner's result, from 0",
        ),
        sa.Column(
            "rank",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Place of the label in the item, from 0",
        ),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task"),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column(
            "label", sa.Text(), nullable=True, comment="The label; the last step of a taxonomy"
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=True,
            comment="The whole way through a taxonomy, steps joined by /",
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
        sa.PrimaryKeyConstraint("source", "owner", "owner_id", "position", "rank"),
    )
    op.create_index(
        "ix_label_studio_result_labels_label", "label_studio_result_labels", ["label"], unique=False
    )
    op.create_index(
        "ix_label_studio_result_labels_project_id",
        "label_studio_result_labels",
        ["project_id"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_result_labels_task_id",
        "label_studio_result_labels",
        ["task_id"],
        unique=False,
    )


def _label_studio_results() -> None:
    op.create_table(
        "label_studio_results",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="annotation or prediction",
        ),
        sa.Column(
            "owner_id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the annotation or prediction",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Place in the owner's result, from 0",
        ),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task"),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column(
            "region_id",
            sa.Text(),
            nullable=True,
            comment="Id of the region; items of one region share it",
        ),
        sa.Column("parent_region_id", sa.Text(), nullable=True, comment="Region it lies in"),
        sa.Column(
            "item_index",
            sa.BigInteger(),
            nullable=True,
            comment="Page or image of the task it lies on",
        ),
        sa.Column(
            "type", sa.Text(), nullable=True, comment="Kind of result, such as rectanglelabels"
        ),
        sa.Column("from_name", sa.Text(), nullable=True, comment="Control tag"),
        sa.Column("to_name", sa.Text(), nullable=True, comment="Object tag"),
        sa.Column(
            "origin", sa.Text(), nullable=True, comment="manual, prediction or prediction-changed"
        ),
        sa.Column("score", sa.Double(), nullable=True, comment="Score of the region"),
        sa.Column(
            "original_width", sa.BigInteger(), nullable=True, comment="Width of the image, pixels"
        ),
        sa.Column(
            "original_height", sa.BigInteger(), nullable=True, comment="Height of the image, pixels"
        ),
        sa.Column(
            "image_rotation", sa.Double(), nullable=True, comment="Rotation of the image, degrees"
        ),
        sa.Column("hidden", sa.Boolean(), nullable=True, comment="Whether the region is hidden"),
        sa.Column(
            "readonly", sa.Boolean(), nullable=True, comment="Whether the region is read-only"
        ),
        sa.Column("locked", sa.Boolean(), nullable=True, comment="Whether the region is locked"),
        sa.Column("meta", Document(), nullable=True, comment="Notes on the region"),
        sa.Column(
            "x", sa.Double(), nullable=True, comment="Left, or centre of an ellipse; percent"
        ),
        sa.Column("y", sa.Double(), nullable=True, comment="Top, or centre of an ellipse; percent"),
        sa.Column("width", sa.Double(), nullable=True, comment="Width, percent"),
        sa.Column("height", sa.Double(), nullable=True, comment="Height, percent"),
        sa.Column("rotation", sa.Double(), nullable=True, comment="Rotation, degrees clockwise"),
        sa.Column(
            "radius_x",
            sa.Double(),
            nullable=True,
            comment="Horizontal radius of an ellipse, percent",
        ),
        sa.Column(
            "radius_y", sa.Double(), nullable=True, comment="Vertical radius of an ellipse, percent"
        ),
        sa.Column(
            "start_num",
            sa.Double(),
            nullable=True,
            comment="Start: character of a text, second of an audio",
        ),
        sa.Column(
            "end_num",
            sa.Double(),
            nullable=True,
            comment="End: character of a text, second of an audio",
        ),
        sa.Column(
            "start_text", sa.Text(), nullable=True, comment="Start as text: XPath, paragraph, time"
        ),
        sa.Column(
            "end_text", sa.Text(), nullable=True, comment="End as text: XPath, paragraph, time"
        ),
        sa.Column(
            "start_offset",
            sa.BigInteger(),
            nullable=True,
            comment="Offset in the start element, characters",
        ),
        sa.Column(
            "end_offset",
            sa.BigInteger(),
            nullable=True,
            comment="Offset in the end element, characters",
        ),
        sa.Column("channel", sa.BigInteger(), nullable=True, comment="Audio channel"),
        sa.Column("number_value", sa.Double(), nullable=True, comment="Answer of a number control"),
        sa.Column("rating", sa.BigInteger(), nullable=True, comment="Answer of a rating control"),
        sa.Column(
            "datetime_value",
            sa.Text(),
            nullable=True,
            comment="Answer of a date control, as written",
        ),
        sa.Column("value", Document(), nullable=True, comment="The item's value as it came"),
        sa.Column("text", sa.Text(), nullable=True, comment="Text marked or written; lines joined"),
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
        sa.PrimaryKeyConstraint("source", "owner", "owner_id", "position"),
    )
    op.create_index(
        "ix_label_studio_results_project_id", "label_studio_results", ["project_id"], unique=False
    )
    op.create_index(
        "ix_label_studio_results_task_id", "label_studio_results", ["task_id"], unique=False
    )


def _label_studio_tasks() -> None:
    op.create_table(
        "label_studio_tasks",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "id",
            sa.BigInteger(),
            nullable=False,
            autoincrement=False,
            comment="Id of the task; servers on SQLite reuse ids",
        ),
        sa.Column("project_id", sa.BigInteger(), nullable=True, comment="Project"),
        sa.Column(
            "inner_id",
            sa.BigInteger(),
            nullable=True,
            comment="Number of the task in its project, from 1",
        ),
        sa.Column("data", Document(), nullable=True, comment="What is to be labelled"),
        sa.Column("meta", Document(), nullable=True, comment="What the importer noted"),
        sa.Column("created_at", Moment(), nullable=True, comment="When the task was made (UTC)"),
        sa.Column(
            "updated_at",
            Moment(),
            nullable=True,
            comment="Last write the server stamps (UTC); some writes do not",
        ),
        sa.Column("updated_by_id", sa.BigInteger(), nullable=True, comment="Who wrote last"),
        sa.Column(
            "updated_by", Document(), nullable=True, comment="Who wrote last, as the API gives it"
        ),
        sa.Column(
            "is_labeled", sa.Boolean(), nullable=True, comment="Whether enough annotations are in"
        ),
        sa.Column("overlap", sa.BigInteger(), nullable=True, comment="Annotations wanted"),
        sa.Column(
            "total_annotations",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations, skipped ones not counted",
        ),
        sa.Column(
            "cancelled_annotations", sa.BigInteger(), nullable=True, comment="Skipped annotations"
        ),
        sa.Column("total_predictions", sa.BigInteger(), nullable=True, comment="Predictions"),
        sa.Column(
            "file_upload",
            sa.Text(),
            nullable=True,
            comment="Name of the uploaded file the task came from",
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "content_hash",
            sa.BigInteger(),
            nullable=True,
            comment="Hash of the record with its parts; tells an unchanged one",
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
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        "ix_label_studio_tasks_project",
        "label_studio_tasks",
        ["project_id", "updated_at"],
        unique=False,
    )
    op.create_index(
        "ix_label_studio_tasks_updated_at", "label_studio_tasks", ["updated_at"], unique=False
    )
    op.create_index(
        "ix_label_studio_tasks_updated_by_id", "label_studio_tasks", ["updated_by_id"], unique=False
    )


def _label_studio_users() -> None:
    op.create_table(
        "label_studio_users",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            autoincrement=False,
            comment="Name of the source in the configuration",
        ),
        sa.Column(
            "id", sa.BigInteger(), nullable=False, autoincrement=False, comment="Id of the user"
        ),
        sa.Column("username", sa.Text(), nullable=True, comment="Login name"),
        sa.Column("email", sa.Text(), nullable=True, comment="E-mail address"),
        sa.Column("first_name", sa.Text(), nullable=True, comment="First name"),
        sa.Column("last_name", sa.Text(), nullable=True, comment="Last name"),
        sa.Column("initials", sa.Text(), nullable=True, comment="Initials shown in the interface"),
        sa.Column("phone", sa.Text(), nullable=True, comment="Telephone number"),
        sa.Column("avatar", sa.Text(), nullable=True, comment="Address of the picture"),
        sa.Column(
            "active_organization",
            sa.BigInteger(),
            nullable=True,
            comment="The organisation the user is in at the moment",
        ),
        sa.Column(
            "active_organization_meta",
            Document(),
            nullable=True,
            comment="Title and owner of that organisation",
        ),
        sa.Column(
            "allow_newsletters",
            sa.Boolean(),
            nullable=True,
            comment="Whether the user takes newsletters",
        ),
        sa.Column("date_joined", Moment(), nullable=True, comment="When the user signed up (UTC)"),
        sa.Column("custom_hotkeys", Document(), nullable=True, comment="Keys the user chose"),
        sa.Column(
            "last_activity",
            Moment(),
            nullable=True,
            comment="Last write seen when the row last changed",
        ),
        sa.Column(
            "extra", Document(), nullable=True, comment="Fields of the record that no column claims"
        ),
        sa.Column(
            "content_hash",
            sa.BigInteger(),
            nullable=True,
            comment="Hash of the record with its parts; tells an unchanged one",
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
        sa.PrimaryKeyConstraint("source", "id"),
    )
