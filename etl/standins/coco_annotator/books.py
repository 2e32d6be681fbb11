"""The endpoints that keep the books: tasks, exports, what was deleted, and statistics."""

from __future__ import annotations

from datetime import UTC
from operator import itemgetter
from typing import TYPE_CHECKING

from etl.standins.coco_annotator import chores, coco
from etl.standins.coco_annotator.documents import alone, encoded, instant
from etl.standins.coco_annotator.refusals import answer, forbidden, unknown
from etl.standins.exchange import Answer

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from etl.standins.coco_annotator.call import Call
    from etl.standins.coco_annotator.documents import Collection, Document

_TASK = ("id", "group", "name", "completed", "progress", "priority", "creator", "desciption")
_COUNTS = ("errors", "warnings")
_NEWEST, _UNDONE, _MOST = 50, 50, 1000
_PERIODS = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("day", 86_400),
    ("hour", 3600),
    ("minute", 60),
    ("second", 1),
)
_ANNOTATIONS = "dataset's annotations"


def tasks(call: Call) -> Answer:
    """List everybody's tasks, without dates and datasets."""
    rows = call.state.tasks.rows.values()
    return answer([{n: row[n] for n in (*_TASK, *_COUNTS) if n in row} for row in rows])


def logs(call: Call) -> Answer:
    """Show the log of a task."""
    task = call.state.tasks.rows.get(call.id)
    if task is None:
        raise unknown("Invalid task id")
    return answer({"logs": task["logs"]})


def exports(call: Call) -> Answer:
    """List the newest exports of a dataset."""
    dataset = call.sight.dataset(call.id, deleted=True)
    if dataset is None:
        raise unknown("Invalid dataset ID")
    if not call.sight.owns(dataset):
        raise forbidden(_ANNOTATIONS)
    rows = [row for row in call.state.exports.rows.values() if row["dataset_id"] == call.id]
    newest = sorted(rows, key=lambda row: row["created_at"]["$date"], reverse=True)[:_NEWEST]
    return answer(
        [{"id": row["id"], "ago": _since(call, row), "tags": row["tags"]} for row in newest]
    )


def export(call: Call) -> Answer:
    """Show one export."""
    row = _export(call)
    return answer(alone(row) | {"ago": _since(call, row)})


def download(call: Call) -> Answer:
    """Give the file of an export, which shows defaults instead of what is known of images."""
    row = _export(call)
    dataset = call.state.datasets.get(row["dataset_id"])
    if not call.sight.owns(dataset):
        raise forbidden(_ANNOTATIONS)
    name = f"b'{dataset['name']}'-b'{'-'.join(row['tags'])}'.json"
    headers = (("Content-Disposition", f"attachment; filename={name}"),)
    return Answer(body=encoded(coco.exported(call.state, dataset)), headers=headers)


def start_export(call: Call) -> Answer:
    """Start an export, which any user may do with any dataset."""
    [int(one) for one in (call.first("categories") or "").split(",") if one]
    if call.first("categories") is None:
        raise TypeError("len")
    if call.id not in call.state.datasets.rows:
        raise unknown("Invalid dataset ID")
    chores.export(call.state, call.id)
    task = list(call.state.tasks.rows.values())[-1]
    return answer({"celery_id": f"{task['id']:036}", "id": task["id"], "name": task["name"]})


def undo_list(call: Call) -> Answer:
    """List what was deleted softly, newest first, to whoever asks."""
    limit = max(1, min(call.integer("limit", _UNDONE), _MOST))
    wanted, state = call.first("type", "all"), call.state
    named = {
        "category": state.categories,
        "annotation": state.annotations,
        "image": state.images,
        "dataset": state.datasets,
    }
    found = [
        row
        for name, collection in named.items()
        if wanted in {"all", name}
        for row in _deleted(collection, name, limit, call.state.local_time())
    ]
    found.sort(key=itemgetter("date"), reverse=True)
    return answer([{**row, "date": str(row["date"])} for row in found[:limit]])


def stats(call: Call) -> Answer:
    """Count what a dataset holds; a category that is gone for good is too much for it."""
    dataset = call.arguments().sight.dataset(call.id)
    if dataset is None:
        raise unknown("Invalid dataset id")
    return answer(coco.statistics(call.state, dataset))


def _export(call: Call) -> Document:
    row = call.state.exports.rows.get(call.id)
    if row is None:
        raise unknown("Invalid export ID")
    if call.sight.dataset(row["dataset_id"], deleted=True) is None:
        raise unknown("Invalid dataset ID")
    return row


def _deleted(collection: Collection, name: str, limit: int, now: datetime) -> list[Document]:
    rows = [row for row in collection.rows.values() if row["deleted"] and row.get("deleted_date")]
    rows.sort(key=lambda row: row["deleted_date"]["$date"], reverse=True)
    return [_tombstone(row, name, now) for row in rows[:limit]]


def _tombstone(row: Document, name: str, now: datetime) -> Document:
    at = instant(row["deleted_date"])
    return {
        "id": row["id"],
        "name": row.get("name") or row.get("file_name") or "-",
        "instance": name,
        "ago": _ago(now - at),
        "date": at.replace(tzinfo=None),
    }


def _since(call: Call, row: Document) -> str:
    return _ago(call.state.clock.now().astimezone(UTC) - instant(row["created_at"]))


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, period in _PERIODS:
        if seconds > period:
            count = seconds // period
            return f"{count} {name}{'s' if count > 1 else ''}"
    return ""
