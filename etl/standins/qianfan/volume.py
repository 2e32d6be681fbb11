"""Accounts of any size, made cheaply: rows are built directly, their times are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.qianfan import notation
from etl.standins.qianfan.enhancing import DONE, FAILED

if TYPE_CHECKING:
    from datetime import datetime

    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State

_STEP = timedelta(seconds=41)
_LASTING = timedelta(minutes=17)
_FAILING = 23
_VERSIONS = 500


def many(state: State, count: int) -> None:
    """Add so many finished augmentation tasks, and as many text augmentation tasks of V2."""
    with state.lock:
        sides = [_version(state) for _ in range(_VERSIONS)]
        first = state.now() - count * _STEP - _LASTING
        enhance, augment = state.shelf("enhance_tasks"), state.shelf("text_augment_tasks")
        for number in range(count):
            source, dest = sides[number % _VERSIONS], sides[number * 7 % _VERSIONS - 1]
            when, serial = first + number * _STEP, state.new_number("enhance_tasks")
            enhance.add(_enhance(serial, when, source, dest))
            augment.add(_augment(serial, when, source, dest))


def _version(state: State) -> tuple[int, str, str]:
    number = state.new_number("dataset_versions")
    return number, state.new_id("ds"), f"sys_bos数据集{number}-V1"


def _enhance(
    serial: int, when: datetime, source: tuple[int, str, str], dest: tuple[int, str, str]
) -> Json:
    failed = serial % _FAILING == 0
    return {
        "id": serial,
        "strId": f"task-e{serial:015d}",
        "projectType": 20,
        "sourceDatasetId": source[0],
        "sourceDatasetStrId": source[1],
        "sourceDatasetName": source[2],
        "destDatasetId": dest[0],
        "destDatasetStrId": dest[1],
        "destDatasetName": dest[2],
        "area": 0,
        "status": FAILED if failed else DONE,
        "strategy": 0,
        "operations": "",
        "startTime": notation.naive(when),
        "finishTime": notation.naive(when + _LASTING),
        "failReason": "对象存储访问异常" if failed else "",
        "isSelfInstruct": True,
        "name": f"enhance_{serial}",
        "modelName": "ERNIE-3.5-8K",
    }


def _augment(
    serial: int, when: datetime, source: tuple[int, str, str], dest: tuple[int, str, str]
) -> Json:
    return {
        "taskId": f"task-a{serial:015d}",
        "taskName": f"augment_{serial}",
        "status": "Succeeded" if serial % _FAILING else "Failed",
        "taskType": "text",
        "srcDatasetVersionId": source[1],
        "dstDatasetVersionId": dest[1],
        "creator": "baidu_user",
        "createTime": notation.offset(when),
    }
