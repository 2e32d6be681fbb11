"""Pages of a V2 list, read around a row that spoils them: from both ends.

Where the page behind such a row begins, only the page with it tells. So the list is read up to it,
in smaller and smaller pages, and then from the other end down to it. Of several such rows those in
between are not met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR
from etl.platforms.qianfan.listings import V2_PAGE, Listing, Rows
from etl.platforms.qianfan.reading import Reading
from etl.walk import Asking, Page, Position, Start, Unreadable, Walk


@dataclass
class Pages:
    """Asks for the pages of a list; of the next `spoilt` rows one spoils its page."""

    listing: Listing
    start: Start
    backwards: bool = False
    spoilt: int = 0

    def at(self, marker: str) -> Asking:
        """Read the page at a marker, of fewer rows if more cannot be had.

        Raises the error of one of a single row.
        """
        while True:
            size = min(self.start.source.page_size, V2_PAGE)
            size = max(self.spoilt // 2, 1) if self.spoilt else size
            try:
                rows = yield from self._asked(marker, size)
            except BadAnswer as error:
                if error.status != SERVER_ERROR or size == 1:
                    raise
                self.spoilt = size
                continue
            self.spoilt = max(self.spoilt - len(rows.ids), 0)
            return rows

    def _asked(self, marker: str, size: int) -> Asking:
        listing, of = self.listing, self.start.part.key
        parent = {listing.parent: of} if listing.parent else {}
        asked = listing.by_marker(marker, size, pageReverse=self.backwards, **parent)
        return listing.marker_page((yield asked), of)


def from_the_other_end(reading: Reading, pages: Pages, error: BadAnswer) -> Walk:
    """Read what lies behind a row that cannot be given, and set that row aside by its place.

    Raises the error where nothing can be read from either end.
    """
    there = Reading(reading.listing, reading.parent)
    other = replace(pages, backwards=not pages.backwards, spoilt=0)
    marker: str | None = ""
    while marker is not None:
        try:
            rows: Rows = yield from other.at(marker)
        except BadAnswer as again:
            if again.status != SERVER_ERROR:
                raise
            break
        news = there.note(rows)
        yield Page(rows.records)
        met = not reading.seen.keys().isdisjoint(rows.ids)
        marker = (rows.marker or None) if news and not met else None
    if not (reading.seen or there.seen):
        raise error
    yield _set_aside(reading, pages.start, error)


def _set_aside(reading: Reading, start: Start, error: BadAnswer) -> Page:
    place = f"behind {list(reading.seen)[-1]}" if reading.seen else "at the beginning"
    place += f" of {reading.parent}" if reading.parent else ""
    known = [before for before in start.places if before != place]
    lost = Unreadable(place, f"{error}; rows near it may be out of reach as well")
    return Page([], Position(state=None), unreadable=[lost], readable=known)
