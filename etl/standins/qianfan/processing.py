"""Cleaning tasks of V1, and the text augmentation tasks that V2 put in place of V1's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.qianfan import lineage, notation

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State

AUGMENT_STATUSES = frozenset({"Running", "Stopped", "Succeeded", "Failed"})
RUNNING, DONE, STOPPED, FAILED, PAUSED = range(1, 6)
_ENDED = frozenset({DONE, STOPPED, FAILED})
_OPERATORS = ("去除网页标识符", "去除表情符", "繁体转简体", "去除特殊空格")


def add_text_augment(
    state: State,
    name: str = "augment_task",
    *,
    source: str | None = None,
    dest: str | None = None,
    status: str = "Running",
    **fields: Json,
) -> Json:
    """Create a text augmentation task, which shows neither a start nor an end."""
    with state.lock:
        row = {
            "taskId": state.new_id("task"),
            "taskName": name,
            "status": status,
            "taskType": "text",
            "srcDatasetVersionId": source or state.new_id("ds"),
            "dstDatasetVersionId": dest or state.new_id("ds"),
            "creator": "baidu_user",
            "createTime": notation.offset(state.now()),
        }
        return state.add("text_augment_tasks", row | fields)


def progress_text_augment(state: State, key: str, status: str = "Succeeded") -> Json:
    """Move a text augmentation task to a status."""
    return state.patch("text_augment_tasks", key, status=status)


def add_etl(
    state: State,
    *,
    source: str | None = None,
    dest: str | None = None,
    status: int = RUNNING,
    **fields: Json,
) -> Json:
    """Create a cleaning task, in any `processStatus`; `fields` are those of the API."""
    with state.lock:
        number, now = state.new_number("etl_tasks"), state.now()
        row = {
            "etlId": number,
            "etlStrId": state.new_id("etl"),
            "startTime": notation.naive(now),
            **lineage.sides(state, source, dest),
            "operatorNameList": state.random.sample(_OPERATORS, state.random.randint(1, 4)),
            "entityCount": 120,
            "entityType": 2,
            "result": {},
            "createTime": notation.offset(now),
            "finishTime": notation.GO_ZERO,
        }
        for name in ("sourceDatasetId", "destDatasetId"):
            del row[name]
        state.add("etl_tasks", row | fields)
        error = fields.get("errCode", 0), fields.get("errMsg", "")
        return progress_etl(state, row["etlStrId"], status, error)


def progress_etl(
    state: State, key: str, status: int = DONE, error: tuple[int, str] = (0, "")
) -> Json:
    """Move a cleaning task on: only an ended one has a `finishTime` that is a time."""
    with state.lock:
        row, now = state.shelf("etl_tasks").get(key), state.now()
        row["processStatus"] = row["status"] = status
        row["errCode"], row["errMsg"] = error
        row["modifyTime"] = notation.nine_digits(now)
        if status in _ENDED:
            row["finishTime"] = notation.offset(now)
        if status == DONE:
            row["result"] = {"keepCount": row["entityCount"] * 9 // 10}
        return row
