"""The endpoints that show annotations: all at once, one by one, or those of one image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.coco_annotator.documents import alone
from etl.standins.coco_annotator.refusals import Refusal, answer, unknown
from etl.standins.exchange import Answer

if TYPE_CHECKING:
    from etl.standins.coco_annotator.call import Call
    from etl.standins.coco_annotator.documents import Document


def everything(call: Call) -> Answer:
    """List all annotations there are to be seen in one array, deleted ones included."""
    return Answer(body=call.state.annotations.array(call.sight.annotations()) + b"\n")


def annotation(call: Call) -> Answer:
    """Show one annotation with its path, and without the fields that are null."""
    found = call.state.annotations.rows.get(call.id)
    if found is None or not _visible(call, found):
        raise unknown("Invalid annotation id")
    return answer(alone(found))


def annotator(call: Call) -> Answer:
    """Show an image with the annotations of its dataset's categories, all without events."""
    image = call.state.images.rows.get(call.id)
    if image is None:
        raise Refusal(400, {"success": False, "message": "Could not load image"})
    dataset = call.sight.dataset(image["dataset_id"], deleted=True)
    if dataset is None:
        raise Refusal(400, {"success": False, "message": "Could not find associated dataset"})
    user = call.user or {"preferences": {}}
    allowed = {"dataset": call.sight.permissions(dataset), "image": _RIGHTS}
    return answer(
        {
            "image": alone(image) | {"events": []} | _neighbours(call, image),
            "categories": _categories(call, dataset),
            "dataset": alone(dataset),
            "preferences": user["preferences"],
            "permissions": allowed,
            "time_ms": call.state.noise.randrange(5, 90),
        }
    )


_RIGHTS = {"delete": True, "download": True}


def _visible(call: Call, row: Document) -> bool:
    return call.sight.everything or call.sight.image(row["image_id"]) is not None


def _neighbours(call: Call, image: Document) -> Document:
    rows = call.state.images.groups[image["dataset_id"]].values()
    named = [(row["file_name"], row["id"]) for row in rows if not row["deleted"]]
    before = [pair for pair in named if pair[0] < image["file_name"]]
    after = [pair for pair in named if pair[0] > image["file_name"]]
    return {
        "previous": max(before)[1] if before else None,
        "next": min(after)[1] if after else None,
    }


def _categories(call: Call, dataset: Document) -> list[Document]:
    known = call.state.categories.rows
    rows = call.state.annotations.groups.get(call.id, {}).values()
    living = [{**row, "events": []} for row in rows if not row["deleted"]]
    return [
        alone(known[number])
        | {
            "show": True,
            "visualize": False,
            "annotations": [row for row in living if row["category_id"] == number],
        }
        for number in dataset["categories"]
        if number in known
    ]
