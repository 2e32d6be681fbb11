"""How Qianfan's V2 lists are walked: by marker, from the new end to what is known, or whole.

A marker is where the next page begins. There is no total, so a deletion in a long list shows when
a record that was under way does not come by, or once a day. Which end is the new one is not
documented; it is told from the times of the records.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR
from etl.platforms.qianfan.listings import Listing, Rows
from etl.platforms.qianfan.reading import A_DAY, SHORT, TRIES, Reading
from etl.platforms.qianfan.stuck import Pages, from_the_other_end
from etl.times import recent
from etl.walk import Page, Position, Start, Walk

LOST = 400  # the status that answers the marker of a record that is there no more
REPEATED = "the list repeats itself, so nothing is concluded from it"


def by_marker(listing: Listing) -> Callable[[Start], Walk]:
    """Make the walk of a V2 list."""

    def walk(start: Start) -> Walk:
        before: dict[str, Any] = start.position.state or {}
        backwards = bool(before.get("backwards"))
        ids = [""]
        for attempt in range(1, TRIES + 1):
            reading, cut_at = Reading(listing, start.part.key), ids
            pages = Pages(listing, start, backwards=backwards)
            try:
                rows = yield from pages.at("")
                now = rows.served
                known = _Known(reading, before if recent(before.get("swept"), now, A_DAY) else {})
                last = yield from _turned(reading, rows, pages, known.met)
            except BadAnswer as error:
                if error.status == SERVER_ERROR:
                    yield from from_the_other_end(reading, pages, error)
                    return
                if error.status != LOST or attempt == TRIES or not reading.seen:
                    raise
                before = {}
                continue
            if known.met():
                yield Page([], Position(state=known.state()))
                return
            before, ids = {}, list(reading.seen)
            # An empty page behind or between others is believed if all comes the same again.
            ends = bool(last.ids and not reading.hollow) or not ids or ids == cut_at
            if ends:
                break
        whole = ends and last.marker is None
        state = _state(reading, now, backwards=backwards) if whole else None
        complete = reading.complete(start) if whole else None
        yield Page([], Position(state=state), complete=complete, last=complete is not None)

    return walk


class _Known:
    """What the last walk knew, and whether a reading has come that far."""

    def __init__(self, reading: Reading, before: dict[str, Any]) -> None:
        self._reading, self._before = reading, before
        known = before.get("open") is not None
        self._awaited = {before["head"], *before["open"]} if known else None

    def met(self) -> bool:
        """Tell whether all that was awaited came by, the newest first."""
        if self._awaited is None or self._reading.rising:
            return False
        return self._awaited <= self._reading.seen.keys()

    def state(self) -> dict[str, Any]:
        """Note what the next walk needs."""
        head = next(iter(self._reading.seen))
        return {**self._before, "head": head, "open": self._reading.under_way}


def _state(reading: Reading, now: str | None, *, backwards: bool) -> dict[str, Any] | None:
    """Note what the next walk needs to read the new end only; None if it must read all."""
    if (
        reading.listing.whole
        or len(reading.seen) <= SHORT
        or reading.under_way is None
        or reading.rising == reading.falling
    ):
        return None
    head = list(reading.seen)[-1 if reading.rising else 0]
    backwards = backwards != reading.rising
    return {"head": head, "open": reading.under_way, "swept": now, "backwards": backwards}


def _turned(
    reading: Reading, rows: Rows, pages: Pages, enough: Callable[[], bool]
) -> Generator[Any, Any, Rows]:
    """Read pages until the platform, or what was seen, says that it is enough.

    No total would tell that a list repeats itself. So a page of which every record came by before
    is an error, and so is an empty one whose marker was followed before: such a list has no end,
    or hides what follows. An empty one in the middle proves nothing. Raises BadAnswer.
    """
    followed = set[str]()
    while True:
        news, empty = reading.note(rows), not rows.ids
        if not (news or empty):
            raise BadAnswer(f"every one of {len(rows.ids)} records came by before; {REPEATED}")
        if empty and rows.marker in followed:
            raise BadAnswer(f"an empty page leads to a page that came by before; {REPEATED}")
        yield Page(rows.records)
        if not rows.marker or enough():
            return rows
        reading.hollow |= empty
        reading.unsure |= empty
        followed.add(rows.marker)
        rows = yield from pages.at(rows.marker)
