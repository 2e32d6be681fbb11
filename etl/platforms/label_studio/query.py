"""How tasks are asked for: filters, order and fields of /api/tasks/.

See https://api.labelstud.io/api-reference/api-reference/tasks/list: the parameter `query` is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from etl.exchange import Answer, Json
from etl.paging import listing
from etl.platforms.label_studio import left_out
from etl.times import utc
from etl.walk import Gone, Known, Start

TASKS = "/api/tasks/"
NEWEST = 5  # tasks looked at for the newest time, should the very newest have none
Params = dict[str, str | int]


class _Stamped(msgspec.Struct):
    updated_at: str | None = None


def query(  # noqa: PLR0913  # what there is to filter by
    start: Start,
    *,
    since: str | None = None,
    until: str | None = None,
    after: int = 0,
    upto: int | None = None,
    ids: Sequence[int] = (),
    ordering: str = "tasks:id",
) -> Params:
    """Ask for a page of tasks: written since a time and until one, of some ids or a range."""
    items = []
    if after:
        items.append(_filter("id", "greater", "Number", after))
    if upto is not None:
        items.append(_filter("id", "less_or_equal", "Number", upto))
    items += [_filter("id", "in_list", "List", list(ids))] if ids else []
    items += [_written("greater_or_equal", since)] if since else []
    items += [_written("less_or_equal", until)] if until else []
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


def counted(start: Start, **wanted: Any) -> Params:
    """Ask how many tasks there are: the envelope tells, the rows are the newest few and bare."""
    fields: Params = {"page_size": NEWEST, "include": "id,updated_at"}
    return query(start, ordering="-tasks:updated_at", **wanted) | fields


def told(answer: Answer) -> Known:
    """Read what the server has: number of tasks, newest time, annotations and predictions."""
    found = listing(answer, "tasks")
    sums = (found.number("total_annotations"), found.number("total_predictions"))
    return Known(found.number("total"), latest(*map(_stamp, found.records)), sums)


def lost(there: Known, here: Known) -> list[Gone]:
    """Tell how many annotations are gone, if there are fewer than the mirror holds."""
    told, held = (known.sums[0] if known.sums else 0 for known in (there, here))
    return [Gone(held - told, held, "annotations", parts=True)] if held > told else []


def latest(*stamps: str | None) -> str | None:
    """Give the latest of some times, of which some may be missing."""
    return max(filter(None, stamps), default=None)


def _stamp(record: bytes) -> str | None:
    """Read a task's time; one that makes no sense is left to the quarantine."""
    try:
        return utc(msgspec.json.decode(record, type=_Stamped).updated_at)
    except ValueError:
        return None


def _written(operator: str, moment: str) -> dict[str, Json]:
    # Any other notation of the time, seconds without fraction included, is answered by 500.
    return _filter("updated_at", operator, "Datetime", f"{moment[:10]}T{moment[11:]}Z")


def _filter(field: str, operator: str, kind: str, value: Json) -> dict[str, Json]:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}
