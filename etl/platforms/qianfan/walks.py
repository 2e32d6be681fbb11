"""How Qianfan's V1 lists are walked: by offset, newest first to what is known, or whole.

Nothing tells when a record changed. A record that is done changes no more but for its names, so
a long list is read from its new end until the newest record of the last walk and every record
that was still under way have come by; it is read whole when it is short, when the total says that
something was deleted, and once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from etl.platforms.qianfan.listings import V1_PAGE, Listing, Rows
from etl.platforms.qianfan.reading import MOST_OPEN, SHORT, Reading, date, recent
from etl.stream import Page, Position, Start, Walk

TRIES = 3  # whole readings before a list that will not stand still is left as it is


def by_offset(listing: Listing) -> Callable[[Start], Walk]:
    """Make the walk of a V1 list, which is in the order of ids, newest first."""

    def walk(start: Start) -> Walk:
        size = min(start.source.page_size, V1_PAGE)
        answer = yield listing.by_offset(0, size)
        first = listing.offset_page(answer)
        before = start.position.state or {}
        now = date(answer)
        if _long_and_known(before, first.total, now):
            found = yield from _head(listing, first, before, size)
            if found is not None:
                state = {**before, **found}
                yield Page([], Position(state=state), last=True)
                return
        yield from _sweep(start, listing, first, size, now)

    return walk


def _long_and_known(before: dict[str, Any], total: int, now: str | None) -> bool:
    """Tell whether the new end of a list is enough."""
    return total > SHORT and recent(before.get("swept"), now) and before.get("open") is not None


def _head(
    listing: Listing, first: Rows, before: dict[str, Any], size: int
) -> Generator[Any, Any, dict[str, Any] | None]:
    """Read from the new end to what is known; None if the list must be read whole.

    It must when records were deleted: then there are fewer than the known and the new ones.
    """
    reading = Reading(listing)
    awaited = {before["head"], *before["open"]}
    total = yield from _pages(reading, first, size, lambda: awaited <= reading.seen.keys())
    if not awaited <= reading.seen.keys():
        return None
    known = list(reading.seen).index(before["head"])
    if before["total"] + known != total:
        return None
    head = next(iter(reading.seen))
    return {"head": head, "open": reading.under_way[:MOST_OPEN], "total": total}


def _sweep(start: Start, listing: Listing, first: Rows, size: int, now: str | None) -> Walk:
    """Read the whole list; conclude deletions only from one that stood still meanwhile."""
    for _ in range(TRIES):
        reading = Reading(listing)
        total = yield from _pages(reading, first, size, lambda: False)
        if not reading.shifted and total == first.total == len(reading.seen):
            state = _swept(reading, total, now)
            yield Page([], Position(state=state), complete=reading.complete(start), last=True)
            return
        if total != first.total or reading.shifted:
            first = listing.offset_page((yield listing.by_offset(0, size)))
            continue
        break  # it stands still and does not add up: another reading would not either
    # Everything that was shown is mirrored; what is gone is left to the next run.
    yield Page([], Position(state=None), last=True)


def _swept(reading: Reading, total: int, now: str | None) -> dict[str, Any]:
    under_way = reading.under_way
    state: dict[str, Any] = {
        "head": next(iter(reading.seen), ""),
        "open": under_way if len(under_way) <= MOST_OPEN else None,
        "total": total,
    }
    return state | ({"swept": now} if total > SHORT else {})


def _pages(
    reading: Reading, rows: Rows, size: int, enough: Callable[[], bool]
) -> Generator[Any, Any, int]:
    """Read pages that overlap by a row, so that one that was shifted gives itself away.

    Gives the total at the end, with the rows that came in at the top meanwhile read too.
    """
    listing, offset, last = reading.listing, 0, ""
    while True:
        news = reading.note(rows)
        yield Page(rows.records, total=max(rows.total - offset, len(rows.records)))
        if enough() or len(rows.ids) < size or offset + len(rows.ids) >= rows.total or not news:
            break
        last, step = rows.ids[-1], max(size - 1, 1)
        offset += step
        rows = listing.offset_page((yield listing.by_offset(offset, size)))
        while offset > 0 and (not rows.ids or rows.ids[0] not in reading.seen):
            # Rows before this page were deleted, and others slipped past: step back to the known.
            reading.shifted, offset = True, max(0, offset - step)
            rows = listing.offset_page((yield listing.by_offset(offset, size)))
        reading.shifted |= rows.ids[:1] != [last]
    if offset == 0:
        return rows.total
    return (yield from _newcomers(reading, size))


def _newcomers(reading: Reading, size: int) -> Generator[Any, Any, int]:
    """Look at the new end again: what came in meanwhile pushed known rows down."""
    listing, head, offset = reading.listing, next(iter(reading.seen)), 0
    arrived: dict[str, bool] = {}
    while True:
        rows = listing.offset_page((yield listing.by_offset(offset, size)))
        if head in rows.ids[:1] and not offset:
            return rows.total
        reading.shifted = True
        fresh = Reading(listing)
        fresh.note(rows)
        arrived.update(fresh.seen)
        yield Page(rows.records)
        if head in rows.ids or len(rows.ids) < size:
            break
        offset += max(size - 1, 1)
    reading.seen = {**arrived, **{k: v for k, v in reading.seen.items() if k not in arrived}}
    return rows.total
