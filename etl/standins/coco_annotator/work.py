"""What annotators do, in the browser and over the API, and the trace that each thing leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.coco_annotator import shapes
from etl.standins.coco_annotator.documents import moment
from etl.standins.coco_annotator.state import locked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State
    from etl.standins.exchange import Json

_DRAWN = ("segmentation", "keypoints", "isbbox", "metadata", "color")


@locked
def post_annotation(
    state: State,
    /,
    image_id: int,
    category_id: int | None = None,
    creator: str = "admin",
    **fields: Json,
) -> Document:
    """Create an annotation over the API: the image does not change, not even its counter."""
    image = state.images.get(image_id)
    dataset = state.datasets.get(image["dataset_id"])
    usual: Document = {
        "segmentation": [],
        "area": 0,
        "bbox": [0, 0, 0, 0],
        "iscrowd": False,
        "isbbox": False,
        "creator": creator,
        "width": image["width"],
        "height": image["height"],
        "color": state.colour(),
        "keypoints": [],
        "metadata": dict(dataset["default_annotation_metadata"]),
        "paper_object": [],
        "deleted": False,
        "milliseconds": 0,
        "events": [],
    }
    ours = {"image_id": image_id, "category_id": category_id, "dataset_id": dataset["id"]}
    return state.annotations.add(**ours, **(usual | fields))


@locked
def put_annotation(state: State, /, annotation_id: int, category_id: int | None = None) -> Document:
    """Change the category over the API, to none by default; the image does not change."""
    return state.annotations.change(annotation_id, category_id=category_id)


@locked
def delete_annotation(state: State, /, annotation_id: int) -> None:
    """Delete softly; of the image, only the thumbnail is due."""
    gone: Document = {"deleted": True, "deleted_date": moment(state.local_time())}
    row = state.annotations.change(annotation_id, **gone)
    if row["image_id"] in state.images.rows:
        state.images.change(row["image_id"], regenerate_thumbnail=True)


@locked
def save_image(
    state: State,
    /,
    image_id: int,
    by: str = "admin",
    drawn: Iterable[Document] = (),
    **fields: Json,
) -> Document:
    """Save what is on the screen of the annotator, as its Save button does.

    `drawn` are changed annotations by `id`: `segmentation`, `keypoints`, `isbbox`, `metadata`,
    `color`, and `milliseconds` with `tools` for the time spent. `fields` are the image's
    `metadata` and `category_ids`.
    """
    for change in drawn:
        _redraw(state, by, change)
    rows = [row for row in state.annotations.groups[image_id].values() if not row["deleted"]]
    counted = [row for row in rows if row["area"] > 0 or row["keypoints"]]
    image = state.images.get(image_id)
    state.datasets.change(image["dataset_id"], annotate_url=f"/annotate/{image_id}")
    usual: Document = {
        "metadata": image["metadata"],
        "category_ids": sorted({row["category_id"] or 0 for row in rows} - {0}),
    }
    saved: Document = {
        "annotated": bool(counted),
        "num_annotations": len(counted),
        "regenerate_thumbnail": True,
    }
    return state.images.change(image_id, **(usual | fields), **saved)


@locked
def annotate(
    state: State, image_id: int, by: str, shapes_by_category: Iterable[tuple[int, Document]]
) -> list[Document]:
    """Draw new annotations and save the image: `(category, as for save_image but for the id)`."""
    made, drawn = [], []
    for category_id, shape in shapes_by_category:
        made.append(post_annotation(state, image_id, category_id, by))
        drawn.append({**shape, "id": made[-1]["id"]})
    save_image(state, image_id, by, drawn)
    return made


@locked
def open_image(state: State, /, image_id: int, by: str = "admin") -> None:
    """Open an image in the annotator."""
    busy = state.images.get(image_id)["annotating"]
    state.images.change(image_id, annotating=[*busy, by])


@locked
def leave_image(
    state: State, /, image_id: int, by: str = "admin", milliseconds: int = 1000
) -> None:
    """Leave an image after some time, which is booked to it as an event without a date."""
    image = state.images.get(image_id)
    event = {"_cls": "SessionEvent", "user": by, "milliseconds": milliseconds, "tools_used": []}
    state.images.change(
        image_id,
        annotating=[name for name in image["annotating"] if name != by],
        events=[*image["events"], event],
        milliseconds=image["milliseconds"] + milliseconds,
    )


def _redraw(state: State, /, by: str, change: Document) -> None:
    row = state.annotations.get(change["id"])
    fields = {name: change[name] for name in _DRAWN if name in change}
    if "segmentation" in change:
        fields |= shapes.measured(change["segmentation"])
    if spent := change.get("milliseconds"):
        session = _session(state, by, spent, change.get("tools", ["Polygon"]))
        fields["events"] = [*row["events"], session]
        fields["milliseconds"] = row["milliseconds"] + spent
    state.annotations.change(row["id"], **fields)


def _session(state: State, /, by: str, milliseconds: int, tools: list[str]) -> Document:
    return {
        "_cls": "SessionEvent",
        "created_at": moment(state.local_time()),
        "user": by,
        "milliseconds": milliseconds,
        "tools_used": tools,
    }
