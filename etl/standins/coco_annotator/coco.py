"""Datasets boiled down: COCO documents, each lossy in its own way, and statistics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from etl.standins.coco_annotator.documents import alone, encoded
from etl.standins.coco_annotator.refusals import forbidden, unknown
from etl.standins.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.coco_annotator.call import Call
    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State

_GONE = frozenset({"deleted", "deleted_date", "paper_object"})
_IMAGE = ("id", "dataset_id", "path", "width", "height", "file_name")
_INVENTED: Document = {
    "annotated": False,
    "num_annotations": 0,
    "category_ids": [],
    "events": [],
    "milliseconds": 0,
}
_SHAPE = ("segmentation", "area", "bbox", "iscrowd", "isbbox", "color", "metadata")
_EXPORTED = ("id", "image_id", "category_id", *_SHAPE, "keypoints", "num_keypoints")


def dataset_coco(call: Call) -> Answer:
    """Give a dataset as COCO to its owner, deleted categories included."""
    dataset = call.sight.dataset(call.id, deleted=True)
    if dataset is None:
        raise unknown("Invalid dataset ID")
    if not call.sight.owns(dataset):
        raise forbidden("dataset's annotations")
    return Answer(body=encoded(_document(call.state, dataset, deleted=True)) + b"\n")


def image_coco(call: Call) -> Answer:
    """Give an image as COCO to the owner of its dataset."""
    image = call.sight.image(call.id)
    if image is None:
        raise unknown("Invalid image ID")
    dataset = call.state.datasets.get(image["dataset_id"])
    if not call.sight.owns(dataset):
        raise forbidden("images's annotations")
    whole = _document(call.state, dataset, deleted=False)
    mine = [row for row in whole["annotations"] if row["image_id"] == call.id]
    mine = [_only(row, _EXPORTED) for row in mine if row["category_id"] in dataset["categories"]]
    used = {row["category_id"] for row in mine}
    found = [row for row in whole["categories"] if row["id"] in used]
    content = {"images": [_only(image, _IMAGE)], "categories": found, "annotations": mine}
    return Answer(body=encoded(content) + b"\n")


def exported(state: State, dataset: Document) -> Document:
    """Make the content of an export: what it says of images is invented."""
    whole = _document(state, dataset, deleted=False)
    rows = [row for row in whole["annotations"] if row["category_id"] in dataset["categories"]]
    return {
        "images": [row | _INVENTED for row in whole["images"]],
        "categories": whole["categories"],
        "annotations": [_only(row, _EXPORTED) for row in rows],
    }


def statistics(state: State, dataset: Document) -> Document:
    """Count images, annotations, categories and people of a dataset."""
    images = [row for row in state.images.groups[dataset["id"]].values() if not row["deleted"]]
    rows = [row for row in state.annotations.rows.values() if row["dataset_id"] == dataset["id"]]
    living = [row for row in rows if not row["deleted"]]
    names = {number: state.categories.get(number)["name"] for number in dataset["categories"]}
    counts = Counter(row["category_id"] for row in living)
    pairs = Counter(number for number, _ in {(r["category_id"], r["image_id"]) for r in living})
    people = {dataset["owner"], *dataset["users"]}
    return {
        "total": {
            "Users": len(people),
            "Images": len(images),
            "Annotated Images": sum(row["annotated"] for row in images),
            "Annotations": len(living),
            "Categories": len(names),
            "Time Annotating (s)": sum(row["milliseconds"] for row in images) / 1000,
        },
        "average": _averages(images, living),
        "categories": {name: counts[number] for number, name in names.items()},
        "images_per_category": {name: pairs[number] for number, name in names.items()},
        "users": {name: _share(living, name) for name in sorted(people)},
    }


def _document(state: State, dataset: Document, *, deleted: bool) -> Document:
    images = [row for row in state.images.groups[dataset["id"]].values() if not row["deleted"]]
    rows = {row["id"]: _annotations(state, row["id"]) for row in images}
    known = [state.categories.rows.get(number) for number in dataset["categories"]]
    return {
        "images": [_without(row) for row in images if rows[row["id"]]],
        "categories": [_category(row) for row in known if row and (deleted or not row["deleted"])],
        "annotations": [row for found in rows.values() for row in found],
    }


def _annotations(state: State, image_id: int) -> list[Document]:
    rows = state.annotations.groups.get(image_id, {}).values()
    return [
        _annotation(row)
        for row in rows
        if not row["deleted"] and (row["segmentation"] or row["keypoints"])
    ]


def _annotation(row: Document) -> Document:
    shown = _without(row)
    if not row["keypoints"]:
        del shown["keypoints"]
        return shown
    return shown | {"num_keypoints": sum(seen > 0 for seen in row["keypoints"][2::3])}


def _category(row: Document) -> Document:
    shown = _without(row)
    labels, edges = shown.pop("keypoint_labels"), shown.pop("keypoint_edges")
    return shown | ({"keypoints": labels, "skeleton": edges} if labels else {})


def _averages(images: list[Document], annotations: list[Document]) -> Document:
    return {
        "Image Size (px)": _mean(images, "width"),
        "Image Height (px)": _mean(images, "height"),
        "Annotation Area (px)": _mean(annotations, "area"),
        "Time (ms) per Image": _mean(images, "milliseconds"),
        "Time (ms) per Annotation": _mean(annotations, "milliseconds"),
    }


def _mean(rows: list[Document], name: str) -> float:
    return sum(row[name] for row in rows) / len(rows) if rows else 0.0


def _share(rows: list[Document], name: str) -> Document:
    mine = [row for row in rows if row["creator"] == name]
    return {"annotations": len(mine), "images": len({row["image_id"] for row in mine})}


def _only(row: Document, names: Iterable[str]) -> Document:
    return {name: row[name] for name in names if name in row}


def _without(row: Document) -> Document:
    return {name: value for name, value in alone(row).items() if name not in _GONE}
