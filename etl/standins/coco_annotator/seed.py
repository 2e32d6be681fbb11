"""A small team at work: three datasets, three annotators, and what they do next."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from etl.standins.coco_annotator import catalogue, chores, shapes, work
from etl.standins.coco_annotator.state import locked

if TYPE_CHECKING:
    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State

_PEOPLE = ("ada", "bo", "chiara")
_DATASETS = {
    "street": ("car", "bus", "pedestrian"),
    "harbour": ("ship", "crane", "buoy"),
    "fields": ("cow", "tractor", "fence"),
}
_JOINTS = ("head", "neck", "left hand", "right hand", "left foot", "right foot")
_BONES = [[1, 2], [2, 3], [2, 4], [2, 5], [2, 6]]
_JOINTED = "pedestrian"
_WEATHER = ("sun", "rain", "fog")
_PLACES = [f"{part}/{number:04}.jpg" for part in ("train", "val") for number in range(1, 11)]
_UNTOUCHED = 3
_DAYS = 5
_WHILE = 30


@locked
def lively(state: State, /, seed: int = 1) -> None:
    """Fill an empty installation with some days of work, the same for the same seed."""
    random = Random(seed)  # noqa: S311
    with state.clock.elsewhere(days=-_DAYS):
        for name in _PEOPLE:
            state.add_user(name, f"{name}-{name}")
        for name, words in _DATASETS.items():
            _dataset(state, random, name, words)
            state.clock.advance(hours=random.uniform(6, 20))
        _tidy_up(state, random)


@locked
def work_a_while(state: State, /, seed: int = 2) -> None:
    """Let some time's work happen: new, edited, deleted, undone and erased annotations."""
    random = Random(seed)  # noqa: S311
    with state.clock.elsewhere(minutes=-_WHILE):
        street, harbour, *_ = state.datasets.rows.values()
        _scan(state, street, [f"train/{number:04}.jpg" for number in range(11, 16)])
        for image in list(state.images.groups[street["id"]])[-2:]:
            _label(state, random, image, street["categories"])
        _second_thoughts(state, random)
        catalogue.rename_category(state, harbour["categories"][2], "float", color="#ffaa00")
        catalogue.delete_image(state, list(state.images.groups[harbour["id"]])[4])
        chores.export(state, harbour["id"], ["COCO", "ship"])


def _second_thoughts(state: State, random: Random) -> None:
    living = [row for row in state.annotations.rows.values() if not row["deleted"]]
    for row in random.sample(living, 6):
        _correct(state, random, row)
    for row in random.sample(living, 4):
        work.delete_annotation(state, row["id"])
    buried = [row["id"] for row in state.annotations.rows.values() if row["deleted"]]
    catalogue.undo(state, "annotations", buried[0])
    catalogue.erase(state, "annotations", buried[1])
    first = living[0]
    others = state.datasets.get(first["dataset_id"])["categories"]
    changed = next(number for number in others if number != first["category_id"])
    work.put_annotation(state, first["id"], changed)


def _dataset(state: State, random: Random, name: str, words: tuple[str, ...]) -> None:
    owner = random.choice(_PEOPLE)
    categories = [_category(state, word, owner) for word in words]
    members = [other for other in _PEOPLE if other != owner][:1]
    dataset = catalogue.add_dataset(state, name, owner, categories=categories, users=members)
    catalogue.change_dataset(state, dataset["id"], default_annotation_metadata={"checked": False})
    _scan(state, dataset, _PLACES)
    for image in list(state.images.groups[dataset["id"]])[:-_UNTOUCHED]:
        _label(state, random, image, categories)


def _category(state: State, word: str, creator: str) -> int:
    joints: Document = {}
    if word == _JOINTED:
        colours = [state.colour() for _ in _JOINTS]
        joints = {"keypoint_labels": list(_JOINTS), "keypoint_edges": _BONES}
        joints["keypoint_colors"] = colours
    kind = "thing" if joints == {} else "person"
    return int(catalogue.add_category(state, word, creator, supercategory=kind, **joints)["id"])


def _scan(state: State, dataset: Document, places: list[str]) -> None:
    task = chores.add_task(state, f"Scanning {dataset['name']} for new images")
    for place in places:
        image = catalogue.add_image(state, dataset["id"], place, 1280, 720)
        chores.log(state, task, f"New file found: {image['path']}")
        state.clock.advance(0.02)
    chores.progress(state, task, 100)


def _label(state: State, random: Random, image_id: int, categories: list[int]) -> None:
    by = random.choice(_PEOPLE)
    work.open_image(state, image_id, by)
    state.clock.advance(random.uniform(20, 240))
    found = [random.choice(categories) for _ in range(random.randint(2, 6))]
    drawn = [(number, _shape(state, random, number)) for number in found]
    work.annotate(state, image_id, by, drawn)
    metadata = {"weather": random.choice(_WEATHER)}
    work.save_image(state, image_id, by, metadata=metadata)
    work.leave_image(state, image_id, by, random.randint(20_000, 240_000))


def _shape(state: State, random: Random, category_id: int) -> Document:
    if state.categories.get(category_id)["keypoint_labels"]:
        points = shapes.skeleton(random, 1280, 720, len(_JOINTS))
        return shapes.box(random, 1280, 720) | points | {"isbbox": False}
    draw = random.choice((shapes.box, shapes.polygon))
    return draw(random, 1280, 720) | {"metadata": {"checked": random.choice((True, False))}}


def _correct(state: State, random: Random, row: Document) -> None:
    by = random.choice(_PEOPLE)
    state.clock.advance(random.uniform(5, 60))
    redrawn = shapes.polygon(random, row["width"], row["height"])
    work.save_image(state, row["image_id"], by, [{**redrawn, "id": row["id"]}])
    work.leave_image(state, row["image_id"], by, random.randint(5_000, 60_000))


def _tidy_up(state: State, random: Random) -> None:
    for number in random.sample(list(state.annotations.rows), 8):
        work.delete_annotation(state, number)
        state.clock.advance(random.uniform(1, 30))
    catalogue.delete_category(state, catalogue.add_category(state, "typo")["id"])
    catalogue.delete_image(state, list(state.images.rows)[-1])
    for dataset in list(state.datasets.rows):
        chores.export(state, dataset)
        state.clock.advance(minutes=3)
    failed = chores.add_task(state, "Import COCO format into fields", "Annotation Import")
    chores.log(state, failed, "Could not find image 7.jpg", "WARNING")
    chores.progress(state, failed, 40)
