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


@dataclass(frozen=True)
class Sparse:
    """A sparse fieldset: what `include` and `omit` leave of a record's fields."""

    kept: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Tell whether a field is served; `include` serves nothing that it does not name."""
        return (not self.kept or name in self.kept) and name not in self.dropped

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Keep the fields that are served, in the serializer's own order."""
        return tuple(name for name in names if self.has(name))


EVERYTHING = Sparse()


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which keys a task row has, and which the annotations inside it have."""

    task: tuple[str, ...]
    annotation: tuple[str, ...]
    sparse: Sparse
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
    wanted = sparse(include, omit)
    return Shape(
        task=wanted.of(names),
        annotation=wanted.of(fields.ANNOTATION),
        sparse=wanted,
        whole=whole,
        resolved=resolved,
        caller=caller,
    )


def sparse(include: str | None, omit: str | None) -> Sparse:
    """Read the two parameters, names with commas in between."""
    return Sparse(_listed(include), _listed(omit))


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


def annotation(state: State, row: Annotation, wanted: Sparse = EVERYTHING) -> Json:
    """Make an annotation ready to encode."""
    return _whole(state, row, fields.ANNOTATION, wanted.of(fields.ANNOTATION), wanted)


def prediction(state: State, row: Prediction) -> Json:
    """Make a prediction ready to encode; it is always whole."""
    return _whole(state, row, fields.PREDICTION, fields.PREDICTION, EVERYTHING)


def row(
    state: State,
    record: Json,
    getters: Mapping[str, Json],
    names: Iterable[str],
    wanted: Sparse = EVERYTHING,
) -> Json:
    """Make a project or a user ready to encode."""
    return _whole(state, record, getters, wanted.of(names), wanted)


def _whole(
    state: State,
    record: Json,
    getters: Mapping[str, Json],
    names: Iterable[str],
    wanted: Sparse,
) -> dict[str, Json]:
    value = {name: getters[name](state, record) for name in names}
    return _spoiled(value, record.spoiled, getters, wanted)


def _task(state: State, row: Task, wanted: Shape) -> bytes:
    value: dict[str, Json] = {}
    for name in wanted.task:
        if not wanted.whole and name in fields.NOT_REAL:
            value[name] = fields.NOT_REAL[name]
        elif name == "annotations":
            value[name] = [
                _whole(state, one, fields.ANNOTATION, wanted.annotation, wanted.sparse)
                for one in row.annotations
            ]
        elif name == "predictions":
            value[name] = [prediction(state, one) for one in row.predictions]
        elif name == "drafts":
            mine = [one for one in row.drafts or () if one.user == wanted.caller]
            value[name] = [fields.draft(state, one) for one in mine]
        else:
            value[name] = fields.TASK[name](state, row)
    if wanted.resolved and "data" in value and _STORED_ELSEWHERE.search(row.data):
        value["data"] = msgspec.Raw(encoded(_resolved(decoded(row.data), row.id)))
    return msgspec.json.encode(_spoiled(value, row.spoiled, fields.TASK, wanted.sparse))


def _spoiled(
    value: dict[str, Json],
    spoiled: Spoiled | None,
    known: Mapping[str, Json],
    wanted: Sparse,
) -> dict[str, Json]:
    for name, text in (spoiled or {}).items():
        if text is None:
            value.pop(name, None)
        elif name in value or (name not in known and wanted.has(name)):
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
