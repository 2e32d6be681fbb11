"""What an ordinary sync asks a real, large Label Studio to find one change without a stamp.

`ANNOMIRROR_LIVE_TASKS=20000 pytest -m live -s tests/live/test_label_studio_costs.py` prints it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path
from typing import Any

import pytest

from .real_label_studio import RealLabelStudio
from .record_label_studio import post
from .test_label_studio import BOXES, Place, box

pytestmark = pytest.mark.live

TASKS = int(os.environ.get("ANNOMIRROR_LIVE_TASKS", "2000"))
BATCH = 2_500  # tasks in one request


@pytest.fixture(scope="module")
def server() -> Iterator[RealLabelStudio]:
    with RealLabelStudio() as running:
        yield running


@pytest.fixture(scope="module")
def project(server: RealLabelStudio) -> tuple[int, list[int]]:
    """A project of so many tasks with an annotation each."""
    made = post(server.client, "/api/projects/", {"title": "Large", "label_config": BOXES})
    path = f"/api/projects/{made['id']}/import?return_task_ids=true"
    tasks: list[int] = []
    for begin in range(0, TASKS, BATCH):
        rows = [
            {"data": {"image": f"s3://b/{n}.jpg"}, "annotations": [{"result": [box("Car")]}]}
            for n in range(begin, min(begin + BATCH, TASKS))
        ]
        tasks += post(server.client, path, rows)["task_ids"]
    return int(made["id"]), tasks


@pytest.fixture(scope="module")
def place(
    server: RealLabelStudio,
    project: tuple[int, list[int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    """A mirror of it, in which nothing can come late any more."""
    folder = Path(tmp_path_factory.mktemp("costs"))
    place = Place(folder, server.url, server.legacy_token, lookback="1s")
    time.sleep(2)
    place.sync()
    place.sync()
    return place


def cost(place: Place, happens: Callable[[], Any]) -> dict[str, int]:
    """Tell what the run asks that finds what happens; the mirror must be right afterwards."""
    happens()
    time.sleep(2)
    asked = {name: stream["requests"] for name, stream in place.sync().items()}
    place.sync()
    code, out, err = place.run("verify")
    assert code == 0, out + err
    return asked


def test_each_change_without_a_stamp_is_found_by_a_few_requests(server, project, place):
    key, tasks = project
    number = len(tasks)
    at = [tasks[number * n // 7] for n in range(1, 7)]

    def delete_a_task() -> None:
        server.client.delete(f"/api/tasks/{at[0]}/").raise_for_status()

    def delete_an_annotation() -> None:
        (one,) = server.client.get(f"/api/tasks/{at[1]}/annotations/").json()
        server.client.delete(f"/api/annotations/{one['id']}/").raise_for_status()

    def predict(some: list[int]) -> None:
        rows = [{"task": task, "result": [box("Bus")], "model_version": "m"} for task in some]
        post(server.client, f"/api/projects/{key}/import/predictions", rows)

    def propagate() -> None:
        (one,) = server.client.get(f"/api/tasks/{at[3]}/annotations/").json()
        chosen = {"all": False, "included": [at[4]]}
        body = {"selectedItems": chosen, "project": key, "source_annotation_id": one["id"]}
        action = f"/api/dm/actions/?id=propagate_annotations&project={key}"
        post(server.client, action, body)

    rest = [task for task in tasks if task not in at]
    found = {
        "nothing": cost(place, lambda: None),
        "a deleted task": cost(place, delete_a_task),
        "a deleted annotation": cost(place, delete_an_annotation),
        "100 predictions side by side": cost(place, lambda: predict(rest[:100])),
        "100 predictions scattered": cost(place, lambda: predict(rest[:: len(rest) // 100][:100])),
        "a propagated annotation": cost(place, propagate),
    }
    print(f"\n{number} tasks; requests of the run that finds")  # noqa: T201
    for what, asked in found.items():
        print(f"{what:30} {sum(asked.values()):4}  {asked}")  # noqa: T201
    assert sum(found["nothing"].values()) <= 5
    for what in ("a deleted task", "a deleted annotation", "a propagated annotation"):
        assert sum(found[what].values()) <= 2 * log2(number) + 10, what
    sweep = number / 500
    assert found["100 predictions side by side"]["tasks"] <= max(sweep, 2 * log2(number) + 10)
