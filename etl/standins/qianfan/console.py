"""The V1 endpoints: an envelope around the result, pages by row offset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.qianfan import enhancing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.standins.qianfan.call import Call

_LARGEST = 20
_USUAL = 10


def enhance_list(call: Call) -> Answer:
    """List augmentation tasks, the largest id first unless they are sorted by start."""
    body = call.body()
    if body.get("isSelfInstruct") is not True:
        raise call.wrong("isSelfInstruct")
    rows: Sequence[Json] = call.state.shelf("enhance_tasks").rows
    if word := call.text("word"):
        rows = [row for row in rows if _matches(row, word)]
    result = _page(call, "enhance_tasks", _sorted(call, rows))
    return _envelope(call, result, call.request_id)


def enhance_detail(call: Call) -> Answer:
    """Show one augmentation task, which has more fields here than in the list."""
    key = call.text("taskId")
    if key not in call.state.shelf("enhance_tasks"):
        raise call.wrong("taskId")
    row = enhancing.detail(call.state, key)
    return _envelope(call, call.state.served("enhance_tasks", row), call.request_id)


def etl_list(call: Call) -> Answer:
    """List cleaning tasks, usually newest first; its `log_id` is a number."""
    rows = call.state.shelf("etl_tasks").rows
    busy = sum(row["processStatus"] == 1 for row in rows)
    order = call.state.quirks.etl_order
    listed = rows[::-1] if order == "newest" else rows
    if order == "key":
        listed = sorted(rows, key=lambda row: str(row["etlStrId"]))
    result = {"processingCount": busy, **_page(call, "etl_tasks", listed)}
    return _envelope(call, result, int(call.request_id))


def _sorted(call: Call, rows: Sequence[Json]) -> Sequence[Json]:
    """Order rows; `sortField` and `sortBy` come together or not at all."""
    field, by = call.text("sortField"), call.text("sortBy")
    if bool(field) != bool(by) or field not in {"", "startTime"} or by not in {"", "asc", "desc"}:
        raise call.wrong("sortField")
    if not field:
        return rows[::-1]
    if call.state.quirks.flipping and int(call.request_id) % 2:
        rows = rows[::-1]
    return sorted(rows, key=lambda row: str(row.get("startTime")), reverse=by == "desc")


def _matches(row: Json, word: str) -> bool:
    names = (row.get("sourceDatasetName", ""), row.get("destDatasetName", ""))
    ids = (row.get("sourceDatasetStrId"), row.get("destDatasetStrId"))
    return word in ids or any(word in name for name in names)


def _page(call: Call, kind: str, rows: Sequence[Json]) -> dict[str, Json]:
    offset = call.integer("offset", 0, 0)
    size = call.integer("pageSize", _USUAL, 1, _LARGEST)
    quirks = call.state.quirks
    start = 0 if quirks.repeating else offset
    items = [call.state.served(kind, row) for row in rows[start : start + size]]
    return {"total": len(rows), "items": None if quirks.null_items and not items else items}


def _envelope(call: Call, result: Json, log_id: str | int) -> Answer:
    status = "200" if call.state.quirks.text_status else 200
    body = {"log_id": log_id, "result": result, "status": status, "success": True}
    return json_answer(body, x_bce_request_id=call.request_id)
