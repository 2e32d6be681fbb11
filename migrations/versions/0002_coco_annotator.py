"""COCO Annotator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.column_types import Document, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _coco_annotator_annotation_events()
    _coco_annotator_annotations()
    _coco_annotator_categories()
    _coco_annotator_datasets()
    _coco_annotator_exports()
    _coco_annotator_image_events()
    _coco_annotator_images()
    _coco_annotator_tasks()
    _coco_annotator_users()


def downgrade() -> None:
    op.drop_table("coco_annotator_users")
    op.drop_table("coco_annotator_tasks")
    op.drop_table("coco_annotator_images")
    op.drop_table("coco_annotator_image_events")
    op.drop_table("coco_annotator_exports")
    op.drop_table("coco_annotator_datasets")
    op.drop_table("coco_annotator_categories")
    op.drop_table("coco_annotator_annotations")
    op.drop_table("coco_annotator_annotation_events")


def _coco_annotator_annotation_events() -> None:
    op.create_table(
        "coco_annotator_annotation_events",
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
            "annotation_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Annotation",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Place in the annotation's list of events, from 0",
        ),
        sa.Column("image_id", sa.BigInteger(), nullable=True, comment="Image"),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True, comment="Dataset"),
        sa.Column("user", sa.Text(), nullable=True, comment="User name"),
        sa.Column("milliseconds", sa.BigInteger(), nullable=True, comment="How long, milliseconds"),
        sa.Column("tools_used", Document(), nullable=True, comment="Tools used"),
        sa.Column("created_at", Moment(), nullable=True, comment="When it ended (UTC)"),
        sa.Column("kind", sa.Text(), nullable=True, comment="Class of the event"),
        sa.PrimaryKeyConstraint("source", "annotation_id", "position"),
    )
    op.create_index(
        op.f("ix_coco_annotator_annotation_events_dataset_id"),
        "coco_annotator_annotation_events",
        ["dataset_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coco_annotator_annotation_events_image_id"),
        "coco_annotator_annotation_events",
        ["image_id"],
        unique=False,
    )


def _coco_annotator_annotations() -> None:
    op.create_table(
        "coco_annotator_annotations",
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
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Id of the annotation",
        ),
        sa.Column("image_id", sa.BigInteger(), nullable=True, comment="Image"),
        sa.Column(
            "category_id",
            sa.BigInteger(),
            nullable=True,
            comment="Category; may be one that is gone",
        ),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True, comment="Dataset"),
        sa.Column(
            "segmentation",
            Document(),
            nullable=True,
            comment="Polygons: lists of x, y, x, y, … in pixels",
        ),
        sa.Column("area", sa.Double(), nullable=True, comment="Area in square pixels"),
        sa.Column("bbox", Document(), nullable=True, comment="Box: x, y, width, height in pixels"),
        sa.Column("bbox_x", sa.Double(), nullable=True, comment="Left edge of the box, pixels"),
        sa.Column("bbox_y", sa.Double(), nullable=True, comment="Upper edge of the box, pixels"),
        sa.Column("bbox_width", sa.Double(), nullable=True, comment="Width of the box, pixels"),
        sa.Column("bbox_height", sa.Double(), nullable=True, comment="Height of the box, pixels"),
        sa.Column("iscrowd", sa.Boolean(), nullable=True, comment="Whether it stands for a crowd"),
        sa.Column("isbbox", sa.Boolean(), nullable=True, comment="Whether it was drawn as a box"),
        sa.Column("keypoints", Document(), nullable=True, comment="Keypoints: x, y, visibility, …"),
        sa.Column(
            "creator",
            sa.Text(),
            nullable=True,
            comment="User name of who made it; 'system' for an import",
        ),
        sa.Column("width", sa.BigInteger(), nullable=True, comment="Width of the image, pixels"),
        sa.Column("height", sa.BigInteger(), nullable=True, comment="Height of the image, pixels"),
        sa.Column("color", sa.Text(), nullable=True, comment="Colour, #rrggbb"),
        sa.Column("metadata", Document(), nullable=True, comment="Metadata"),
        sa.Column(
            "milliseconds",
            sa.BigInteger(),
            nullable=True,
            comment="Time people spent on it, milliseconds",
        ),
        sa.Column("deleted", sa.Boolean(), nullable=True, comment="Whether it is deleted"),
        sa.Column(
            "deleted_date",
            Moment(),
            nullable=True,
            comment="When it was deleted; stays after an undo (UTC)",
        ),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_coco_annotator_annotations_category_id"),
        "coco_annotator_annotations",
        ["category_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coco_annotator_annotations_dataset_id"),
        "coco_annotator_annotations",
        ["dataset_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coco_annotator_annotations_image_id"),
        "coco_annotator_annotations",
        ["image_id"],
        unique=False,
    )


def _coco_annotator_categories() -> None:
    op.create_table(
        "coco_annotator_categories",
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
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Id of the category"
        ),
        sa.Column("name", sa.Text(), nullable=True, comment="Name"),
        sa.Column("supercategory", sa.Text(), nullable=True, comment="Name of the group it is in"),
        sa.Column("color", sa.Text(), nullable=True, comment="Colour, #rrggbb"),
        sa.Column("metadata", Document(), nullable=True, comment="Metadata"),
        sa.Column("creator", sa.Text(), nullable=True, comment="User name of who made it"),
        sa.Column("deleted", sa.Boolean(), nullable=True, comment="Whether it is deleted"),
        sa.Column(
            "deleted_date",
            Moment(),
            nullable=True,
            comment="When it was deleted; stays after an undo (UTC)",
        ),
        sa.Column(
            "keypoint_edges",
            Document(),
            nullable=True,
            comment="Pairs of keypoints that are joined, counted from 1",
        ),
        sa.Column("keypoint_labels", Document(), nullable=True, comment="Names of the keypoints"),
        sa.Column("keypoint_colors", Document(), nullable=True, comment="Colours of the keypoints"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _coco_annotator_datasets() -> None:
    op.create_table(
        "coco_annotator_datasets",
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
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Id of the dataset"
        ),
        sa.Column("name", sa.Text(), nullable=True, comment="Name; unique"),
        sa.Column(
            "directory",
            sa.Text(),
            nullable=True,
            comment="Folder on the server; a prefix of its images' paths",
        ),
        sa.Column("categories", Document(), nullable=True, comment="Ids of its categories"),
        sa.Column("owner", sa.Text(), nullable=True, comment="User name of the owner"),
        sa.Column("users", Document(), nullable=True, comment="User names it is shared with"),
        sa.Column(
            "annotate_url", sa.Text(), nullable=True, comment="Address of an annotation service"
        ),
        sa.Column(
            "default_annotation_metadata",
            Document(),
            nullable=True,
            comment="Metadata every new annotation gets",
        ),
        sa.Column(
            "deleted",
            sa.Boolean(),
            nullable=True,
            comment="Whether it is deleted; only those that are not are listed",
        ),
        sa.Column("deleted_date", Moment(), nullable=True, comment="When it was deleted (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _coco_annotator_exports() -> None:
    op.create_table(
        "coco_annotator_exports",
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
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Id of the export"
        ),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True, comment="Dataset"),
        sa.Column("path", sa.Text(), nullable=True, comment="File on the server"),
        sa.Column("tags", Document(), nullable=True, comment="Categories in it, and other tags"),
        sa.Column("categories", Document(), nullable=True, comment="Ids of the categories in it"),
        sa.Column("created_at", Moment(), nullable=True, comment="When it was made (UTC)"),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_coco_annotator_exports_dataset_id"),
        "coco_annotator_exports",
        ["dataset_id"],
        unique=False,
    )


def _coco_annotator_image_events() -> None:
    op.create_table(
        "coco_annotator_image_events",
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
            "image_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Image"
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Place in the image's list of events, from 0",
        ),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True, comment="Dataset"),
        sa.Column("user", sa.Text(), nullable=True, comment="User name"),
        sa.Column("milliseconds", sa.BigInteger(), nullable=True, comment="How long, milliseconds"),
        sa.Column("tools_used", Document(), nullable=True, comment="Tools used"),
        sa.Column(
            "created_at",
            Moment(),
            nullable=True,
            comment="When it ended, if the server noted it (UTC)",
        ),
        sa.Column("kind", sa.Text(), nullable=True, comment="Class of the event"),
        sa.PrimaryKeyConstraint("source", "image_id", "position"),
    )
    op.create_index(
        op.f("ix_coco_annotator_image_events_dataset_id"),
        "coco_annotator_image_events",
        ["dataset_id"],
        unique=False,
    )


def _coco_annotator_images() -> None:
    op.create_table(
        "coco_annotator_images",
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
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Id of the image"
        ),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True, comment="Dataset"),
        sa.Column(
            "file_name",
            sa.Text(),
            nullable=True,
            comment="File name without its folder; not unique",
        ),
        sa.Column("path", sa.Text(), nullable=True, comment="Path on the server; unique"),
        sa.Column("width", sa.BigInteger(), nullable=True, comment="Width in pixels"),
        sa.Column("height", sa.BigInteger(), nullable=True, comment="Height in pixels"),
        sa.Column(
            "annotated", sa.Boolean(), nullable=True, comment="Whether it counts as annotated"
        ),
        sa.Column(
            "num_annotations",
            sa.BigInteger(),
            nullable=True,
            comment="Annotations, as the server counted them",
        ),
        sa.Column(
            "category_ids",
            Document(),
            nullable=True,
            comment="Ids of the categories annotated in it",
        ),
        sa.Column("metadata", Document(), nullable=True, comment="Metadata"),
        sa.Column(
            "milliseconds",
            sa.BigInteger(),
            nullable=True,
            comment="Time people spent in it, milliseconds",
        ),
        sa.Column(
            "annotating",
            Document(),
            nullable=True,
            comment="Who has it open, when the row last changed",
        ),
        sa.Column(
            "regenerate_thumbnail",
            sa.Boolean(),
            nullable=True,
            comment="Whether a thumbnail is due",
        ),
        sa.Column(
            "is_modified",
            sa.Boolean(),
            nullable=True,
            comment="Whether the file watcher saw it change",
        ),
        sa.Column("thumbnail_url", sa.Text(), nullable=True, comment="Address of a thumbnail"),
        sa.Column("image_url", sa.Text(), nullable=True, comment="Address of the image"),
        sa.Column("coco_url", sa.Text(), nullable=True, comment="Address in the COCO collection"),
        sa.Column(
            "date_captured",
            Document(),
            nullable=True,
            comment="When it was taken; the server itself never sets it",
        ),
        sa.Column("license", Document(), nullable=True, comment="Licence"),
        sa.Column(
            "deleted",
            sa.Boolean(),
            nullable=True,
            comment="Whether it is deleted; only those that are not are listed",
        ),
        sa.Column(
            "deleted_date",
            Moment(),
            nullable=True,
            comment="When it was deleted; stays after an undo (UTC)",
        ),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        op.f("ix_coco_annotator_images_dataset_id"),
        "coco_annotator_images",
        ["dataset_id"],
        unique=False,
    )


def _coco_annotator_tasks() -> None:
    op.create_table(
        "coco_annotator_tasks",
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
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Id of the task"
        ),
        sa.Column("name", sa.Text(), nullable=True, comment="What it does"),
        sa.Column("task_group", sa.Text(), nullable=True, comment="Kind of job"),
        sa.Column("completed", sa.Boolean(), nullable=True, comment="Whether it is done"),
        sa.Column("progress", sa.Double(), nullable=True, comment="Progress, percent"),
        sa.Column("errors", sa.BigInteger(), nullable=True, comment="Errors"),
        sa.Column("warnings", sa.BigInteger(), nullable=True, comment="Warnings"),
        sa.Column("priority", sa.BigInteger(), nullable=True, comment="Priority"),
        sa.Column("creator", sa.Text(), nullable=True, comment="User name of who started it"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _coco_annotator_users() -> None:
    op.create_table(
        "coco_annotator_users",
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
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, comment="User name"),
        sa.Column(
            "oid",
            sa.Text(),
            nullable=True,
            comment="Id in the platform's database; only an administrator is told",
        ),
        sa.Column("email", sa.Text(), nullable=True, comment="E-mail address"),
        sa.Column("name", sa.Text(), nullable=True, comment="Name"),
        sa.Column(
            "is_admin", sa.Boolean(), nullable=True, comment="Whether the user is an administrator"
        ),
        sa.Column("permissions", Document(), nullable=True, comment="Permissions"),
        sa.Column("online", sa.Boolean(), nullable=True, comment="Whether the user was there"),
        sa.Column(
            "last_seen", Moment(), nullable=True, comment="Last request when the row last changed"
        ),
        sa.PrimaryKeyConstraint("source", "id"),
    )
