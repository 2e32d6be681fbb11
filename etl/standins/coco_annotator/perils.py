"""The GET endpoints nobody may call for a look: each one of them changes something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.coco_annotator import catalogue, chores
from etl.standins.coco_annotator.refusals import answer, unknown

if TYPE_CHECKING:
    from etl.standins.coco_annotator.call import Call
    from etl.standins.exchange import Answer


def scan(call: Call) -> Answer:
    """Start to look for new files."""
    dataset = call.state.datasets.rows.get(call.id)
    if dataset is None:
        raise unknown("Invalid dataset ID")
    return _started(call, f"Scanning {dataset['name']} for new images")


def reset_metadata(call: Call) -> Answer:
    """Wipe the metadata of a whole dataset."""
    if call.arguments().sight.dataset(call.id) is None:
        raise unknown("Invalid dataset id")
    catalogue.reset_metadata(call.state, call.id)
    return answer({"success": True})


def long_task(call: Call) -> Answer:
    """Keep the worker busy."""
    return _started(call, "Testing Celery")


def _started(call: Call, name: str) -> Answer:
    task = chores.add_task(call.state, name)
    return answer({"celery_id": f"{task:036}", "id": task, "name": name})
