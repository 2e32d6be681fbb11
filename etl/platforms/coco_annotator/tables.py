"""The tables of COCO Annotator, named after the API's own fields.

Users are known by their names: every other table refers to them so.
"""

from __future__ import annotations

from datetime import datetime

from etl.tables import Entity, Mirrored, document, flag, key, moment, number, text, whole


class Dataset(Entity):
    """Datasets: a folder of images, and the categories to annotate them with."""

    __tablename__ = "coco_annotator_datasets"

    id: int = key("Id of the dataset")
    name: str | None = text("Name; unique")
    directory: str | None = text("Folder on the server; a prefix of its images' paths")
    categories: str | None = document("Ids of its categories")
    owner: str | None = text("User name of the owner")
    users: str | None = document("User names it is shared with")
    annotate_url: str | None = text("Address of an annotation service")
    default_annotation_metadata: str | None = document("Metadata every new annotation gets")
    deleted: bool | None = flag("Whether it is deleted; only those that are not are listed")
    deleted_date: datetime | None = moment("When it was deleted (UTC)")


class Category(Entity):
    """Categories; unique by name and creator, shared between datasets."""

    __tablename__ = "coco_annotator_categories"

    id: int = key("Id of the category")
    name: str | None = text("Name")
    supercategory: str | None = text("Name of the group it is in")
    color: str | None = text("Colour, #rrggbb")
    metadata_: str | None = document("Metadata", name="metadata")
    creator: str | None = text("User name of who made it")
    deleted: bool | None = flag("Whether it is deleted")
    deleted_date: datetime | None = moment("When it was deleted; stays after an undo (UTC)")
    keypoint_edges: str | None = document("Pairs of keypoints that are joined, counted from 1")
    keypoint_labels: str | None = document("Names of the keypoints")
    keypoint_colors: str | None = document("Colours of the keypoints")


class Image(Entity):
    """Images. After imports the counters are unreliable: count annotations instead."""

    __tablename__ = "coco_annotator_images"

    id: int = key("Id of the image")
    dataset_id: int | None = whole("Dataset", index=True)
    file_name: str | None = text("File name without its folder; not unique")
    path: str | None = text("Path on the server; unique")
    width: int | None = whole("Width in pixels")
    height: int | None = whole("Height in pixels")
    annotated: bool | None = flag("Whether it counts as annotated")
    num_annotations: int | None = whole("Annotations, as the server counted them")
    category_ids: str | None = document("Ids of the categories annotated in it")
    metadata_: str | None = document("Metadata", name="metadata")
    milliseconds: int | None = whole("Time people spent in it, milliseconds")
    annotating: str | None = document("Who has it open, when the row last changed", volatile=True)
    regenerate_thumbnail: bool | None = flag("Whether a thumbnail is due", volatile=True)
    is_modified: bool | None = flag("Whether the file watcher saw it change", volatile=True)
    thumbnail_url: str | None = text("Address of a thumbnail")
    image_url: str | None = text("Address of the image")
    coco_url: str | None = text("Address in the COCO collection")
    date_captured: str | None = document("When it was taken; the server itself never sets it")
    license: str | None = document("Licence")
    deleted: bool | None = flag("Whether it is deleted; only those that are not are listed")
    deleted_date: datetime | None = moment("When it was deleted; stays after an undo (UTC)")


class ImageEvent(Mirrored):
    """Sessions people spent in an image."""

    __tablename__ = "coco_annotator_image_events"

    image_id: int = key("Image", given=True)
    position: int = key("Place in the image's list of events, from 0", given=True)
    dataset_id: int | None = whole("Dataset", given=True, index=True)
    user: str | None = text("User name", given=True)
    milliseconds: int | None = whole("How long, milliseconds", given=True)
    tools_used: str | None = document("Tools used", given=True)
    created_at: datetime | None = moment("When it ended, if the server noted it (UTC)", given=True)
    kind: str | None = text("Class of the event", given=True)


class Annotation(Entity):
    """Annotations; those of a deleted image stay, and stay alive."""

    __tablename__ = "coco_annotator_annotations"

    id: int = key("Id of the annotation")
    image_id: int | None = whole("Image", index=True)
    category_id: int | None = whole("Category; may be one that is gone", index=True)
    dataset_id: int | None = whole("Dataset", index=True)
    segmentation: str | None = document("Polygons: lists of x, y, x, y, … in pixels")
    area: float | None = number("Area in square pixels")
    bbox: str | None = document("Box: x, y, width, height in pixels")
    bbox_x: float | None = number("Left edge of the box, pixels", lift=("bbox", 0))
    bbox_y: float | None = number("Upper edge of the box, pixels", lift=("bbox", 1))
    bbox_width: float | None = number("Width of the box, pixels", lift=("bbox", 2))
    bbox_height: float | None = number("Height of the box, pixels", lift=("bbox", 3))
    iscrowd: bool | None = flag("Whether it stands for a crowd")
    isbbox: bool | None = flag("Whether it was drawn as a box")
    keypoints: str | None = document("Keypoints: x, y, visibility, …")
    creator: str | None = text("User name of who made it; 'system' for an import")
    width: int | None = whole("Width of the image, pixels")
    height: int | None = whole("Height of the image, pixels")
    color: str | None = text("Colour, #rrggbb")
    metadata_: str | None = document("Metadata", name="metadata")
    milliseconds: int | None = whole("Time people spent on it, milliseconds")
    deleted: bool | None = flag("Whether it is deleted")
    deleted_date: datetime | None = moment("When it was deleted; stays after an undo (UTC)")


class AnnotationEvent(Mirrored):
    """Sessions people spent on an annotation."""

    __tablename__ = "coco_annotator_annotation_events"

    annotation_id: int = key("Annotation", given=True)
    position: int = key("Place in the annotation's list of events, from 0", given=True)
    image_id: int | None = whole("Image", given=True, index=True)
    dataset_id: int | None = whole("Dataset", given=True, index=True)
    user: str | None = text("User name", given=True)
    milliseconds: int | None = whole("How long, milliseconds", given=True)
    tools_used: str | None = document("Tools used", given=True)
    created_at: datetime | None = moment("When it ended (UTC)", given=True)
    kind: str | None = text("Class of the event", given=True)


class User(Entity):
    """People. Their names are their ids here, for that is what all else refers to."""

    __tablename__ = "coco_annotator_users"

    id: str = key("User name", "text", api="username")
    oid: str | None = text("Id in the platform's database; only an administrator is told")
    email: str | None = text("E-mail address")
    name: str | None = text("Name")
    is_admin: bool | None = flag("Whether the user is an administrator")
    permissions: str | None = document("Permissions")
    online: bool | None = flag("Whether the user was there", volatile=True)
    last_seen: datetime | None = moment("Last request when the row last changed", volatile=True)


class Export(Entity):
    """Exports; the platform lists the fifty newest of a dataset."""

    __tablename__ = "coco_annotator_exports"

    id: int = key("Id of the export")
    dataset_id: int | None = whole("Dataset", index=True)
    path: str | None = text("File on the server")
    tags: str | None = document("Categories in it, and other tags")
    categories: str | None = document("Ids of the categories in it")
    created_at: datetime | None = moment("When it was made (UTC)")


class Task(Entity):
    """Jobs of the server: imports, exports, scans. A dead worker leaves one open for ever."""

    __tablename__ = "coco_annotator_tasks"

    id: int = key("Id of the task")
    name: str | None = text("What it does")
    task_group: str | None = text("Kind of job", api="group")
    completed: bool | None = flag("Whether it is done")
    progress: float | None = number("Progress, percent")
    errors: int | None = whole("Errors")
    warnings: int | None = whole("Warnings")
    priority: int | None = whole("Priority")
    creator: str | None = text("User name of who started it")
    description: str | None = text("Description", api="desciption")
