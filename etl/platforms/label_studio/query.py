"""How tasks are asked for: filters, order and fields of /api/tasks/.

See https://api.labelstud.io/api-reference/api-reference/tasks/list: the parameter `query` is JSON.
"""

from __future__ import annotations

import json
from typing import Any

from etl.platforms.label_studio import left_out
from etl.stream import Start

TASKS = "/api/tasks/"
Params = dict[str, str | int]


def query(
    start: Start,
    *,
    since: str | None = None,
    after: int = 0,
    upto: int | None = None,
    ordering: str = "tasks:id",
) -> Params:
    """Ask for a page of tasks: written since a time, of ids after one and up to another."""
    items = []
    if after:
        items.append(_filter("id", "greater", "Number", after))
    if upto is not None:
        items.append(_filter("id", "less_or_equal", "Number", upto))
    if since:
        # Any other notation of the time, seconds without fraction included, is answered by 500.
        stamp = f"{since[:10]}T{since[11:]}Z"
        items.append(_filter("updated_at", "greater_or_equal", "Datetime", stamp))
    filters = {"conjunction": "and", "items": items}
    return {
        "project": start.part.key,
        "page_size": start.source.page_size,
        "fields": "all",
        "resolve_uri": "false",
        "query": json.dumps({"filters": filters, "ordering": [ordering]}, separators=(",", ":")),
    }


def whole(start: Start, **wanted: Any) -> Params:
    """Ask for tasks with all that is mirrored of them."""
    omitted = sorted(left_out.OF_TASKS | left_out.OF_ANNOTATIONS)
    return query(start, **wanted) | {"omit": ",".join(omitted)}


def counted(start: Start, ordering: str = "tasks:id", rows: int = 1, **wanted: Any) -> Params:
    """Ask how many tasks there are: the envelope tells, the rows are few and bare."""
    fields: Params = {"page_size": rows, "include": "id,updated_at"}
    return query(start, ordering=ordering, **wanted) | fields


def _filter(field: str, operator: str, kind: str, value: str | int) -> Params:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}
