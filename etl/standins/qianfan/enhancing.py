"""Augmentation tasks of V1, whose list is the seed of the mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.qianfan import lineage, notation

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State

WAITING, RUNNING, DONE, STOPPED, FAILED = range(5)
_STARTED = frozenset({RUNNING, DONE, STOPPED, FAILED})
_ENDED = frozenset({DONE, STOPPED, FAILED})


def add_enhance(
    state: State,
    name: str = "enhance_task",
    *,
    source: str | None = None,
    dest: str | None = None,
    status: int = WAITING,
    **fields: Json,
) -> Json:
    """Create a task in any status; `fields` are those of the API (`failReason`, `modelName`)."""
    with state.lock:
        row = {
            "id": state.new_number("enhance_tasks"),
            "strId": state.new_id("task"),
            "projectType": 20,
            **lineage.sides(state, source, dest),
            "area": 0,
            "status": WAITING,
            "strategy": 0,
            "operations": "",
            "startTime": notation.NEVER,
            "finishTime": notation.NEVER,
            "failReason": "",
            "isSelfInstruct": True,
            "name": name,
            "modelName": "ERNIE-3.5-8K",
        }
        state.add("enhance_tasks", row | fields)
        state.details[row["strId"]] = _detail(state)
        return progress_enhance(state, row["strId"], status, fields.get("failReason", ""))


def progress_enhance(state: State, key: str, status: int = RUNNING, reason: str = "") -> Json:
    """Move a task to a status; starting and ending stamp it once."""
    with state.lock:
        row, now = state.shelf("enhance_tasks").get(key), notation.naive(state.now())
        if status in _STARTED and not row["startTime"]:
            row["startTime"] = now
        if status in _ENDED:
            row["finishTime"] = now
        row["status"], row["failReason"] = status, reason
        return row


def detail(state: State, key: str) -> Json:
    """Return what enhance/detail shows: two fields of the list have other names there."""
    row = state.shelf("enhance_tasks").get(key)
    kept = {name: row[name] for name in _SHARED if name in row}
    renamed = {"retStr": row["failReason"], "serviceName": row["modelName"], "labelIds": ""}
    return {**kept, **renamed, **state.details.get(key, {})}


def _detail(state: State) -> dict[str, Json]:
    return {
        "appName": "千帆数据增强",
        "userName": "baidu_user",
        "entityCount": state.random.randint(20, 900),
        "numSeedFewshot": state.random.randint(1, 10),
        "numInstancesToGenerate": state.random.choice((50, 100, 500, 5000)),
        "similarityThreshold": state.random.choice((0.5, 0.7, 0.85)),
    }


_SHARED = (
    "id",
    "sourceDatasetStrId",
    "destDatasetStrId",
    "sourceDatasetName",
    "destDatasetName",
    "status",
    "area",
    "strategy",
    "operations",
    "startTime",
    "finishTime",
    "isSelfInstruct",
    "name",
)
