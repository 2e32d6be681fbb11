"""Going on with the first reading of a long V1 list where it was interrupted.

What is left of it is where it was, by offset and by id, and how much it had seen. It goes on if
the row it ended with is found where the rows that came in since have pushed it; else it begins
anew. Deletions are not concluded from a reading in two pieces: the next whole one sees to that.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from etl.platforms.qianfan.listings import Listing, Rows
from etl.platforms.qianfan.reading import Reading
from etl.platforms.qianfan.spoilt import page
from etl.platforms.qianfan.turning import Leave, turned
from etl.walk import Position

EVERY = 25  # pages; a longer stretch would be read again, a shorter one noted needlessly
FEW = 200  # rows gone from the new end since, beyond which it begins anew


def left(began: str | None, before: dict[str, Any] | None = None) -> Leave:
    """Make what notes, every so many pages, where the reading is."""
    pages = 0

    def leave(reading: Reading, offset: int, rows: Rows) -> Position | None:
        nonlocal pages
        pages += 1
        if pages % EVERY or not rows.ids or reading.stepped or not reading.newest_first:
            return None
        if reading.blind:
            return None
        at = {
            "offset": offset + len(rows.ids) - 1,
            "last": rows.ids[-1],
            "top": next(iter(reading.seen)),
            "total": rows.total,
            "count": _counted(reading, before),
            "open": _under_way(reading, before),
            "began": began,
        }
        return Position(state={"resume": at}, unfinished=True)

    return leave


def resumed(
    listing: Listing, first: Rows, before: dict[str, Any], size: int
) -> Generator[Any, Any, dict[str, Any] | None]:
    """Read what came in since, and then on from where the last reading ended.

    Gives the state to leave; None if the list must be read from its beginning.
    """
    reading = Reading(listing)
    far = len(first.ids) + max(first.total - before["total"], 0) + FEW

    def done() -> bool:
        return before["top"] in reading.seen or len(reading.seen) > far

    yield from turned(reading, first, size, enough=done)
    if before["top"] not in reading.seen or reading.stepped or reading.rising or reading.blind:
        return None
    known = list(reading.seen).index(before["top"])
    offset = before["offset"] + known
    rows = yield from page(listing, offset, size)
    if before["last"] not in rows.ids:
        return None
    counted = {*reading.seen, *rows.ids[: rows.ids.index(before["last"]) + 1]}
    further = Reading(listing, seen=dict(reading.seen), falling=reading.falling)
    before = before | {
        "count": before["count"] + known - len(counted),
        "first": next(iter(reading.seen)),
        "front": len(reading.seen),
        "open": before["open"] and {i: place + known for i, place in before["open"].items()},
    }
    leave = left(before["began"], before)
    total = yield from turned(further, rows, size, offset=offset, leave=leave)
    adds_up = _counted(further, before) == total and further.newest_first and not further.stepped
    return {
        **further.newest,
        "open": None if further.blind else _under_way(further, before),
        "total": total,
        "swept": before["began"] if adds_up else None,
    }


def _counted(reading: Reading, before: dict[str, Any] | None) -> int:
    """Count the rows seen since the list was begun."""
    return len(reading.seen) + (before["count"] if before else 0)


def _under_way(reading: Reading, before: dict[str, Any] | None) -> dict[str, int] | None:
    """Give what is under way of all that was seen since the list was begun, and where it is."""
    here = reading.places
    if before is None or here is None:
        return here
    if before["open"] is None:
        return None
    came = list(reading.seen).index(before["first"])  # at the new end, since it was gone on with
    front = before["front"] + came
    here = {i: n if n < front else n + before["count"] for i, n in here.items()}
    earlier = {i: n + came for i, n in before["open"].items() if i not in reading.seen}
    return earlier | here
