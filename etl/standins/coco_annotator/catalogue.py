"""What there is to annotate: datasets, categories and images, made, shared and deleted."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from etl.standins.coco_annotator.documents import moment
from etl.standins.coco_annotator.state import ROOT, locked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.coco_annotator.documents import Collection, Document
    from etl.standins.coco_annotator.state import State
    from etl.standins.exchange import Json


@locked
def add_dataset(
    state: State,
    /,
    name: str,
    owner: str = "admin",
    *,
    categories: Iterable[int] = (),
    users: Iterable[str] = (),
) -> Document:
    """Add a dataset, whose directory is made after its name."""
    return state.datasets.add(
        name=name,
        directory=f"{ROOT}{name}/",
        categories=list(categories),
        owner=owner,
        users=list(users),
        annotate_url="",
        default_annotation_metadata={},
        deleted=False,
    )


@locked
def change_dataset(state: State, /, dataset_id: int, **fields: Json) -> Document:
    """Change `categories` or `users`; new default metadata is written to the annotations too."""
    dataset = state.datasets.get(dataset_id)
    defaults = fields.get("default_annotation_metadata") or {}
    new = {k: v for k, v in defaults.items() if k not in dataset["default_annotation_metadata"]}
    for row in list(state.annotations.rows.values()) if new else ():
        if row["dataset_id"] == dataset_id and not row["deleted"]:
            state.annotations.change(row["id"], metadata={**row["metadata"], **new})
    return state.datasets.change(dataset_id, **fields)


@locked
def move_directory(state: State, /, dataset_id: int, directory: str) -> None:
    """Point a dataset elsewhere: images keep their old paths and vanish from its pages."""
    state.datasets.change(dataset_id, directory=directory)


@locked
def lose_directory(state: State, /, dataset_id: int) -> None:
    """Take a dataset's directory off the disk."""
    state.lost_directories.add(state.datasets.get(dataset_id)["directory"])


@locked
def add_category(
    state: State, /, name: str, creator: str = "admin", *, supercategory: str = "", **fields: Json
) -> Document:
    """Add a category; `fields` are `color`, `metadata` and the three of keypoints."""
    usual: Document = {
        "color": state.colour(),
        "metadata": {},
        "creator": creator,
        "deleted": False,
        "keypoint_edges": [],
        "keypoint_labels": [],
        "keypoint_colors": [],
    }
    return state.categories.add(name=name, supercategory=supercategory, **(usual | fields))


@locked
def rename_category(state: State, /, category_id: int, name: str, **fields: Json) -> Document:
    """Rename a category, which forgets supercategory and colour unless they are given again."""
    reset: Document = {"supercategory": "", "color": None}
    return state.categories.change(category_id, name=name, **(reset | fields))


@locked
def add_image(
    state: State,
    /,
    dataset_id: int,
    place: str,
    width: int = 640,
    height: int = 480,
    **fields: Json,
) -> Document:
    """Add the image at a place in the dataset's directory, such as `train/0001.jpg`."""
    usual: Document = {
        "annotated": False,
        "annotating": [],
        "num_annotations": 0,
        "metadata": {},
        "deleted": False,
        "milliseconds": 0,
        "events": [],
        "regenerate_thumbnail": False,
    }
    return state.images.add(
        dataset_id=dataset_id,
        category_ids=[],
        path=state.datasets.get(dataset_id)["directory"] + place,
        width=width,
        height=height,
        file_name=basename(place),
        **(usual | fields),
    )


@locked
def move_image(state: State, /, image_id: int, path: str) -> None:
    """Move the file, which the file watcher notices."""
    state.images.change(image_id, path=path)


@locked
def draw_thumbnail(state: State, /, image_id: int) -> None:
    """Let the worker redraw a thumbnail, which leaves a field that no model knows."""
    state.images.change(image_id, regenerate_thumbnail=False, is_modified=False)


@locked
def delete_dataset(state: State, /, dataset_id: int) -> None:
    """Delete softly: its images and annotations stay where they are."""
    _bury(state, state.datasets, dataset_id)


@locked
def delete_category(state: State, /, category_id: int) -> None:
    """Delete softly; annotations keep the id."""
    _bury(state, state.categories, category_id)


@locked
def delete_image(state: State, /, image_id: int) -> None:
    """Delete softly: its annotations stay as orphans that nothing tells from others."""
    _bury(state, state.images, image_id)


@locked
def undo(state: State, /, kind: str, wanted: int) -> None:
    """Bring back from `datasets`, `categories`, `images` or `annotations`; the date stays."""
    state.collection(kind).change(wanted, deleted=False)


@locked
def erase(state: State, /, kind: str, wanted: int) -> None:
    """Delete for good; only images take their annotations along."""
    if kind == "images":
        for number in list(state.annotations.groups[wanted]):
            state.annotations.remove(number)
    state.collection(kind).remove(wanted)


@locked
def reset_metadata(state: State, /, dataset_id: int) -> None:
    """Wipe the metadata of all images and annotations of a dataset."""
    defaults = state.datasets.get(dataset_id)["default_annotation_metadata"]
    for number in list(state.images.groups[dataset_id]):
        state.images.change(number, metadata={})
    for row in list(state.annotations.rows.values()):
        if row["dataset_id"] == dataset_id:
            state.annotations.change(row["id"], metadata=dict(defaults))


def _bury(state: State, /, collection: Collection, wanted: int) -> None:
    collection.change(wanted, deleted=True, deleted_date=moment(state.local_time()))
