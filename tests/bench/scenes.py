"""The made-up project that is mirrored: any number of tasks, rendered page by page.

Nothing is held for a task: its record is put together from one template and one of a thousand
ready results, which takes about three microseconds. So a million tasks take no more memory than
twenty thousand.

Every task has one annotation of one to three boxes and a choice; tasks were written half a minute
apart, so a lookback of a quarter of an hour holds thirty of them. A change gives a task another
result, of another length, and the next stamp.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

BEGAN = datetime(2025, 1, 1, microsecond=42, tzinfo=UTC)
STEP = timedelta(seconds=30)
VARIETY = 1_000
LABELS = ("Car", "Bus", "Tram", "Person")
WEATHER = ("Sun", "Rain", "Snow")
CONFIG = (
    '<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image">'
    + "".join(f'<Label value="{label}"/>' for label in LABELS)
    + '</RectangleLabels><Choices name="weather" toName="image">'
    + "".join(f'<Choice value="{label}"/>' for label in WEATHER)
    + "</Choices></View>"
)
TASK = (
    b'{"id":%(id)d,"annotations":[{"id":%(id)d,"result":%(result)b,"completed_by":%(who)d,'
    b'"was_cancelled":false,"ground_truth":false,"created_at":"%(made)b","updated_at":"%(at)b",'
    b'"draft_created_at":null,"lead_time":%(lead)d.5,"import_id":null,"last_action":null,'
    b'"bulk_created":false,"task":%(id)d,"project":1,"updated_by":%(who)d,'
    b'"parent_prediction":null,"parent_annotation":null,"last_created_by":%(who)d}],'
    b'"inner_id":%(id)d,"cancelled_annotations":0,"total_annotations":1,"total_predictions":0,'
    b'"file_upload":null,"updated_by":[{"user_id":%(who)d}],'
    b'"data":{"image":"https://images.example.com/%(id)07d.jpg","number":%(id)d},"meta":{},'
    b'"created_at":"%(made)b","updated_at":"%(at)b","is_labeled":true,"overlap":1,"project":1}'
)


class Scenes:
    """One project: which tasks a filter lets through, and their records.

    Time is counted in steps: task `n` was made at step `n`, the first change is at the step after
    the last task.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._results = [_result(random.Random(n), 1 + n % 3) for n in range(VARIETY)]
        self._changed_at: dict[int, int] = {}
        self._revision: dict[int, int] = {}
        self._now = count
        self._random = random.Random(count)
        self._early = lru_cache(maxsize=8)(self._changed_since)

    def change(self, share: float) -> int:
        """Give a share of the tasks another result; tell how many that was."""
        chosen = sorted(self._random.sample(range(1, self.count + 1), round(self.count * share)))
        for task in chosen:
            self._now += 1
            self._changed_at[task] = self._now
            self._revision[task] = self._revision.get(task, 0) + 1
        self._early.cache_clear()
        return len(chosen)

    def page(
        self, size: int, since: str | None = None, above: int = 0, upto: int | None = None
    ) -> tuple[int, list[int]]:
        """Give how many tasks written since lie in a range of ids, and the first of them."""
        first = 1 if since is None else _step(since)
        end = self.count + 1 if upto is None else min(upto, self.count) + 1
        early = self._early(first)
        found = early[bisect_right(early, above) : bisect_left(early, end)]
        start = max(first, above + 1)
        total = len(found) + max(end - start, 0)
        ids = found[:size]
        return total, [*ids, *range(start, min(end, start + size - len(ids)))]

    def newest(self, size: int) -> list[int]:
        """Give the tasks written last, the latest first."""
        late = sorted(self._changed_at, key=self._changed_at.__getitem__, reverse=True)[:size]
        others = (n for n in range(self.count, 0, -1) if n not in self._changed_at)
        return [*late, *(n for n, _ in zip(others, range(size - len(late)), strict=False))]

    def records(self, tasks: Iterable[int]) -> bytes:
        """Render tasks, with commas in between."""
        return b",".join(map(self._record, tasks))

    def bare(self, tasks: Iterable[int]) -> bytes:
        """Render what comes without annotations: ids, times, predictions (there are none)."""
        return b",".join(
            b'{"id":%d,"updated_at":"%b","predictions":[]}'
            % (n, _stamp(self._changed_at.get(n, n)))
            for n in tasks
        )

    def _record(self, task: int) -> bytes:
        revision = self._revision.get(task, 0)
        made = _stamp(task)
        return TASK % {
            b"id": task,
            b"result": self._results[(task * 7919 + revision * 617) % VARIETY],
            b"who": 1 + task % len(PEOPLE),
            b"lead": task % 90 + revision,
            b"made": made,
            b"at": _stamp(self._changed_at[task]) if revision else made,
        }

    def _changed_since(self, first: int) -> list[int]:
        """List the tasks made before a step and changed since."""
        return sorted(n for n, at in self._changed_at.items() if n < first <= at)


def _stamp(step: int) -> bytes:
    return b"%bZ" % (BEGAN + step * STEP).isoformat()[:26].encode()


def _step(stamp: str) -> int:
    """Give the first step that is not before a time."""
    return -((BEGAN - datetime.fromisoformat(stamp)) // STEP)


def _result(dice: random.Random, boxes: int) -> bytes:
    items = [_box(dice) for _ in range(boxes)]
    weather = {"value": {"choices": [dice.choice(WEATHER)]}, **_item(dice, "weather", "choices")}
    return json.dumps([*items, weather], separators=(",", ":")).encode()


def _box(dice: random.Random) -> dict[str, Any]:
    value: dict[str, Any] = {
        name: round(dice.uniform(1, 50), 4) for name in ("x", "y", "width", "height")
    }
    value |= {"rotation": 0, "rectanglelabels": [dice.choice(LABELS)]}
    size = {"original_width": 1280, "original_height": 720, "image_rotation": 0}
    return {**_item(dice, "box", "rectanglelabels"), **size, "value": value}


def _item(dice: random.Random, control: str, kind: str) -> dict[str, Any]:
    key = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789_-", k=10))
    return {
        "id": key, "from_name": control, "to_name": "image", "type": kind, "origin": "manual",
    }  # fmt: skip


def _person(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "first_name": name,
        "last_name": "",
        "username": name.lower(),
        "email": f"{name.lower()}@example.com",
        "last_activity": "2025-01-01T08:00:00.000000Z",
        "custom_hotkeys": {},
        "avatar": None,
        "initials": name[:2].upper(),
        "phone": "",
        "active_organization": 1,
        "active_organization_meta": {"title": "Bench", "email": "ada@example.com"},
        "allow_newsletters": None,
        "date_joined": "2025-01-01T08:00:00.000000Z",
    }


PEOPLE = [_person(n, name) for n, name in enumerate(("Ada", "Grace", "Edsger", "Barbara"), 1)]


def _control(kind: str, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": kind,
        "to_name": ["image"],
        "inputs": [{"type": "Image", "valueType": None, "value": "image"}],
        "labels": list(labels),
        "labels_attrs": {label: {"value": label} for label in labels},
    }


def project(count: int) -> dict[str, Any]:
    """Give the project as the API does."""
    return {
        "id": 1,
        "title": "Scenes",
        "label_config": CONFIG,
        "organization": 1,
        "maximum_annotations": 1,
        "description": "",
        "is_published": False,
        "is_draft": False,
        "sampling": "Sequential sampling",
        "control_weights": {},
        "pinned_at": None,
        "created_by": {"id": 1, "first_name": "Ada", "last_name": "", "email": "ada@example.com"},
        "created_at": "2025-01-01T08:00:00.000000Z",
        "task_number": count,
        "finished_task_number": count,
        "total_predictions_number": 0,
        "total_annotations_number": count,
        "parsed_label_config": {
            "box": _control("RectangleLabels", LABELS),
            "weather": _control("Choices", WEATHER),
        },
    }
