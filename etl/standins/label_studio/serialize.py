"""Rows as the JSON of the API: sparse fieldsets, volatile fields and all."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from etl.standins.label_studio import fields
from etl.standins.label_studio.records import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Annotation, Prediction, Spoiled, Task
    from etl.standins.label_studio.state import State

_STORED_ELSEWHERE = re.compile(rb'"(?:s3|gs|azure-blob)://')
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which keys a task row has, and which the annotations inside it have."""

    task: tuple[str, ...]
    annotation: tuple[str, ...]
    whole: bool
    resolved: bool
    caller: int

    @property
    def volatile(self) -> bool:
        """Tell whether rows change with the time of day."""
        nested = "annotations" in self.task and "created_ago" in self.annotation
        return nested or "predictions" in self.task or "drafts" in self.task


def shape(
    *, whole: bool, include: str | None, omit: str | None, resolved: bool, caller: int
) -> Shape:
    """Apply `fields=all`, `include` and `omit`, nested annotations included."""
    names = fields.TASK if whole else [n for n in fields.TASK if n not in fields.ONLY_WHOLE]
    return Shape(
        task=sparse(names, include, omit),
        annotation=sparse(fields.ANNOTATION, include, omit),
        whole=whole,
        resolved=resolved,
        caller=caller,
    )


def sparse(names: Iterable[str], include: str | None, omit: str | None) -> tuple[str, ...]:
    """Keep the fields of a sparse fieldset, in the serializer's own order."""
    kept, dropped = _listed(include), _listed(omit)
    return tuple(n for n in names if (not kept or n in kept) and n not in dropped)


def task(state: State, row: Task, wanted: Shape) -> bytes:
    """Encode a task, or remember how it was encoded for the same shape."""
    stamp = state.epoch
    if wanted.volatile:
        stamp += int(state.clock.now().timestamp()) // _MINUTE
    shaped = row.shaped
    if shaped is not None and shaped[0] is wanted and shaped[1] == stamp:
        return shaped[2]
    text = _task(state, row, wanted)
    row.shaped = (wanted, stamp, text)
    return text


def annotation(
    state: State, row: Annotation, names: tuple[str, ...] = tuple(fields.ANNOTATION)
) -> Json:
    """Make an annotation ready to encode."""
    getters = fields.ANNOTATION
    return _spoiled({name: getters[name](state, row) for name in names}, row.spoiled, getters)


def prediction(state: State, row: Prediction) -> Json:
    """Make a prediction ready to encode; it is always whole."""
    return _spoiled(
        {name: get(state, row) for name, get in fields.PREDICTION.items()},
        row.spoiled,
        fields.PREDICTION,
    )


def row(state: State, record: Json, getters: Mapping[str, Json], names: Iterable[str]) -> Json:
    """Make a project or a user ready to encode."""
    return _spoiled({name: getters[name](state, record) for name in names}, record.spoiled, getters)


def _task(state: State, row: Task, wanted: Shape) -> bytes:
    value: dict[str, Json] = {}
    for name in wanted.task:
        if not wanted.whole and name in fields.NOT_REAL:
            value[name] = fields.NOT_REAL[name]
        elif name == "annotations":
            value[name] = [annotation(state, one, wanted.annotation) for one in row.annotations]
        elif name == "predictions":
            value[name] = [prediction(state, one) for one in row.predictions]
        elif name == "drafts":
            mine = [one for one in row.drafts or () if one.user == wanted.caller]
            value[name] = [fields.draft(state, one) for one in mine]
        else:
            value[name] = fields.TASK[name](state, row)
    if wanted.resolved and "data" in value and _STORED_ELSEWHERE.search(row.data):
        value["data"] = msgspec.Raw(encoded(_resolved(decoded(row.data), row.id)))
    return msgspec.json.encode(_spoiled(value, row.spoiled, fields.TASK))


def _spoiled(
    value: dict[str, Json], spoiled: Spoiled | None, known: Mapping[str, Json]
) -> dict[str, Json]:
    for name, text in (spoiled or {}).items():
        if text is None:
            value.pop(name, None)
        elif name in value or name not in known:
            value[name] = msgspec.Raw(text)
    return value


def _resolved(value: Json, task_id: int) -> Json:
    if isinstance(value, dict):
        return {key: _resolved(inner, task_id) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, task_id) for inner in value]
    if isinstance(value, str) and _STORED_ELSEWHERE.match(b'"' + value.encode("utf-8", "replace")):
        uri = base64.urlsafe_b64encode(value.encode()).decode()
        return f"/tasks/{task_id}/resolve/?fileuri={uri}"
    return value


def _listed(names: str | None) -> frozenset[str]:
    return frozenset(name.strip() for name in (names or "").split(",") if name.strip())
