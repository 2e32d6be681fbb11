"""How Qianfan's V2 lists are walked: by marker, from the new end to what is known, or whole.

A marker is where the next page begins. There is no total, so a deletion in a long list shows when
a record that was under way does not come by, or once a day. Which end is the new one is not
documented; it is told from the times of the first and last record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from etl.platforms.qianfan.listings import V2_PAGE, Listing, Rows
from etl.platforms.qianfan.reading import MOST_OPEN, SHORT, Reading, date, recent
from etl.stream import Complete, Page, Position, Request, Start, Walk


def by_marker(listing: Listing) -> Callable[[Start], Walk]:
    """Make the walk of a V2 list."""

    def walk(start: Start) -> Walk:
        before = start.position.state or {}
        if not before.get("swept"):
            yield from _sweep(start, listing)
            return
        ask = _asking(listing, start, backwards=bool(before["backwards"]))
        answer = yield ask("")
        if recent(before["swept"], date(answer)):
            reading, rows = Reading(listing), listing.marker_page(answer)
            awaited = {before["head"], *before["open"]}
            yield from _pages(reading, rows, ask, lambda: awaited <= reading.seen.keys())
            if awaited <= reading.seen.keys():
                found = {"head": next(iter(reading.seen)), "open": reading.under_way}
                yield Page([], Position(state={**before, **found}), last=True)
                return
        yield from _sweep(start, listing)

    return walk


def _asking(listing: Listing, start: Start, *, backwards: bool) -> Callable[[str], Request]:
    """Make what asks for the page at a marker."""
    size = min(start.source.page_size, V2_PAGE)
    parent = {listing.parent: start.part.key} if listing.parent else {}
    return lambda marker: listing.by_marker(marker, size, pageReverse=backwards, **parent)


def _sweep(start: Start, listing: Listing) -> Walk:
    """Read the whole list; it is complete if the platform says that nothing follows."""
    reading = Reading(listing, start.part.key)
    ask = _asking(listing, start, backwards=False)
    answer = yield ask("")
    first, now = listing.marker_page(answer, start.part.key), date(answer)
    last = yield from _pages(reading, first, ask, lambda: False)
    complete = None
    if last.marker is None:
        complete = reading.complete(start)
        if complete and listing.column:
            complete = Complete(listing.column, [start.part.key], complete.ids)
    state = _state(reading, first, last, now)
    yield Page([], Position(state=state), complete=complete, last=True)


def _state(reading: Reading, first: Rows, last: Rows, now: str | None) -> dict[str, Any] | None:
    """Note what the next walk needs to read the new end only; None if it must read all."""
    earliest, latest = reading.listing.since(first, 0), reading.listing.since(last, -1)
    under_way = reading.under_way
    if (
        reading.listing.whole
        or len(reading.seen) <= SHORT
        or len(under_way) > MOST_OPEN
        or earliest == latest
    ):
        return None
    backwards = earliest < latest
    head = list(reading.seen)[-1 if backwards else 0]
    return {"head": head, "open": under_way, "swept": now, "backwards": backwards}


def _pages(
    reading: Reading, rows: Rows, ask: Callable[[str], Request], enough: Callable[[], bool]
) -> Generator[Any, Any, Rows]:
    """Read pages until the platform, or what was seen, says that it is enough.

    A marker that does not move on, or a page without anything new, would go on for ever.
    """
    marker = ""
    while True:
        news = reading.note(rows)
        yield Page(rows.records)
        if rows.marker in (None, "", marker) or not news or enough():
            return rows
        marker = rows.marker or ""
        rows = reading.listing.marker_page((yield ask(marker)), reading.parent)
