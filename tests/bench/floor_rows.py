"""The floor's records and rows: what comes in, typed, and what goes out, in tables' order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import msgspec

Row = tuple[Any, ...]
Raw = msgspec.Raw
NOTHING = Raw()

RESULT_COLUMNS = (
    "source", "owner", "owner_id", "position", "task_id", "project_id", "region_id",
    "parent_region_id", "item_index", "type", "from_name", "to_name", "origin", "score",
    "original_width", "original_height", "image_rotation", "hidden", "readonly", "locked", "meta",
    "x", "y", "width", "height", "rotation", "radius_x", "radius_y", "start_num", "end_num",
    "start_text", "end_text", "start_offset", "end_offset", "channel", "number_value", "rating",
    "datetime_value", "value", "text", "first_synced_at", "synced_at",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "label_studio_tasks": (
        "source", "id", "project_id", "inner_id", "data", "meta", "created_at", "updated_at",
        "updated_by_id", "updated_by", "is_labeled", "overlap", "total_annotations",
        "cancelled_annotations", "total_predictions", "file_upload", "content_hash",
        "first_synced_at", "synced_at",
    ),
    "label_studio_annotations": (
        "source", "id", "task_id", "project_id", "completed_by_id", "updated_by_id",
        "last_created_by_id", "was_cancelled", "ground_truth", "created_at", "updated_at",
        "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created",
        "parent_prediction_id", "parent_annotation_id", "first_synced_at", "synced_at",
    ),
    "label_studio_results": RESULT_COLUMNS,
    "label_studio_result_labels": (
        "source", "owner", "owner_id", "position", "rank", "task_id", "project_id", "label",
        "first_synced_at", "synced_at",
    ),
}  # fmt: skip
TASKS, ANNOTATIONS, RESULTS, LABELS = COLUMNS


class Value(msgspec.Struct):
    """What is copied out of an item's value."""

    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    rotation: float | None = None
    radiusX: float | None = None  # noqa: N815  # the API's own spelling
    radiusY: float | None = None  # noqa: N815
    start: float | str | None = None
    end: float | str | None = None
    startOffset: int | None = None  # noqa: N815
    endOffset: int | None = None  # noqa: N815
    channel: int | None = None
    text: str | list[str] | None = None
    number: float | None = None
    rating: int | None = None
    datetime: str | None = None
    labels: list[str] | None = None
    rectanglelabels: list[str] | None = None
    polygonlabels: list[str] | None = None
    keypointlabels: list[str] | None = None
    brushlabels: list[str] | None = None
    choices: list[str] | None = None


LABELLED = frozenset(
    name for name in Value.__struct_fields__ if name.endswith("labels") or name == "choices"
)


class Item(msgspec.Struct):
    """One item of a result."""

    id: str | None = None
    from_name: str | None = None
    to_name: str | None = None
    type: str | None = None
    value: Raw = NOTHING
    origin: str | None = None
    score: float | None = None
    original_width: int | None = None
    original_height: int | None = None
    image_rotation: float | None = None
    meta: Raw = NOTHING
    parentID: str | None = None  # noqa: N815  # the API's own spelling
    item_index: int | None = None
    hidden: bool | None = None
    readonly: bool | None = None
    locked: bool | None = None


class Annotation(msgspec.Struct):
    """One annotation, with its result."""

    id: int
    result: list[Item]
    completed_by: int | None = None
    updated_by: int | None = None
    last_created_by: int | None = None
    was_cancelled: bool | None = None
    ground_truth: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    draft_created_at: str | None = None
    lead_time: float | None = None
    import_id: int | None = None
    last_action: str | None = None
    bulk_created: bool | None = None
    parent_prediction: int | None = None
    parent_annotation: int | None = None


class Task(msgspec.Struct):
    """One task, with its annotations; JSON columns stay the bytes they were."""

    id: int
    project: int
    annotations: list[Annotation]
    inner_id: int | None = None
    data: Raw = NOTHING
    meta: Raw = NOTHING
    created_at: str | None = None
    updated_at: str | None = None
    updated_by: Raw = NOTHING
    is_labeled: bool | None = None
    overlap: int | None = None
    total_annotations: int | None = None
    cancelled_annotations: int | None = None
    total_predictions: int | None = None
    file_upload: str | None = None


class Editor(msgspec.Struct):
    """Who wrote a task last."""

    user_id: int | None = None


class Listing(msgspec.Struct):
    """One page of tasks, each still the bytes it was."""

    total: int
    total_annotations: int
    tasks: list[Raw]


TASK = msgspec.json.Decoder(Task).decode
VALUE = msgspec.json.Decoder(Value).decode
EDITORS = msgspec.json.Decoder(list[Editor]).decode
LISTING = msgspec.json.Decoder(Listing).decode


def hashed(raw: bytes) -> int:
    """Hash a record as it came."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), signed=True)


def moment(stamp: str | None) -> str | None:
    """Write a time as the mirror does."""
    return None if stamp is None else f"{stamp[:10]} {stamp[11:26]}"


def text(raw: Raw) -> str | None:
    """Give JSON as it came."""
    return None if not raw or raw == b"null" else str(raw, "utf-8")


def rows(tasks: Iterable[tuple[Task, int]], source: str, now: str) -> dict[str, list[Row]]:
    """Give every table's rows of some tasks, each with its hash."""
    found: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    for task, digest in tasks:
        editors = EDITORS(task.updated_by) if task.updated_by else ()
        found[TASKS].append((
            source, task.id, task.project, task.inner_id, text(task.data), text(task.meta),
            moment(task.created_at), moment(task.updated_at),
            editors[0].user_id if editors else None, text(task.updated_by), task.is_labeled,
            task.overlap, task.total_annotations, task.cancelled_annotations,
            task.total_predictions, task.file_upload, digest, now, now,
        ))  # fmt: skip
        for each in task.annotations:
            found[ANNOTATIONS].append((
                source, each.id, task.id, task.project, each.completed_by, each.updated_by,
                each.last_created_by, each.was_cancelled, each.ground_truth,
                moment(each.created_at), moment(each.updated_at), moment(each.draft_created_at),
                each.lead_time, each.import_id, each.last_action, each.bulk_created,
                each.parent_prediction, each.parent_annotation, now, now,
            ))  # fmt: skip
            _explode(task, each, source, now, found)
    return found


def _explode(
    task: Task, owner: Annotation, source: str, now: str, found: dict[str, list[Row]]
) -> None:
    for position, item in enumerate(owner.result):
        value = VALUE(item.value)
        start, end, said = value.start, value.end, value.text
        found[RESULTS].append((
            source, "annotation", owner.id, position, task.id, task.project, item.id,
            item.parentID, item.item_index, item.type, item.from_name, item.to_name, item.origin,
            item.score, item.original_width, item.original_height, item.image_rotation,
            item.hidden, item.readonly, item.locked, text(item.meta), value.x, value.y,
            value.width, value.height, value.rotation, value.radiusX, value.radiusY,
            None if isinstance(start, str) else start, None if isinstance(end, str) else end,
            start if isinstance(start, str) else None, end if isinstance(end, str) else None,
            value.startOffset, value.endOffset, value.channel, value.number, value.rating,
            value.datetime, str(item.value, "utf-8"),
            "\n".join(said) if isinstance(said, list) else said, now, now,
        ))  # fmt: skip
        labels = getattr(value, item.type) if item.type in LABELLED else value.labels
        for rank, label in enumerate(labels or ()):
            found[LABELS].append((
                source, "annotation", owner.id, position, rank, task.id, task.project, label,
                now, now,
            ))  # fmt: skip


PLAIN = (
    "id", "title", "label_config", "maximum_annotations", "description", "is_published",
    "is_draft", "sampling", "task_number", "finished_task_number", "total_predictions_number",
    "total_annotations_number", "username", "email", "first_name", "last_name", "initials",
    "phone", "avatar", "active_organization", "allow_newsletters",
)  # fmt: skip
DOCUMENTS = (
    "created_by", "control_weights", "parsed_label_config", "active_organization_meta",
    "custom_hotkeys",
)  # fmt: skip
MOMENTS = ("created_at", "pinned_at", "date_joined", "last_activity")


def record(raw: bytes, source: str, now: str) -> dict[str, Any]:
    """Give the row of a user or a project; there are few, so it may be slow."""
    fields = msgspec.json.decode(raw, type=dict[str, Raw])
    plain = {name: msgspec.json.decode(fields[name]) for name in PLAIN if name in fields}
    documents = {name: text(fields[name]) for name in DOCUMENTS if name in fields}
    moments = {n: moment(msgspec.json.decode(fields[n])) for n in MOMENTS if n in fields}
    books = {"content_hash": hashed(raw), "first_synced_at": now, "synced_at": now}
    row = {"source": source, **plain, **documents, **moments, **books}
    if "organization" in fields:
        row["organization_id"] = msgspec.json.decode(fields["organization"])
        row["created_by_id"] = msgspec.json.decode(fields["created_by"])["id"]
    return row


def controls(project: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the rows of a project's controls, and of their labels."""
    shared = {name: project[name] for name in ("source", "first_synced_at", "synced_at")}
    shared["project_id"] = project["id"]
    tags, labels = [], []
    for name, tag in json.loads(project["parsed_label_config"]).items():
        documents = {field: json.dumps(tag[field]) for field in ("to_name", "inputs")}
        tags.append({**shared, "name": name, "type": tag["type"], **documents})
        for rank, label in enumerate(tag["labels"]):
            attrs = json.dumps(tag["labels_attrs"][label])
            key = {"control": name, "label": label, "rank": rank}
            labels.append({**shared, **key, "attrs": attrs})
    return tags, labels
