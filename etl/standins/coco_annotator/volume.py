"""Datasets of any size, made cheaply: shapes are drawn once and shared by many annotations."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from etl.standins.coco_annotator import catalogue, shapes
from etl.standins.coco_annotator.documents import moment
from etl.standins.coco_annotator.state import locked

if TYPE_CHECKING:
    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State

# So many different annotations are drawn; the others share their shapes.
_VARIETY = 500
_EACH = 5
_CORNERS = 5


@locked
def many(state: State, /, count: int, name: str = "many", seed: int = 3) -> Document:
    """Add a dataset of `count` annotations of some 550 bytes, five to an image."""
    random = Random(seed)  # noqa: S311
    category = catalogue.add_category(state, f"thing of {name}")["id"]
    dataset = catalogue.add_dataset(state, name, categories=[category])
    patterns = [_pattern(state, random, category) for _ in range(min(count, _VARIETY))]
    for start in range(0, count, _EACH):
        here = min(_EACH, count - start)
        image = catalogue.add_image(
            state,
            dataset["id"],
            f"{start // 5000:03}/{start // _EACH:07}.jpg",
            annotated=True,
            num_annotations=here,
        )
        state.images.change(image["id"], category_ids=[category])
        ids = {"image_id": image["id"], "dataset_id": dataset["id"]}
        for number in range(start, start + here):
            row = state.annotations.add(**ids, **patterns[number % _VARIETY])
            state.annotations.text(row)
    return dataset


def _pattern(state: State, /, random: Random, category: int) -> Document:
    shape = shapes.polygon(random, 640, 480, random.randint(_CORNERS - 2, _CORNERS + 2))
    spent = shape["milliseconds"]
    event = {
        "_cls": "SessionEvent",
        "created_at": moment(state.local_time()),
        "user": "admin",
        "milliseconds": spent,
        "tools_used": shape["tools"],
    }
    return {
        "category_id": category,
        "segmentation": shape["segmentation"],
        **shapes.measured(shape["segmentation"]),
        "iscrowd": False,
        "isbbox": False,
        "creator": "admin",
        "width": 640,
        "height": 480,
        "color": state.colour(),
        "keypoints": [],
        "metadata": {},
        "deleted": False,
        "milliseconds": spent,
        "events": [event],
    }
