"""The columns a task can be filtered and ordered by, with their casts and operators."""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from etl.standins.label_studio import fields
from etl.standins.label_studio.records import decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Task

DATETIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

_NO_ALIAS = re.compile(r"""['`"\]\[;\s\x00-\x1F\x7F-\x9F]|#|--|/\*|\*/""")
_ALIASES = (
    "Column aliases cannot contain whitespace characters, hashes, control characters, "
    "quotation marks, semicolons, or SQL comments."
)
_PLAIN = (
    "id",
    "inner_id",
    "project",
    "created_at",
    "updated_at",
    "is_labeled",
    "overlap",
    "total_annotations",
    "cancelled_annotations",
    "total_predictions",
    "updated_by",
    "file_upload",
)


class Invalid(ValueError):
    """A query the server answers with an error."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def column(name: str) -> Callable[[Task], Json]:
    """Return what reads a column of a task."""
    if "__" in name and not name.startswith("data."):
        raise Invalid(400, f'"__" is not generally allowed in filters: "{name}"')
    if name in _PLAIN:
        return operator.attrgetter(name)
    if name in _DERIVED:
        return _DERIVED[name]
    if name.startswith("data."):
        return _datum(name.removeprefix("data."))
    choices = ", ".join(sorted((*_PLAIN, *_DERIVED)))
    raise Invalid(500, f"Cannot resolve keyword '{name}' into field. Choices are: {choices}")


def _datum(key: str) -> Callable[[Task], Json]:
    """Return what reads a field of the data; Django takes some names for something else."""
    if _NO_ALIAS.search(key):
        raise Invalid(500, _ALIASES)
    if "__" in key or key.endswith("_") or _is_whole(key):
        return lambda _task: None
    return lambda task: decoded(task.data).get(key)


def _is_whole(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def cast(kind: str, value: Json) -> Json:
    """Turn the value of a filter into what its type says."""
    if kind == "Number":
        return _number(value)
    if kind == "Datetime":
        return _instant(value)
    if kind == "Boolean":
        return (
            value if isinstance(value, bool) else str(value).lower() in {"true", "yes", "on", "1"}
        )
    return value


def comparison(name: str, value: Json) -> Callable[[Json, Json], bool]:
    """Return the comparison of an operator; an unknown operator means equal."""
    if name == "regex" and not _is_pattern(value):
        return lambda _left, _right: False
    return _COMPARED.get(name, operator.eq)


def span(kind: str, value: Json) -> tuple[Json, Json]:
    """Return the two inclusive ends of an `in` filter."""
    if not isinstance(value, dict) or not {"min", "max"} <= value.keys():
        raise Invalid(500, f"{type(value).__name__!r} object has no attribute 'min'")
    return cast(kind, value["min"]), cast(kind, value["max"])


def is_empty(value: Json) -> bool:
    """Tell whether a column counts as empty."""
    return value is None or value in ("", [], 0)


def _number(value: Json) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Invalid(500, f"could not convert string to float: {value!r}") from error


def _instant(value: Json) -> datetime:
    try:
        return datetime.strptime(value, DATETIME_FORMAT).replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        detail = f"time data {value!r} does not match format '{DATETIME_FORMAT}'"
        raise Invalid(500, detail) from error


def _present(compare: Callable[[Json, Json], bool]) -> Callable[[Json, Json], bool]:
    return lambda left, right: left is not None and compare(left, right)


def _contains(left: Json, right: Json) -> bool:
    return left is not None and str(right).lower() in str(left).lower()


def _is_pattern(pattern: Json) -> bool:
    try:
        re.compile(str(pattern))
    except re.error:
        return False
    return True


def _annotators(task: Task) -> str:
    return ",".join(str(one.completed_by) for one in task.annotations)


_COMPARED: dict[str, Callable[[Json, Json], bool]] = {
    "less": _present(operator.lt),
    "greater": _present(operator.gt),
    "less_or_equal": _present(operator.le),
    "greater_or_equal": _present(operator.ge),
    "not_equal": operator.ne,
    "contains": _contains,
    "not_contains": lambda left, right: not _contains(left, right),
    "regex": lambda left, right: re.search(str(right), str(left or "")) is not None,
}

_DERIVED: dict[str, Callable[[Task], Json]] = {
    "completed_at": fields.completed_at,
    "meta": lambda task: task.meta.decode(),
    "draft_exists": lambda task: bool(task.drafts),
    "annotators": _annotators,
    "annotations_ids": lambda task: ",".join(str(one.id) for one in task.annotations),
    "annotations_results": lambda task: b",".join(one.result for one in task.annotations).decode(),
    "predictions_results": lambda task: b",".join(one.result for one in task.predictions).decode(),
}
