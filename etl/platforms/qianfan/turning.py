"""Turning the pages of a V1 list, whose rows move while they are read.

Pages overlap by a row, so that one that was shifted gives itself away: it must begin with a row
that was seen. Where it does not, rows before it were deleted and others slipped past.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from etl.errors import BadAnswer
from etl.platforms.qianfan.listings import Rows
from etl.platforms.qianfan.reading import TRIES, Reading
from etl.platforms.qianfan.spoilt import page
from etl.walk import Page, Position

Leave = Callable[[Reading, int, Rows], Position | None]


def nowhere(_reading: Reading, _offset: int, _rows: Rows) -> Position | None:
    """Leave no position on the way."""
    return None


def turned(  # noqa: PLR0913  # where to begin, when to end, and what to note in between
    reading: Reading,
    rows: Rows,
    size: int,
    *,
    offset: int = 0,
    enough: Callable[[], bool] = lambda: False,
    leave: Leave = nowhere,
) -> Generator[Any, Any, int]:
    """Read pages on from `rows`, and what came in at the new end meanwhile; give the total."""
    listing, repeated = reading.listing, 0
    alone = offset == 0
    while True:
        reading.note(rows)
        left = max(rows.total - offset, len(rows.records))
        at = leave(reading, offset, rows)
        yield Page(rows.records, at, total=left, unreadable=rows.unreadable)
        # A total may be too low: only a page with room left is the last.
        at_end = not rows.ids or (offset + len(rows.ids) >= rows.total and len(rows.ids) < size)
        if enough() or at_end:
            break
        if repeated == TRIES:
            raise BadAnswer(f"the list of {rows.total} gives the same page at every offset")
        before, step, alone = rows.ids, max(len(rows.ids) - 1, 1), False
        offset += step
        rows = yield from page(listing, offset, size)
        while offset > 0 and (not rows.ids or rows.ids[0] not in reading.seen):
            reading.shifted = reading.stepped = True
            offset = max(0, offset - step)
            rows = yield from page(listing, offset, size)
        reading.shifted |= rows.ids[:1] != before[-1:]
        repeated = repeated + 1 if rows.ids == before else 0
        reading.repeated |= bool(repeated) and len(before) > 1
    if alone:
        return rows.total
    return (yield from _newcomers(reading, size))


def _newcomers(reading: Reading, size: int) -> Generator[Any, Any, int]:
    """Look at the new end again: what came in meanwhile pushed known rows down."""
    listing, offset, arrived = reading.listing, 0, Reading(reading.listing)
    while True:
        rows: Rows = yield from page(listing, offset, size)
        if not offset and rows.ids[:1] == list(reading.seen)[:1]:
            return rows.total
        reading.shifted = True
        arrived.note(rows)
        yield Page(rows.records, unreadable=rows.unreadable)
        met = any(ident in reading.seen for ident in rows.ids)
        if met or not rows.ids or offset + len(rows.ids) >= rows.total:
            break
        offset += max(len(rows.ids) - 1, 1)
    reading.prepend(arrived)
    return rows.total
