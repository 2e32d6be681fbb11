"""The filter language of the task list, with everything it answers 500 to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING

from etl.standins.label_studio import columns
from etl.standins.label_studio.columns import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Project, Task

    Test = Callable[[Task], bool]

_PREFIX = "filter:tasks:"
_ON_ID = _PREFIX + "id"


@dataclass(frozen=True)
class Selection:
    """The tasks a query found, in its order, and the totals of all of them."""

    tasks: Sequence[Task]
    total_annotations: int
    total_predictions: int


def select(project: Project, query: Json) -> Selection:
    """Run a query (decoded JSON) over the tasks of a project."""
    if not isinstance(query, dict):
        raise Invalid(500, f"{type(query).__name__!r} object has no attribute 'get'")
    filters = query.get("filters") or {}
    items, conjunction = filters.get("items") or [], filters.get("conjunction", "and")
    if conjunction not in {"and", "or"}:
        raise Invalid(500, "1 validation error for PrepareParams\nfilters.conjunction")
    either = conjunction == "or"
    first, last, rest = (0, len(project.ids), items) if either else _sliced(project.ids, items)
    tests = [_test(item) for item in rest]
    chosen = _chosen(query.get("selectedItems") or {})
    if not tests and chosen is None and not query.get("ordering"):
        return _slice(project, first, last)
    found: Sequence[Task] = project.tasks[first:last]
    if either and tests:
        found = [task for task in found if any(test(task) for test in tests)]
    for test in (*([] if either else tests), *([chosen] if chosen else [])):
        found = list(filter(test, found))
    return _totalled(_ordered(found, query.get("ordering") or []))


def _sliced(ids: Sequence[int], items: Json) -> tuple[int, int, list[Json]]:
    """Turn conditions on the id into a slice of the sorted ids: they need no scan."""
    first, last, rest = 0, len(ids), []
    for item in items:
        ends = _ends(ids, item)
        if ends is None:
            rest.append(item)
        else:
            first, last = max(first, ends[0]), min(last, ends[1])
    return first, max(first, last), rest


def _ends(ids: Sequence[int], item: Json) -> tuple[int, int] | None:
    if not isinstance(item, dict) or item.get("filter") != _ON_ID or item.get("type") != "Number":
        return None
    name, value = item.get("operator"), item.get("value")
    if name not in {"greater", "greater_or_equal", "less", "less_or_equal"}:
        return None
    number = columns.cast("Number", value)
    side = bisect_right if name in {"greater", "less_or_equal"} else bisect_left
    place = side(ids, number)
    return (place, len(ids)) if name.startswith("greater") else (0, place)


def _test(item: Json) -> Test:
    name, operator, kind = _parts(item)
    read, value = columns.column(name), item["value"]
    if operator in {"in", "not_in"}:
        low, high = columns.span(kind, value)
        inside = operator == "in"
        return lambda task: (low <= read(task) <= high) is inside
    if operator == "empty":
        wanted = columns.cast("Boolean", value)
        return lambda task: columns.is_empty(read(task)) is wanted
    if operator in {"in_list", "not_in_list"}:
        listed = value if isinstance(value, list) else [value]
        members, inside = set(map(_hashable, listed)), operator == "in_list"
        return lambda task: (read(task) in members) is inside
    return _compared(name, operator, columns.cast(kind, value))


def _compared(name: str, operator: str, value: Json) -> Test:
    if operator == "greater_or_equal" and name == "updated_at":
        # The delta of every run: worth a closure without calls.
        return lambda task: bool(task.updated_at >= value)
    read, compare = columns.column(name), columns.comparison(operator, value)
    return lambda task: compare(read(task), value)


def _parts(item: Json) -> tuple[str, str, str]:
    for key in ("filter", "operator", "type", "value"):
        if not isinstance(item, dict) or item.get(key) is None:
            raise Invalid(500, f"1 validation error for PrepareParams\nfilters.items.{key}")
    if not str(item["filter"]).startswith(_PREFIX):
        raise Invalid(500, "reduce() of empty iterable with no initial value")
    return str(item["filter"]).removeprefix(_PREFIX), str(item["operator"]), str(item["type"])


def _chosen(selected: Json) -> Test | None:
    if selected.get("all") is False and selected.get("included"):
        included = set(selected["included"])
        return lambda task: task.id in included
    if selected.get("all") is True and selected.get("excluded"):
        excluded = set(selected["excluded"])
        return lambda task: task.id not in excluded
    return None


def _ordered(tasks: Sequence[Task], ordering: Sequence[str]) -> Sequence[Task]:
    if not ordering:
        return tasks
    name = ordering[0].replace("tasks:", "")
    descending, read = name.startswith("-"), columns.column(name.lstrip("-+"))
    # There is no tiebreaker, so equal rows come in an order nobody may rely on.
    shuffled = sorted(tasks, key=lambda task: task.id * 2654435761 % 4294967296)
    present = [task for task in shuffled if read(task) is not None]
    absent = [task for task in shuffled if read(task) is None]
    return sorted(present, key=read, reverse=descending) + absent


def _totalled(tasks: Sequence[Task]) -> Selection:
    return Selection(
        tasks,
        sum(map(attrgetter("total_annotations"), tasks)),
        sum(map(attrgetter("total_predictions"), tasks)),
    )


def _slice(project: Project, first: int, last: int) -> Selection:
    if project.summed[0] != project.version:
        annotations = accumulate(map(attrgetter("total_annotations"), project.tasks), initial=0)
        predictions = accumulate(map(attrgetter("total_predictions"), project.tasks), initial=0)
        project.summed = (project.version, list(annotations), list(predictions))
    _, annotated, predicted = project.summed
    return Selection(
        project.tasks[first:last],
        annotated[last] - annotated[first],
        predicted[last] - predicted[first],
    )


def _hashable(value: Json) -> Json:
    return value if isinstance(value, str | int | float | bool) else repr(value)
