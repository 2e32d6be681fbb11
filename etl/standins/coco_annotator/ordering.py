"""The order of a page: rows that tie come differently for every page, so that some get lost."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.exchange import Json


def ordered(rows: Iterable[Document], order: str, skip: int) -> list[Document]:
    """Sort by a field, `-` for downwards; without one, keep the order of insertion.

    An unknown field is no error: then all rows tie. MongoDB sorts ties anew for each skip.
    """
    found = list(rows)
    if not order:
        return found
    name = order.removeprefix("-")
    name = "id" if name in {"_id", "pk"} else name
    if name != "id":
        Random(skip).shuffle(found)  # noqa: S311
    return sorted(found, key=lambda row: _rank(row.get(name)), reverse=order.startswith("-"))


def _rank(value: Json) -> tuple[int, Json]:
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 4, value
    if isinstance(value, int | float):
        return 1, value
    return (2, value) if isinstance(value, str) else (3, json.dumps(value))
