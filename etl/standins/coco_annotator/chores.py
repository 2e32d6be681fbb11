"""What the worker does: tasks with their logs, exports, and imports of COCO files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.coco_annotator import catalogue, work
from etl.standins.coco_annotator.documents import moment
from etl.standins.coco_annotator.state import locked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State
    from etl.standins.exchange import Json

_DONE = 100
_SHAPE = ("segmentation", "area", "bbox", "iscrowd", "isbbox", "keypoints")


@locked
def add_task(
    state: State, /, name: str, group: str = "Directory Image Scan", **hidden: Json
) -> int:
    """Start a task and return its id; `hidden` fields such as `dataset_id` are never listed."""
    usual: Document = {
        "completed": False,
        "progress": 0.0,
        "errors": 0,
        "warnings": 0,
        "logs": [],
        "status": "PENDING",
    }
    return int(state.tasks.add(group=group, name=name, **(usual | hidden))["id"])


@locked
def progress(state: State, /, task_id: int, percent: float) -> None:
    """Move a task on; at 100 it is completed."""
    state.tasks.change(task_id, progress=float(int(percent)), completed=percent >= _DONE)


@locked
def log(state: State, /, task_id: int, text: str, level: str = "INFO") -> None:
    """Write a line in the server's local time; errors and warnings are counted."""
    task = state.tasks.get(task_id)
    line = f"[{state.local_time():%d-%m-%Y %H:%M:%S}] [{level}] {text}"
    counter = {"ERROR": "errors", "WARNING": "warnings"}.get(level)
    counted = {counter: task[counter] + 1} if counter else {}
    state.tasks.change(task_id, logs=[*task["logs"], line], **counted)


@locked
def export(
    state: State, dataset_id: int, tags: Iterable[str] = ("COCO",), *, written: bool = True
) -> Document:
    """Export a dataset; with `written=False` its task is complete, its row is yet to come."""
    name = state.datasets.get(dataset_id)["name"]
    task = add_task(
        state, f"Exporting {name} into COCO format", "Annotation Export", dataset_id=dataset_id
    )
    log(state, task, "Done export")
    progress(state, task, _DONE)
    now = state.clock.now()
    row: Document = {
        "dataset_id": dataset_id,
        "path": f"/datasets/{name}/.exports/coco-{now.timestamp():.6f}.json",
        "tags": list(tags),
        "categories": [],
    }
    if written:
        return state.exports.add(**row, created_at=moment(now))
    state.unwritten.append(row)
    return row


@locked
def write_exports(state: State) -> list[Document]:
    """Write down the exports whose tasks had claimed to be complete before."""
    rows, state.unwritten = state.unwritten, []
    return [state.exports.add(**row, created_at=moment(state.clock.now())) for row in rows]


@locked
def import_coco(state: State, /, dataset_id: int, content: Document) -> int:
    """Import a COCO file and return the task's id; images are found by their bare names.

    Metadata is lost, and the images' counters are set from ids that only the file knows.
    """
    name = state.datasets.get(dataset_id)["name"]
    task = add_task(state, f"Import COCO format into {name}", "Annotation Import")
    categories = {row["id"]: _category(state, row["name"]) for row in content["categories"]}
    images = {row["id"]: _image(state, dataset_id, row["file_name"]) for row in content["images"]}
    for row in content["annotations"]:
        image = images.get(row["image_id"])
        if image is None:
            log(state, task, f"Could not find image {row['image_id']}", "WARNING")
            continue
        _import(state, image, categories.get(row["category_id"]), row)
        log(state, task, f"Creating annotation for image {image}")
    for row in content["images"]:
        _miscount(state, images[row["id"]], row["id"], content["annotations"])
    progress(state, task, _DONE)
    return task


def _category(state: State, /, name: str) -> int:
    rows = state.categories.rows.values()
    known = next((row for row in rows if row["name"] == name), None)
    return int((known or catalogue.add_category(state, name, "system"))["id"])


def _image(state: State, /, dataset_id: int, name: str) -> int | None:
    rows = state.images.groups[dataset_id].values()
    found = (row["id"] for row in rows if row["file_name"] == name and not row["deleted"])
    return next(found, None)


def _import(state: State, /, image_id: int, category_id: int | None, row: Document) -> None:
    shape = {name: row[name] for name in _SHAPE if name in row}
    for known in state.annotations.groups[image_id].values():
        same = known["segmentation"] == row.get("segmentation", [])
        if same and known["category_id"] == category_id:
            kept: Document = {"deleted": False, "isbbox": row.get("isbbox", False)}
            state.annotations.change(known["id"], **kept)
            return
    shape["area"] = int(row.get("area", 0))
    work.post_annotation(state, image_id, category_id, "system", **shape)


def _miscount(state: State, /, image_id: int | None, theirs: int, rows: list[Document]) -> None:
    if image_id is None:
        return
    of_that_number = state.annotations.groups[theirs].values()
    state.images.change(
        image_id,
        annotated=True,
        category_ids=sorted({row["category_id"] for row in rows if row["image_id"] == theirs}),
        num_annotations=sum(row["area"] > 0 and not row["deleted"] for row in of_that_number),
    )
