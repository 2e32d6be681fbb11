"""A row as it is kept made into the row that is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.quirks import Quirks

INT_IDS = frozenset({"id", "etlId", "sourceDatasetId", "destDatasetId"})
STR_IDS = frozenset({"strId", "etlStrId", "sourceDatasetStrId", "destDatasetStrId"})
_V1 = frozenset({"enhance_tasks", "etl_tasks"})


def served(kind: str, row: Json, quirks: Quirks) -> Json:
    """Show a V1 row with the ids of the day; V2 rows are shown as they are."""
    if kind not in _V1:
        return row
    if quirks.numeric_str_id and "etlStrId" in row:
        row = {**row, "etlStrId": row["etlId"]}
    hidden = (frozenset() if quirks.int_ids else INT_IDS) | (
        frozenset() if quirks.str_ids else STR_IDS
    )
    return {name: value for name, value in row.items() if name not in hidden} if hidden else row
