"""What Qianfan's records need beside their columns: ids, times, and names for codes.

Ids come as text, as the number about to be retired, or as both. Times come without an offset
(Beijing's: it has had no summer time since 1991), with one, in nanoseconds, as seconds or
milliseconds since 1970; and the lack of one as an empty text, a dash or the year 0 or 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from etl.exchange import Json
from etl.times import utc

BEIJING = timezone(timedelta(hours=8))
NO_TIME = frozenset({"", "-", "0"})
NO_YEAR = ("0000-", "0001-")
MILLISECONDS = 10**11  # since 1970; seconds reach that in the year 5138
_SEPARATORS = re.compile("[,，]")  # noqa: RUF001  # the platform's own, full-width one

Record = dict[str, Json]
PROJECT_TYPES = {20: "dialogue", 401: "text without labels", 402: "queries", 705: "text to image"}
AREAS = {0: "whole", 1: "whole and box"}
STATES = {-1: "none", 0: "preparing", 1: "running", 2: "completed", 3: "terminated", 4: "failed"}
STRATEGIES = {1: "serial", 2: "parallel"}
PROCESS_STATES = {
    0: "none",
    1: "running",
    2: "done",
    3: "interrupted",
    4: "failed",
    5: "paused",
}


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How one kind of record spells its id, its times, its codes and its other ids.

    `numbers` are fields of which no document that could be had tells the type; `born` are those
    that grow from record to record, the surest first.
    """

    key: str
    number: str | None = None
    times: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    codes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    other_names: Mapping[str, str] = field(default_factory=dict)

    def ident(self, record: Record) -> str:
        """Give a record's id; empty for one that has none."""
        found, prefix = record.get(self.key), ""
        if found in (None, "") and self.number:
            found, prefix = record.get(self.number), "id:"
        named = type(found) is int or (isinstance(found, str) and found != "")
        return f"{prefix}{found}" if named else ""

    def birth(self, record: Record) -> tuple[int, int | str] | None:
        """Give what tells the older of two records, if both have the same kind of it."""
        for rank, name in enumerate(self.born):
            found = record.get(name, record.get(self._spelt(record, name)))
            if name not in self.times and type(found) is int:
                return rank, found
            if name in self.times and (began := _moment_or_none(found)):
                return rank, began
        return None

    def _spelt(self, record: Record, name: str) -> str:
        """Find the name under which a record has a field."""
        return next((o for o, n in self.other_names.items() if n == name and o in record), name)

    def mend(self, record: Record, _zone: tzinfo) -> Record:
        """Put a record right: one id as text, times in ISO 8601, a name beside each code."""
        fields = dict(record)
        for other, name in self.other_names.items():
            if other in fields and name not in record:
                fields[name] = fields.pop(other)
        ident = self.ident(record)
        if self.number:
            fields["numericId"] = fields.pop(self.number, None)
        fields.pop(self.key, None)
        fields["id"] = ident or None
        for name in self.times:
            fields[name] = moment(fields.get(name))
        for name, names in self.codes.items():
            fields[f"{name}Name"] = named(fields.get(name), names)
        for name in self.texts:
            if type(fields.get(name)) is int:
                fields[name] = str(fields[name])
        for name in self.numbers:
            fields.update(_number(name, fields.get(name)))
        return fields


def moment(value: Json) -> str | None:
    """Read a time, in whichever notation. Raises ValueError for what is none."""
    if value is None or (isinstance(value, str) and _says_nothing(value)):
        return None
    if type(value) in (int, float):
        return _since_1970(value)
    if not isinstance(value, str):
        raise ValueError(f"{json.dumps(value)[:50]} is not a time")  # noqa: TRY004  # of a record
    found = utc(value, BEIJING)
    return f"{found[:10]}T{found[11:]}Z" if found else None


def _says_nothing(text: str) -> bool:
    return text in NO_TIME or text.startswith(NO_YEAR)


def _since_1970(number: float) -> str | None:
    if number <= 0:
        return None
    try:
        seconds = number / 1000 if number >= MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, OSError) as error:
        raise ValueError(f"{number} is not a time") from error


def _moment_or_none(value: Json) -> str | None:
    try:
        return moment(value)
    except ValueError:
        return None


def _number(name: str, value: Json) -> Record:
    """Take a number, as text too; anything else is set beside it, so that no record is lost."""
    if value is None or type(value) in (int, float):
        return {}
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return {name: int(value)}
    return {name: None, f"{name} (as sent)": value}


def named(code: Json, names: Mapping[int, str]) -> str | None:
    """Give a code's name; one nobody documented says so."""
    return None if code is None else names.get(code, f"unknown ({code})")


def operations(listed: bytes) -> tuple[list[tuple[Any, ...]]]:
    """Split the list of operations, which comes as one text."""
    found = json.loads(bytes(listed))
    names = _SEPARATORS.split(found) if isinstance(found, str) else found or ()
    told = [name.strip() for name in names if name.strip()]
    return (list(enumerate(told)),)


AUGMENTATION = Spelling(
    key="strId",
    number="id",
    times=("startTime", "finishTime"),
    born=("id",),
    codes={
        "projectType": PROJECT_TYPES,
        "area": AREAS,
        "status": STATES,
        "strategy": STRATEGIES,
    },
    texts=("sourceDatasetStrId", "destDatasetStrId"),
)
ETL = Spelling(
    key="etlStrId",
    number="etlId",
    times=("createTime", "startTime", "finishTime", "modifyTime"),
    born=("etlId", "createTime"),
    codes={"processStatus": PROCESS_STATES},
    texts=("sourceDatasetStrId", "destDatasetStrId"),
    numbers=("entityCount", "entityType", "status", "errCode"),
)
# The name of its creation time stands in no document that could be had: any of these is taken.
TEXT_AUGMENTATION = Spelling(
    key="taskId",
    times=("createTime", "finishTime"),
    born=("createTime",),
    other_names=dict.fromkeys(
        ("createdTime", "creationTime", "createDate", "createdAt", "createAt"), "createTime"
    )
    | {"finishDate": "finishTime"},
)
DATASET = Spelling(key="datasetId", times=("createTime", "modifyTime"))
VERSION = Spelling(
    key="versionId",
    times=("createTime", "modifyTime", "publishTime"),
    numbers=("versionNumber", "entityCount", "characterCount"),
)
JOB = Spelling(key="jobId", times=("createDate",))
TRAINING = Spelling(key="taskId", times=("createDate", "finishDate"))
INFERENCE = Spelling(
    key="taskId",
    times=("createTime", "finishTime"),
    born=("createTime",),
    numbers=("errorCode", "progress", "inputTokenUsage", "outputTokenUsage"),
)
